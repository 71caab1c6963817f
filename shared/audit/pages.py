"""Pages about who looked at what: for auditors the trail, and for one person an account of it.

People stand in them as short codes. Only where a service knows names (``know_names``) do its
pages show those of staff and clinics; nobody in care is ever named. Lines that belong to no clinic
are those of several organizations: an auditor sees what their own staff did, or had done to them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, TypeVar
from uuid import UUID

from flask import Blueprint, Flask, current_app, render_template, request, url_for

from shared.audit.entries import Act
from shared.audit.queries import PAGE, Wanted, lines, named, short
from shared.auth.actors import Door, Role
from shared.auth.policy import current_actor
from shared.errors import NotFound
from shared.keys import HOUSE
from shared.store import UnitOfWork
from shared.web.menu import ROLE_WORDS
from shared.web.requests import now, reading
from shared.web.sent import LARGEST

blueprint = Blueprint("trail", __name__)

MOST_IN_AN_ACCOUNT = 500
"""How many lines of an account stand on one page; the rest follows on the next."""
ACTS = {
    Act.READ: "Looked",
    Act.WROTE: "Wrote",
    Act.SIGNED_IN: "Signed in",
    Act.SIGNED_OUT: "Signed out",
    Act.TURNED_AWAY: "Was turned away",
    Act.SWITCHED_ROLE: "Switched role",
    Act.SET_UP: "Set up",
    Act.KEY_RENEWED: "Keys renewed",
    Act.KEY_ENDED: "Keys destroyed",
    Act.EXPORTED: "Exported",
}
DOORS = {
    Door.LINK: "Someone with a link",
    Door.SEAT: "Someone at a seat",
    Door.SERVICE: "Another service",
    Door.SYSTEM: "The service itself",
    Door.NOBODY: "Someone not signed in",
}
"""Who did something where nobody is known by a code."""

NamesOf = Callable[[UnitOfWork], Mapping[UUID, str]]
Found = TypeVar("Found")


@dataclass(frozen=True)
class Names:
    """How a service says what its clinics and its staff are called, as far as it knows."""

    clinics: NamesOf = lambda _: {}
    staff: NamesOf = lambda _: {}
    organization: str = ""
    """What the lines that belong to no clinic are called, where a service has any of them."""


def know_names(app: Flask, names: Names) -> None:
    """Let the pages about the trail show names."""
    app.extensions["trail_names"] = names


@blueprint.get("/audit")
def index() -> str:
    """Show one clinic's trail, newest first."""
    with reading() as work:
        wanted = _wanted()
        clinics = _clinics(work)
        if wanted.clinic_id == HOUSE:
            wanted = _of_the_organization(work, wanted)
        found = lines(work, wanted, most=PAGE + 1)
        shown = _shown(work, wanted.clinic_id, found[:PAGE])
        _note(work, wanted)
    older = _older(found) if len(found) > PAGE else None
    return render_template(
        "trail/index.html",
        wanted=wanted,
        rows=shown,
        older=older,
        clinics=[*clinics, *_organization()],
        roles=[(str(role), ROLE_WORDS[role]) for role in Role],
        acts=[(str(act), says) for act, says in ACTS.items()],
    )


@blueprint.get("/audit/people/<uuid:person_id>")
def account(person_id: UUID) -> str:
    """Show when staff looked at one person's data: nothing about anybody else."""
    with reading() as work:
        clinics = _clinics(work)
        rows = []
        until = _typed("until", _moment)
        seen = (_typed("seen", _position) or 0) if until else 0
        for clinic_id in sorted(work.clinics):
            wanted = Wanted(clinic_id=clinic_id, subject_id=person_id, until=until)
            found = lines(work, wanted, most=seen + MOST_IN_AN_ACCOUNT + 1)
            rows += _shown(work, clinic_id, found)
            if found:
                _note(work, wanted)
    in_order = sorted(rows, key=lambda row: row["at"], reverse=True)
    rows, older = _one_page(in_order, seen=seen)
    return render_template(
        "trail/account.html",
        rows=rows,
        person_id=person_id,
        at=now(),
        several=len(clinics) > 1,
        older=older and url_for(".account", person_id=person_id, **older),
    )


