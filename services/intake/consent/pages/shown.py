"""How consent is put into words on pages, and how what was typed there is read."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, request

from services.intake.consent import domain, queries
from services.intake.consent.domain import Said
from services.intake.consent.models import ConsentRevision
from services.intake.directory import queries as directory
from services.intake.people.models import Person
from shared.consent.decision import Decision
from shared.consent.languages import Language
from shared.consent.purposes import kind_of
from shared.consent.terms import Method, Setting, State
from shared.store import UnitOfWork
from shared.web import now

blueprint = Blueprint("consent", __name__)

SHOWN = "shown."
"""What the name of a hidden field begins with that holds the hash of a text."""

BESIDES = frozenset({"csrf_token", "receipt"})
"""What a member's form may hold besides its questions."""


def questions(
    person: Person,
    asked: Iterable[str],
    language: Language,
    present: Mapping[str, Decision] | None = None,
) -> list[dict[str, Any]]:
    """Return the questions of a member's page; without ``present`` they show nothing stored.

    Raises NothingToAsk, NotInThisLanguage.
    """
    return [
        {
            "name": purpose,
            "text": queries.asked_in(person, None, purpose, now()),
            "note": language.notes[kind_of(purpose).code],
            "present": _present(present[purpose], language, person.zone) if present else "",
        }
        for purpose in asked
    ]


def said_on_form(asked: Iterable[str]) -> Said:
    """Return what a member sent, with the texts that they saw.

    Raises AnswerNotUsable, also where the form holds anything that was not asked.
    """
    asked = tuple(asked)
    fields = {*asked, *(SHOWN + purpose for purpose in asked), *BESIDES}
    if not fields.issuperset(request.form):
        raise domain.AnswerNotUsable
    answers = domain.read_answers(request.form, asked)
    shown = {purpose: request.form.get(SHOWN + purpose, "") for purpose in answers}
    return Said(answers=answers, shown=shown)


def purpose_row(purpose: str, decision: Decision, zone: str) -> dict[str, Any]:
    """Return how one purpose stands, for staff."""
    ends = day(decision.ends_at, zone) if decision.permits and decision.ends_at else ""
    notice = domain.soon(decision, now())
    return {
        "code": purpose,
        "says": kind_of(purpose).says,
        "state": domain.STATE_WORDS[decision.because],
        "tone": "good" if decision.permits else "neutral",
        "until": ends,
        "notice": NOTICES[notice],
        "notice_soon": notice == domain.WEEK_BEFORE,
    }


def history_row(work: UnitOfWork, row: ConsentRevision, zone: str) -> dict[str, str]:
    """Return one revision, for staff."""
    how = f"{domain.METHOD_WORDS[row.method]}, {domain.SETTING_WORDS[row.setting].lower()}"
    by = f", written down by {_who(work, row.recorded_by)}"
    return {
        "id": str(row.id),
        "when": day(row.decided_at, zone),
        "what": kind_of(row.purpose).says,
        "said": SAID_WORDS[row.state],
        "tone": "good" if row.state is State.GIVEN else "neutral",
        "at": row.decided_at.isoformat(),
        "how": how + (by if row.recorded_by else ""),
        "text": f"Text version {row.text_version}, {row.locale}, {row.text_hash[:12]}",
        "text_hash": row.text_hash,
    }


def _who(work: UnitOfWork, recorded_by: UUID | None) -> str:
    """Return who wrote something down; others may treat this person in another relationship."""
    if recorded_by is None or recorded_by != work.actor.id:
        return "a member of staff"
    return directory.name_of_staff(work, recorded_by)


NOTICES = {
    None: "",
    domain.WEEK_BEFORE: "Ask again: within a week",
    domain.MONTH_BEFORE: "Ask again: within a month",
}
SAID_WORDS = {
    State.GIVEN: "Yes",
    State.REFUSED: "No",
    State.DEFERRED: "Not now",
    State.WITHDRAWN: "No",
    State.PAUSED: "Paused",
}


def day(at: datetime, zone: str) -> str:
    """Return a moment's day as staff read it."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{local.day} {local:%B %Y}"


def typed_method(code: str) -> Method:
    """Return how something was said; raises HowNotUsable."""
    try:
        return Method(code)
    except ValueError:
        raise domain.HowNotUsable from None


def typed_setting(code: str) -> Setting:
    """Return where something was said; raises HowNotUsable."""
    try:
        return Setting(code)
    except ValueError:
        raise domain.HowNotUsable from None


def _present(decision: Decision, language: Language, zone: str) -> str:
    if decision.permits and decision.ends_at is not None:
        return language.page["now_yes"].format(day=language.day(decision.ends_at, zone))
    return language.page["now_no"] if decision.said is not None else ""
