"""What a person or a program would send to each door that takes something in."""

import io
from collections.abc import Callable, Mapping
from typing import Any

from services.intake.consent.domain import TEXTS
from services.intake.directory.domain import CLINIC_ROLES
from services.sessions.records.domain import Part
from shared.auth.actors import Role
from shared.consent.texts import text_in_force
from tests.doors.keeping import FIRST_CONVERSATION, K10, NOT_TOLD
from tests.doors.routes import Subject
from tests.doors.world import AFTER_THE_QUARTER, FILE, PASSWORD

Sent = dict[str, Any]
HOURS = {f"from-{day}": "17:00" for day in range(7)} | {f"to-{day}": "22:00" for day in range(7)}
PERSON = {"name": "Una", "zone": "Europe/Lisbon", "language": "en", "pronouns": "she/her"}
CARD = {
    "email": "una@example.org",
    "means": ["email"],
    "checked": ["email"],
    "private": "yes",
    "device": "nobody",
    "device_note": "their own",
    "phone": "+351912345678",
    "word_to_check": "harbour",
    "word_to_end": "goodbye",
    "spoken_alone": "yes",
}
CLINIC = {
    "name": "Quay",
    "zone": "Europe/Lisbon",
    "sender": "Quay",
    "help": "Call 112.",
    "card_days": "90",
    "adult_age": "18",
}
PASSWORDS = {"present": "not this one", "password": "four words of my own"}
CHANGED = FILE.replace("Ulla", "Una").replace("u@", "una@")
DAY = "2026-11-02"
NOBODYS = "01a20000-0000-7000-8000-000000000000"


def sent_to(endpoint: str, about: Subject, role: Role | None) -> Sent:
    """Return what is sent to a view. Fails with what to add where nobody said it."""
    assert endpoint in TYPED, (
        f"The walk does not know what to send to {endpoint}: "
        "say in TYPED of tests/doors/typed.py what a person would type there."
    )
    return TYPED[endpoint](about, role)


def _form(**typed: Any) -> Callable[[Subject, Role | None], Sent]:
    return lambda _about, _role: {"data": dict(typed)}


def _members(number: int) -> dict[str, Any]:
    return {f"{name}-{n + 1}": text for n in range(number) for name, text in PERSON.items()}


def _clinician(about: Subject) -> str:
    return f"{about.house.clinic_id} {about.house.staff[Role.CLINICIAN]}"


def _open(about: Subject, _role: Role | None) -> Sent:
    return {"data": {**_members(2), "count": "2", "label": "New", "clinician": _clinician(about)}}


def _change(about: Subject, _role: Role | None) -> Sent:
    clinician = str(about.house.staff[Role.CLINICIAN])
    return {"data": {"clinician": clinician, "label": "Changed"}}


def _file(about: Subject, _role: Role | None) -> Sent:
    file = (io.BytesIO(CHANGED.encode()), "people.csv")
    return {"data": {"clinician": _clinician(about), "file": file}}


def _import(about: Subject, _role: Role | None) -> Sent:
    ids = {
        "clinic_id": str(about.house.clinic_id),
        "clinician_id": str(about.house.staff[Role.CLINICIAN]),
    }
    return {"json": {**ids, "csv": CHANGED, "dry_run": False}}


def _relationship(about: Subject, _role: Role | None) -> Sent:
    ids = {
        "clinic_id": str(about.house.clinic_id),
        "clinician_id": str(about.house.staff[Role.CLINICIAN]),
    }
    return {"json": {**ids, "members": [PERSON, PERSON], "label": "New"}}


def _known(about: Subject, _role: Role | None) -> Sent:
    """Someone of another household of the same house."""
    others = [one for one in about.house.households if one is not about.household]
    return {"data": {"person": str(others[0].people[0])}}


def _postings(about: Subject, _role: Role | None) -> Sent:
    return {"data": {"postings": f"duty@{about.house.clinic_id}"}}


def _new_staff(about: Subject, role: Role | None) -> Sent:
    new = {"name": "Tomas", "sign_in": f"tomas@{about.house.clinic_id}"}
    return {"data": {**new, **_postings(about, role)["data"]}}


def _role_of_own(about: Subject, role: Role | None) -> Sent:
    clinic = about.house.clinic_id if role in CLINIC_ROLES else ""
    return {"data": {"role": str(role), "clinic": str(clinic)}}


def _entry(about: Subject, _role: Role | None) -> Sent:
    words = {f"{part}-{person}": "said" for part in Part for person in about.household.people}
    return {"data": {**words, "kind": "session", "happened_on": DAY}}


def _corrected_entry(about: Subject, role: Role | None) -> Sent:
    return {"data": {**_entry(about, role)["data"], "reason": "a slip", "seen": 2}}


def _parts(about: Subject, _role: Role | None) -> Sent:
    members = [{"person_id": str(one), "behaviour": "said"} for one in about.household.people]
    return {"json": {"kind": "session", "happened_on": DAY, "members": members}}


def _version(about: Subject, role: Role | None) -> Sent:
    written = _parts(about, role)["json"]
    del written["kind"]
    return {"json": {**written, "seen": 2, "reason": "a slip"}}


def _rule(about: Subject) -> dict[str, Any]:
    return {"weekday": 4, "at": "18:00", "version": about.household.schedule_version}


