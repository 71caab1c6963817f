"""How requests are put into words for staff."""

from calendar import day_name
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint

from services.intake.directory import queries as directory
from services.intake.rights import domain, queries
from services.intake.rights.domain import Came, Kind, Service, State
from services.intake.rights.models import RightsReceipt, RightsRequest
from shared.consent.languages import language_for
from shared.errors import Refusal
from shared.store import UnitOfWork

blueprint = Blueprint("rights", __name__)

PLACE = "/relationships/<uuid:relationship_id>/members/<uuid:person_id>/requests"

KINDS: Mapping[Kind, tuple[str, str]] = {
    Kind.ACCESS: (
        "A copy of what is kept",
        "Their own data alone: to read, to print, and as files for other systems.",
    ),
    Kind.LIMIT: (
        "Care only, nothing optional",
        "Their care and its record go on. Messages, offers, sharing and reports stop.",
    ),
    Kind.ERASURE: (
        "To be erased",
        "After some quiet days, and once the clinician has looked at it. It cannot be undone.",
    ),
}
CAME: Mapping[Came, str] = {
    Came.IN_PERSON: "They said so here",
    Came.BY_PHONE: "By phone, and they confirm it now",
    Came.IN_WRITING: "In writing, and they confirm it now",
}
TONES = {
    State.WAITING: "waiting",
    State.REFUSED: "stopped",
    State.CALLED_OFF: "neutral",
    State.GRANTED: "info",
    State.SETTLED: "good",
}
STATES: Mapping[tuple[Kind, State], str] = {
    (Kind.ACCESS, State.GRANTED): "To hand over",
    (Kind.ACCESS, State.SETTLED): "Handed over",
    (Kind.LIMIT, State.GRANTED): "In force",
    (Kind.LIMIT, State.SETTLED): "Lifted",
    (Kind.ERASURE, State.GRANTED): "Being carried out",
    (Kind.ERASURE, State.SETTLED): "Carried out",
}
PENDING = "Granted: begins once everyone who treats them here has granted it"
OTHER = "a member of staff"
LAST_STEP = {
    Kind.ACCESS: "They have their copy",
    Kind.LIMIT: "In force until lifted",
    Kind.ERASURE: "Every service has answered",
}
ANY_STATE = {
    State.WAITING: "Waits for the clinician",
    State.REFUSED: "Not granted",
    State.CALLED_OFF: "Called off",
}
SERVICES = {
    Service.INTAKE: "Intake: name, contact card, questionnaires, talks alone",
    Service.SESSIONS: "Sessions: answers, what they said to offers",
    Service.REMINDERS: "Reminders: schedule, messages, links, forms",
    Service.REPORTS: "Reports: what was counted",
}
FIELDS: Mapping[type[Refusal], str] = {
    domain.NotAlone: "alone",
    domain.KindNotUsable: "kind",
    domain.AskedAlready: "kind",
    domain.DecisionMissing: "decision",
    domain.StillQuiet: "decision",
    domain.ReasonMissing: "reason",
    domain.PauseNotUsable: "pause_days",
    domain.RuleTooLong: "keeps",
}


def request_row(work: UnitOfWork, row: RightsRequest, zone: str) -> dict[str, Any]:
    """Return a line about one request; the clinician's reason stays closed."""
    pending = row.state is State.GRANTED and not queries.has_begun(work, row)
    state = STATES.get((row.kind, row.state)) or ANY_STATE[row.state]
    return {
        "id": row.id,
        "kind": row.kind,
        "says": KINDS[row.kind][0],
        "hint": KINDS[row.kind][1],
        "state": PENDING if pending else state,
        "pending": pending,
        "tone": TONES[row.state],
        "at": row.taken_at.isoformat(),
        "when": day(row.taken_at, zone),
        "came": CAME[row.came],
        "by": _taken_by(work, row),
        "quiet": day(row.quiet_until, zone) if row.quiet_until else "",
        "reviewed": day(row.reviewed_at, zone) if row.reviewed_at else "",
        "reviewer": directory.name_of_staff(work, row.reviewed_by) if row.reviewed_by else "",
        "ended": day(row.ended_at, zone) if row.ended_at else "",
        "waits": row.state is State.WAITING,
        "granted": row.state is State.GRANTED,
    }


def _taken_by(work: UnitOfWork, row: RightsRequest) -> str:
    """Return who took a request down; not another clinician, who treats them elsewhere."""
    others = {one for one, _ in directory.clinicians_at(work, row.clinic_id)} - {work.actor.id}
    return OTHER if row.taken_by in others else directory.name_of_staff(work, row.taken_by)


def path_of(row: RightsRequest, zone: str, at: datetime) -> list[tuple[str, str, str]]:
    """Return the steps of a request that is under way: (what, when, done or now or later)."""
    decided, quiet = row.reviewed_at is not None, row.quiet_until
    still_quiet = quiet is not None and at < quiet and not decided
    path = [("Asked", day(row.taken_at, zone), "done")]
    if quiet is not None:
        path.append(("Quiet days", f"until {day(quiet, zone)}", "now" if still_quiet else "done"))
    when = day(row.reviewed_at, zone) if row.reviewed_at else "Nothing is decided yet"
    path.append(("You decide", when, "done" if decided else "later" if still_quiet else "now"))
    return [*path, (LAST_STEP[row.kind], "", "now" if decided else "later")]


def receipt_row(row: RightsReceipt, zone: str) -> dict[str, Any]:
    """Return what one service answered; or that it did not yet."""
    done = row.settled_at is not None
    asked = f"Asked {moment(row.asked_at, zone)}"
    when = moment(row.settled_at, zone) if row.settled_at else asked
    return {
        "service": SERVICES[row.service],
        "state": "Done" if done else "Not answered yet",
        "tone": "good" if done else "waiting",
        "when": when,
        "stopped": row.stopped if done else "",
        "removed": row.removed if done else "",
        "destroyed": row.keys if done else "",
    }


def for_them(language: str, zone: str) -> dict[str, Any]:
    """Return the words of what a person is given, and ways to write days, in their language.

    ``day`` takes a moment or how a file spells one, and ``date`` a day that belongs to no zone.
    """
    words = queries.words_for(language)
    months = language_for(words.tag)

    def day(at: datetime | str) -> str:
        return months.day(datetime.fromisoformat(at) if isinstance(at, str) else at, zone)

    def date(on: str) -> str:
        return months.day(datetime.fromisoformat(on[:10]).replace(tzinfo=UTC), "UTC")

    return {
        "words": words,
        "says": words.says,
        "spoken_in": words.tag == language.partition("-")[0],
        "day": day,
        "date": date,
        "days": list(day_name),
    }


def field_of(refusal: Refusal) -> str:
    """Return the field that a refusal is about; raises it again where it is about none."""
    found = FIELDS.get(type(refusal))
    if found is None:
        raise refusal
    return found


def day(at: datetime, zone: str) -> str:
    """Return a day in words, where the clinic is."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{local.day} {local:%B %Y}"


def moment(at: datetime, zone: str) -> str:
    """Return a day and time in words, where the clinic is."""
    return f"{day(at, zone)}, {at.astimezone(ZoneInfo(zone)):%H:%M}"