def _one_page(
    rows: list[dict[str, Any]], *, seen: int
) -> tuple[list[dict[str, Any]], dict[str, Any] | None]:
    """Return the lines of a page, newest first, and how the next page is asked for, if any.

    It goes on at the moment of this page's last line, of which some were ``seen`` by then: many
    lines may be of one moment, and none is lost between two pages.
    """
    end = seen + MOST_IN_AN_ACCOUNT
    if len(rows) <= end:
        return rows[seen:], None
    edge = rows[end - 1]["at"]
    seen_by_then = sum(row["at"] == edge for row in rows[:end])
    return rows[seen:end], {"until": edge.isoformat(), "seen": seen_by_then}


def chosen_clinic() -> UUID:
    """Return the clinic that an address asks about, or the first; raises NotFound for others'.

    HOUSE stands for what belongs to the organization and to no clinic of it.
    """
    places = [*sorted(current_actor().clinics), *(place for place, _ in _organization())]
    clinic_id = _typed("clinic", UUID) or (places[0] if places else None)
    if clinic_id is None or clinic_id not in places:
        raise NotFound
    return clinic_id


def _wanted() -> Wanted:
    return Wanted(
        clinic_id=chosen_clinic(),
        before=_typed("before", _position),
        day=_typed("day", _day),
        role=_typed("role", Role),
        act=_typed("act", Act),
        actor_id=_typed("who", UUID),
    )


def _typed(name: str, read: Callable[[str], Found]) -> Found | None:
    """Return what an address asks for; what does not read asks for nothing."""
    try:
        return read(request.args.get(name, ""))
    except ValueError:
        return None


def _position(text: str) -> int:
    """Return a position that a line could have; raises ValueError."""
    position = int(text)
    if not 0 <= position <= LARGEST:
        raise ValueError
    return position


def _moment(text: str) -> datetime:
    """Return a moment in UTC; raises ValueError."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except OverflowError as beyond:
        raise ValueError from beyond


def _day(text: str) -> date:
    """Return a day that another one follows; raises ValueError."""
    day = date.fromisoformat(text)
    if day == date.max:
        raise ValueError
    return day


def _organization() -> list[tuple[UUID, str]]:
    named = _names().organization
    return [(HOUSE, named)] if named else []


def _of_the_organization(work: UnitOfWork, wanted: Wanted) -> Wanted:
    """Ask for what no clinic has, and of it for what concerns the actor's own staff alone."""
    own = frozenset(_names().staff(work))
    work.open_for({*work.clinics, HOUSE})
    return replace(wanted, among=own)


def _note(work: UnitOfWork, wanted: Wanted) -> None:
    """Leave word in the trail of who looked at it."""
    work.note(
        Act.READ,
        clinic_id=wanted.clinic_id,
        subject_id=wanted.subject_id,
        kind="person" if wanted.subject_id else "",
        what="audit_entry",
    )


def _clinics(work: UnitOfWork) -> list[tuple[UUID, str]]:
    names = _names().clinics(work)
    each = [(one, names.get(one) or f"Clinic {str(one)[-6:]}") for one in work.clinics]
    return sorted(each, key=lambda pair: pair[1].casefold())


def _shown(work: UnitOfWork, clinic_id: UUID, found: Any) -> list[dict[str, Any]]:
    staff = named(work, clinic_id, _names().staff(work)) if found else {}
    clinic = dict(_clinics(work)).get(clinic_id, "")
    return [
        {
            "at": row.at,
            "when": _when(row.at),
            "who": staff.get(row.actor) or short(row.actor) or DOORS.get(row.door, row.door),
            "role": ROLE_WORDS[Role(row.role)] if row.role else "-",
            "did": ACTS.get(row.act, row.act),
            "what": (row.what or "-").replace("_", " "),
            "about": staff.get(row.subject)
            or f"{row.subject_kind} {short(row.subject)}".strip()
            or "-",
            "purpose": row.purpose,
            "outcome": row.outcome,
            "clinic": clinic,
        }
        for row in found
    ]


def _older(found: Any) -> str:
    kept: dict[str, Any] = {**request.args, "before": found[PAGE - 1].position}
    return url_for(".index", **kept)


def _when(at: datetime) -> str:
    return f"{at.day} {at:%B %Y, %H:%M:%S}"


def _names() -> Names:
    found: Names = current_app.extensions.get("trail_names", Names())
    return found
