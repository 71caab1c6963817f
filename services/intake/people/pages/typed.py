"""What staff type into the forms about people, read and, where it is wrong, said back."""

from collections.abc import Mapping
from datetime import time
from typing import Any

from flask import request
from werkzeug.datastructures import MultiDict

from services.intake.people import domain
from services.intake.people.domain import (
    Contact,
    Details,
    Device,
    Manner,
    Means,
    NewMember,
    NoAnswer,
    NotAsked,
    Window,
)
from shared.consent.languages import spoken_to
from shared.errors import Refusal

Form = MultiDict[str, str]

FIELDS: Mapping[type[Refusal], str] = {
    domain.NameNeeded: "name",
    domain.PronounsTooLong: "pronouns",
    domain.LanguageUnknown: "language",
    domain.ZoneUnknown: "zone",
    domain.AddressNotValid: "email",
    domain.AddressShared: "email",
    domain.NumberNotValid: "phone",
    domain.NumberShared: "phone",
    domain.NoteTooLong: "device_note",
    domain.WordTooLong: "word_to_check",
    domain.OneWordForTwo: "word_to_end",
    domain.WindowNotValid: "windows",
    domain.LabelTooLong: "label",
    domain.NotAClinicianHere: "clinician",
    domain.NotSpokenAlone: "spoken_alone",
    domain.TooManyMembers: "label",
}
LANGUAGES = (
    ("en", "English"),
    ("ar", "العربية"),
    ("de", "Deutsch"),
    ("es", "Español"),
    ("fr", "Français"),
    ("it", "Italiano"),
    ("nl", "Nederlands"),
    ("pl", "Polski"),
    ("pt", "Português"),
    ("tr", "Türkçe"),
    ("uk", "Українська"),
)


def typed_members(count: int) -> tuple[list[NewMember], dict[str, str]]:
    """Return the members that a form holds (fields ``name-1`` …), and its mistakes by field."""
    members: list[NewMember] = []
    errors: dict[str, str] = {}
    for number in range(1, count + 1):
        try:
            members.append(_typed_member(request.form, f"-{number}"))
        except Refusal as refusal:
            errors[f"{field_of(refusal)}-{number}"] = str(refusal)
    return members, errors


def typed_details(form: Form, ending: str = "") -> Details:
    """Return how a person is called; raises the Refusal of the field that is wrong."""
    return Details(
        name=form.get(f"name{ending}", ""),
        pronouns=form.get(f"pronouns{ending}") or None,
        language=form.get(f"language{ending}", "en"),
        zone=form.get(f"zone{ending}", ""),
    )


def typed_contact(form: Form) -> Contact:
    """Return how a person may be reached; raises the Refusal of the field that is wrong."""
    return Contact(
        email=form.get("email", "").strip() or None,
        phone=form.get("phone", "").strip() or None,
        private=form.get("private") == "yes",
        windows=tuple(_window(form, day) for day in range(7) if _given(form, day)),
        means=frozenset(one for one in Means if one in form.getlist("means")),
        checked=frozenset(one for one in Means if one in form.getlist("checked")),
        manner=_manner(form),
    )


def typed_card(form: Form) -> dict[str, Any]:
    """Return what was typed about a card, as its fields show it again."""
    return {**form.to_dict(), "means": form.getlist("means"), "checked": form.getlist("checked")}


def shown_card(contact: Contact) -> dict[str, Any]:
    """Return what is kept of a card, as its fields show it."""
    manner = contact.manner
    return {
        **vars(manner),
        "voicemail": _word(manner.voicemail),
        "says_who": _word(manner.says_who),
        "email": contact.email,
        "phone": contact.phone,
        "private": _word(contact.private),
        "means": sorted(contact.means),
        "checked": sorted(contact.checked),
    }


def shown_windows(contact: Contact) -> list[dict[str, Any]]:
    """Return a row per weekday, with the hours that are safe as a form shows them."""
    hours = {window.day: window.content() for window in contact.windows}
    return [
        {"day": day, "says": says, "from": "", "to": "", **hours.get(day, {})}
        for day, says in enumerate(domain.DAYS)
    ]


def typed_windows(form: Form) -> list[dict[str, Any]]:
    """Return the same rows as they were typed."""
    return [
        {"day": day, "says": says, "from": form.get(f"from-{day}"), "to": form.get(f"to-{day}")}
        for day, says in enumerate(domain.DAYS)
    ]


def lists(kept: str = "") -> dict[str, Any]:
    """Return the lists that the forms offer; ``kept`` is a language that is offered in any case."""
    others = [(kept, kept)] if kept and kept not in dict(LANGUAGES) else []
    languages = [*map(_offered, (*LANGUAGES, *others))]
    return {"zones": sorted(domain.zones()), "languages": languages}


def _offered(language: tuple[str, str]) -> tuple[str, str]:
    tag, name = language
    return tag, name if spoken_to(tag) else f"{name} (no short form in it yet)"


def field_of(refusal: Refusal) -> str:
    """Return the field that a refusal is about; raises it again where it is about none."""
    found = FIELDS.get(type(refusal))
    if found is None:
        raise refusal
    return found


def _typed_member(form: Form, ending: str) -> NewMember:
    said = form.get(f"not_asked{ending}", "")
    not_asked = NotAsked(said) if said in set(NotAsked) else None
    return NewMember(details=typed_details(form, ending), not_asked=not_asked)


def _manner(form: Form) -> Manner:
    device, no_answer = form.get("device", ""), form.get("no_answer", "")
    return Manner(
        device=Device(device) if device in set(Device) else Device.UNKNOWN,
        device_note=form.get("device_note", "").strip(),
        voicemail=form.get("voicemail") == "yes",
        says_who=form.get("says_who") == "yes",
        word_to_check=form.get("word_to_check", "").strip(),
        word_to_end=form.get("word_to_end", "").strip(),
        no_answer=NoAnswer(no_answer) if no_answer in set(NoAnswer) else NoAnswer.WAIT,
    )


def _word(yes: bool) -> str:
    return "yes" if yes else "no"


def _given(form: Form, day: int) -> bool:
    return bool(form.get(f"from-{day}") or form.get(f"to-{day}"))


def _window(form: Form, day: int) -> Window:
    try:
        begins = time.fromisoformat(form.get(f"from-{day}", ""))
        ends = time.fromisoformat(form.get(f"to-{day}", ""))
    except ValueError:
        raise domain.WindowNotValid from None
    return Window(day, begins, ends)