def _references(about: Subject, _role: Role | None) -> Sent:
    one = {
        "clinic_id": str(about.house.clinic_id),
        "subject_id": str(about.household.people[0]),
        "version": 1,
    }
    return {"json": {"references": [one]}}


def _proved(about: Subject, _role: Role | None) -> Sent:
    return {"data": {"proof_password": PASSWORD}}


def _written_down(about: Subject, _role: Role | None) -> Sent:
    first, *_ = about.household.people
    after = about.household.said.get(first, 0)
    how = {"method": "on_paper", "setting": "alone_at_clinic", "after": after}
    return {"data": {"purpose": "checkin.email", "answer": "yes", **how}}


def _answers(**said: str) -> Callable[[Subject, Role | None], Sent]:
    """Return answers to questions about consent, with the texts that stood there."""
    answers = {purpose.replace("_", "."): answer for purpose, answer in said.items()}
    shown = {f"shown.{purpose}": _text_of(purpose) for purpose in answers}
    return _form(**answers, **shown)


def _text_of(purpose: str) -> str:
    return text_in_force(TEXTS, purpose, "en", AFTER_THE_QUARTER).hash


TYPED: Mapping[str, Callable[[Subject, Role | None], Sent]] = {
    "account.change_password": _form(**PASSWORDS),
    "account.end_all": _form(),
    "account.end_sign_in": _form(sign_in=NOBODYS),
    "arrivals.confirm": _form(),
    "arrivals.look": _file,
    "asked.send": _answers(checkin_email="no"),
    "asked.start": _form(),
    "asking.create": _form(purposes=["checkin.email", NOT_TOLD], hours="48"),
    "backbone.content": _references,
    "consent.choose": _answers(checkin_email="yes", report_aggregate="no"),
    "consent.hand_over": _form(),
    "consent.pause": _form(why="doubt"),
    "consent.receipt": _form(),
    "consent.record": _written_down,
    "consent.separate": _form(),
    "consent.settle": _form(),
    "door.own_password": _form(name="no one", **PASSWORDS),
    "door.sign_out": _form(),
    "door.signing_in": _form(name="no one", password="not this one"),
    "door.switch_role": _role_of_own,
    "forms.send": _form(Q01="7", alone="yes"),
    "forms.start": _form(),
    "forms.stop": _form(),
    "import.take_in": _import,
    "log.correct": _version,
    "log.write": _parts,
    "cards.change": _form(**CARD, **HOURS),
    "cards.confirm": _form(spoken_alone="yes"),
    "cards.stop": _form(stop="email"),
    "members.details": _form(**_members(1)),
    "members.known": _known,
    "members.new": _form(**_members(1)),
    "operations.discard": _form(because="tried_out"),
    "operations.retry": _form(),
    "packs.threshold": _form(**{f"points-{K10}": "5", f"source-{K10}": "Our own audit"}),
    "people.change": _change,
    "people.close": _form(),
    "people.open_relationship": _open,
    "plans.answer": _form(
        said="yes", setting="alone_at_clinic", locale="en", shown=_text_of("exercise")
    ),
    "plans.offer": _form(days="14", checked=["fits", "clear"]),
    "plans.release": _form(),
    "plans.stop": _form(),
    "plans.take_back": _form(),
    "policies.choose": _form(policy="terms.limited"),
    "proof.prove": _proved,
    "questionnaires.enter": _form(pack=str(K10), score="20", filled_on=DAY),
    "questionnaires.hand_over": _form(packs=[str(FIRST_CONVERSATION)]),
    "questionnaires.write": _form(h1="more time", filled_on=DAY),
    "records.correct": _corrected_entry,
    "records.write": _entry,
    "relationships.add_member": lambda _about, _role: {"json": PERSON},
    "relationships.create": _relationship,
    "rights.call_off": _form(),
    "rights.change_rule": _form(pause_days="14", keeps="Ten years."),
    "rights.hand_over": _form(),
    "rights.handed_over": _form(),
    "rights.lift": _form(),
    "rights.receipt": _form(),
    "rights.review": _form(decision="refuse", reason="Not freely."),
    "rights.take_down": _form(kind="erasure", came="in_person", alone="yes"),
    "schedules-api.change": lambda about, _role: {"json": {**_rule(about), "paused": True}},
    "schedules.change": lambda about, _role: {"data": _rule(about)},
    "schedules.pause": lambda about, _role: {
        "data": {"version": about.household.schedule_version, "paused": "yes"}
    },
    "schedules.reopen": _form(),
    "seat.take": _form(),
    "seated.save": _form(v1="honesty", then="onwards"),
    "second_step.keep_another": _form(code="123456", offer="invented"),
    "second_step.keep_first": _form(code="123456", offer="invented"),
    "second_step.renew_codes": _form(),
    "set_up.change_clinic": _form(**CLINIC),
    "set_up.change_roles": _postings,
    "set_up.register_clinic": _form(**CLINIC),
    "set_up.register_staff": _new_staff,
    "set_up.renew_password": _form(),
    "set_up.reset_second_step": _form(),
    "talks.record": _form(module="own", alone="yes", held_on=DAY, notes="prefers mornings"),
    "talks.take_back": _form(),
    "trying.offer": lambda _about, _role: {"json": {"experiment": "X02", "days": 14}},
}
