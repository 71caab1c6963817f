"""Why something may or may not happen now, and what a change would do, before it is made."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from flask import render_template, request

from services.intake.consent import domain, queries
from services.intake.consent.models import ConsentRevision
from services.intake.consent.pages.person import PLACE, of_mine
from services.intake.consent.pages.shown import blueprint, day, purpose_row
from services.intake.people import queries as people
from services.intake.people.models import Person, Relationship
from shared.consent.decision import Decision
from shared.consent.foresight import Going
from shared.consent.ledger import first_break
from shared.consent.purposes import POLICIES, kind_of
from shared.errors import Refusal
from shared.store import UnitOfWork
from shared.web import now, reading

WAIT = "wait"
ANSWERS = {"give": "yes", "withdraw": "no"}
YEARS_AHEAD = 10
"""No yes lasts longer than one year, and no card; years later nothing is different."""


class NothingChosen(Refusal):
    """Choose yes or no, and what it would be about."""


class DayNotChosen(Refusal):
    """Choose a day from today on, within ten years."""


@blueprint.get(f"{PLACE}/why")
def explain(relationship_id: UUID, person_id: UUID) -> str:
    """Say, for each purpose, whether it may happen now and which revision decides that."""
    with reading() as work:
        relationship, found, rows = of_mine(work, relationship_id, person_id)
        policy = queries.policy_of(work, relationship.clinic_id)
        standing = queries.decisions_on(rows, now(), also=[policy] if policy else [])
        goings = queries.going_on(work, relationship, found, standing, now())
        return render_template(
            "intake/consent/explain.html",
            relationship_id=relationship_id,
            person_id=person_id,
            broken_at=first_break(rows),
            name=people.details_of(work, found).name,
            rows=[
                purpose_row(purpose, decision, found.zone)
                | _deciding(decision, purpose, rows, found)
                | {"effects": [_effect(one) for one in goings if one.purpose == purpose]}
                for purpose, decision in standing.items()
                if purpose == policy or purpose not in POLICIES
            ],
        )


@blueprint.get(f"{PLACE}/what-if")
def what_if(relationship_id: UUID, person_id: UUID) -> str:
    """Rehearse a yes, a no or a day: show what would stop and start; nothing is changed by it."""
    with reading() as work:
        relationship, found, rows = of_mine(work, relationship_id, person_id)
        offered = domain.offered(queries.policy_of(work, relationship.clinic_id))
        shown: dict[str, Any] = {}
        errors: dict[str, str] = {}
        if "act" in request.args:
            try:
                shown = _rehearsed(work, relationship, found, rows)
            except DayNotChosen as refusal:
                errors["day"] = str(refusal)
            except Refusal as refusal:
                errors["act"] = str(refusal)
        return render_template(
            "intake/consent/what_if.html",
            relationship_id=relationship_id,
            person_id=person_id,
            name=people.details_of(work, found).name,
            purpose_options=[(one, kind_of(one).says) for one in offered],
            acts=[("give", "They say yes"), ("withdraw", "They say no")],
            chosen=request.args,
            turning=[
                (one.isoformat(), day(queries.end_of_day(found, one), found.zone))
                for one in queries.turning_days(work, relationship, found, now())
            ],
            methods=[(one.value, domain.METHOD_WORDS[one]) for one in domain.STAFF_METHODS],
            places=[(one.value, domain.SETTING_WORDS[one]) for one in domain.STAFF_SETTINGS],
            after=len(rows),
            shown=shown,
            errors=errors,
        )


def _rehearsed(
    work: UnitOfWork, relationship: Relationship, found: Person, rows: Sequence[ConsentRevision]
) -> dict[str, Any]:
    act, purpose = request.args["act"], request.args.get("purpose", "")
    offered = domain.offered(queries.policy_of(work, relationship.clinic_id))
    if act != WAIT and (act not in ANSWERS or purpose not in offered):
        raise NothingChosen
    at = _moment(found) if act == WAIT else now()
    change = queries.rehearse(
        work,
        relationship,
        found,
        rows,
        answer=None if act == WAIT else (purpose, act == "give"),
        now=now(),
        at=at,
    )
    return {
        "stops": [_effect(one) for one in change.stops],
        "starts": [_effect(one) for one in change.starts],
        "waits": [_effect(one) for one in change.waits],
        "stays": sorted({kind_of(one.purpose).stays for one in change.stops}),
        "nothing": change.nothing,
        "answer": ANSWERS.get(act, ""),
        "purpose": purpose,
        "about": kind_of(purpose).says if act != WAIT else "",
        "until": day(kind_of(purpose).longest.after(at), found.zone) if act == "give" else "",
        "day": day(at, found.zone),
    }


def _moment(found: Person) -> datetime:
    """Return the end of the day that was chosen, on the person's clock. Raises DayNotChosen."""
    try:
        chosen = date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        raise DayNotChosen from None
    at = queries.end_of_day(found, chosen)
    if at <= now() or chosen.year > now().year + YEARS_AHEAD:
        raise DayNotChosen
    return at


def _deciding(
    decision: Decision, purpose: str, rows: Sequence[ConsentRevision], found: Person
) -> dict[str, str]:
    """Return which revision decides, by its number, day and text."""
    if decision.said is None:
        return {"deciding": "Nobody has asked them yet, so it is a no."}
    row = next(
        row for row in rows if row.purpose == purpose and row.revision == decision.said.revision
    )
    return {
        "deciding": (
            f"Revision {row.revision} of {day(row.decided_at, found.zone)} decides: text "
            f"{row.template}, version {row.text_version}, {row.locale}, {row.text_hash[:12]}."
        )
    }


def _effect(one: Going) -> dict[str, Any]:
    return {
        "service": one.effect.service,
        "does": one.effect.does,
        "on": one.on,
        "permitted": one.permitted,
        "because": "" if one.permitted else domain.STOPPED_WORDS.get(one.because, ""),
        "waits_for": ", ".join(domain.WAITING_WORDS[word] for word in one.waits_for),
    }
