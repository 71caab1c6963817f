"""Check-ins for staff: when each member is asked next, how it went, and changing that."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import ValidationError

from services.reminders.roster.usecases import reopen_channel
from services.reminders.schedules import domain, queries, usecases
from services.reminders.schedules.domain import DAYS, Hold, State
from services.reminders.schedules.queries import MemberSchedule, PastPrompt
from services.reminders.schedules.schemas import read_rule
from shared.contracts.words import Channel
from shared.web import now, reading, unit_of_work

blueprint = Blueprint("schedules", __name__, template_folder="../templates")

STATE_WORDS: Mapping[State, tuple[str, str]] = {
    State.PLANNED: ("Planned", "info"),
    State.ATTEMPTING: ("Being handed over", "info"),
    State.ACCEPTED: ("Sent", "good"),
    State.REFUSED: ("The address was refused", "attention"),
    State.UNKNOWN: ("Unclear whether it arrived", "attention"),
    State.NOT_SENT: ("Not sent", "waiting"),
}
TO_LOOK_AT = ("Contact card needs a look", "attention")
TO_CONFIRM = ("Ask to confirm the contact card", "waiting")
REASONS: Mapping[Hold, str] = {
    Hold.UNPROVEN: "it was not certain that nothing had changed",
    Hold.CARE: "not in care at that moment",
    Hold.PERMISSION: "no permission for it at that moment",
    Hold.CONTACT: "the contact card could not be used",
    Hold.LANGUAGE: "there are no words for it in their language",
    Hold.BUDGET: "two had gone out within a week already",
    Hold.WINDOW: "outside their safe hours",
    Hold.SERVER: "the mail server did not take it",
}


@blueprint.get("/schedules")
def listed() -> str:
    """List the relationships in care, with each member's next form."""
    with reading() as work:
        found = queries.relationship_schedules(work, now=now())
        shown = [
            {
                "id": relationship_id,
                "since": _day(opened_at),
                "members": [_line(one) for one in members],
            }
            for relationship_id, opened_at, members in found
        ]
        tasks = [_task(one) for _, _, members in found for one in members if _needs_a_look(one)]
    return render_template("reminders/schedules/list.html", relationships=shown, tasks=tasks)


@blueprint.get("/schedules/<uuid:schedule_id>")
def shown(schedule_id: UUID) -> str:
    """Show one member's schedule; a day and time in the address show what they would mean."""
    return _one(schedule_id, tried=request.args if "at" in request.args else None)


@blueprint.post("/schedules/<uuid:schedule_id>")
def change(schedule_id: UUID) -> ResponseReturnValue:
    """Ask on another day or at another time, or only show what that would mean."""
    if "show" in request.form:
        tried: dict[str, Any] = {name: request.form.get(name) for name in ("weekday", "at")}
        return redirect(url_for(".shown", schedule_id=schedule_id, **tried), 303)
    try:
        chosen = read_rule(request.form)
        with unit_of_work() as work:
            usecases.change_schedule(work, schedule_id=schedule_id, now=now(), **chosen)
    except ValidationError as mistake:
        return _one(schedule_id, tried=request.form, errors=dict(mistake.messages_dict)), 422
    except (domain.DayTaken, domain.NotAtNight) as refusal:
        field = "weekday" if isinstance(refusal, domain.DayTaken) else "at"
        return _one(schedule_id, tried=request.form, errors={field: str(refusal)}), 422
    flash("Saved. What was planned before is void.", "good")
    return redirect(url_for(".shown", schedule_id=schedule_id), 303)


@blueprint.post("/schedules/<uuid:schedule_id>/pause")
def pause(schedule_id: UUID) -> ResponseReturnValue:
    """Stop asking for a while, or ask again."""
    paused = request.form.get("paused") == "yes"
    version = request.form.get("version", type=int) or 0
    with unit_of_work() as work:
        usecases.pause_schedule(
            work, schedule_id=schedule_id, paused=paused, version=version, now=now()
        )
    flash("Paused: nothing goes out until you start again." if paused else "Started again.", "good")
    return redirect(url_for(".shown", schedule_id=schedule_id), 303)


@blueprint.post("/schedules/<uuid:schedule_id>/reopen")
def reopen(schedule_id: UUID) -> ResponseReturnValue:
    """Let permission count again, after speaking with the person alone."""
    with unit_of_work() as work:
        schedule = queries.schedule(work, schedule_id)
        person = {"clinic_id": schedule.clinic_id, "person_id": schedule.person_id}
        reopen_channel(work, channel=Channel.EMAIL, now=now(), **person)
        usecases.look_again(work, now=now(), **person)
    flash("Opened again, as they asked.", "good")
    return redirect(url_for(".shown", schedule_id=schedule_id), 303)


def _one(
    schedule_id: UUID,
    *,
    tried: Mapping[str, Any] | None = None,
    errors: Mapping[str, Any] | None = None,
) -> str:
    with reading() as work:
        schedule = queries.schedule(work, schedule_id)
        seen = queries.member_schedule(work, schedule, now=now())
    rule = _tried(tried) or seen.rule
    coming = seen.next_slots
    if tried and seen.card:
        coming = domain.next_slots(rule, seen.card, after=now(), count=5)
    return render_template(
        "reminders/schedules/one.html",
        line=_line(seen),
        relationship_id=seen.relationship_id,
        days=list(enumerate(DAYS)),
        weekday=rule.weekday,
        at=rule.at.isoformat("minutes"),
        coming=[_when(seen, slot.due_at) for slot in coming],
        prompts=[_prompt(seen, prompt) for prompt in seen.prompts],
        windows=_windows(seen),
        tried=tried is not None and not errors,
        errors=errors or {},
    )


def _line(seen: MemberSchedule) -> dict[str, Any]:
    words, tone = _standing(seen)
    last = next((p for p in seen.prompts if p.state is not State.PLANNED), None)
    return {
        "id": seen.id,
        "person_id": seen.person_id,
        "version": seen.version,
        "paused": seen.paused,
        "stopped": seen.stopped,
        "member": f"Member {seen.place + 1}",
        "address": _masked(seen.card.email) if seen.card and seen.card.email else "",
        "rule": f"{DAYS[seen.rule.weekday]}s at {seen.rule.at:%H:%M}",
        "zone": seen.card.zone.key.replace("_", " ") if seen.card else "",
        "next": _when(seen, seen.next_slots[0].due_at) if seen.next_slots else "",
        "going": seen.permitted and not seen.paused,
        "standing": words,
        "tone": tone,
        "last": _prompt(seen, last) if last else None,
    }


def _needs_a_look(seen: MemberSchedule) -> bool:
    return _standing(seen) in (TO_LOOK_AT, TO_CONFIRM)


def _task(seen: MemberSchedule) -> dict[str, Any]:
    """Return what staff are asked to do for one member; why stands on the card, not here."""
    return {
        "relationship_id": seen.relationship_id,
        "person_id": seen.person_id,
        "member": f"Member {seen.place + 1}",
        "says": _standing(seen)[0],
        "tone": _standing(seen)[1],
    }


def _standing(seen: MemberSchedule) -> tuple[str, str]:
    """Return in words, and a tone, whether this member is asked at present, and if not, why."""
    if seen.stopped:
        return "Stopped by them", "stopped"
    if not seen.permitted:
        says = "Has not agreed to e-mail" if seen.noted else "Has not agreed to the policy"
        return says, "neutral"
    if seen.paused:
        return "Paused", "waiting"
    if not seen.usable:
        return TO_LOOK_AT
    if not seen.next_slots:
        return "No safe hours yet", "attention"
    if seen.to_confirm:
        return TO_CONFIRM
    return "Asked once a week", "good"


def _prompt(seen: MemberSchedule, prompt: PastPrompt) -> dict[str, Any]:
    words, tone = STATE_WORDS[prompt.state]
    if prompt.answered:
        words, tone = "Answered", "good"
    return {
        "day": f"{prompt.local_date:%A} {prompt.local_date.day} {prompt.local_date:%B}",
        "when": _when(seen, prompt.due_at),
        "words": words,
        "tone": tone,
        "reason": REASONS.get(prompt.reason, "") if prompt.reason else "",
    }


def _when(seen: MemberSchedule, moment: datetime) -> str:
    local = seen.card.local(moment) if seen.card else moment
    return f"{local:%A} {local.day} {local:%B}, {local:%H:%M}"


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%B %Y}"


def _windows(seen: MemberSchedule) -> list[str]:
    windows = seen.card.windows if seen.card else ()
    return [f"{DAYS[w.day]} {w.opens:%H:%M} to {w.closes:%H:%M}" for w in windows]


def _masked(address: str) -> str:
    """Return enough of an address to recognise it by."""
    name, _, host = address.partition("@")
    return f"{name[:1]}•••@{host}"


def _tried(tried: Mapping[str, Any] | None) -> domain.Rule | None:
    try:
        chosen = read_rule(tried or {})
    except ValidationError:
        return None
    at: time = chosen["at"]
    return domain.Rule(chosen["weekday"], at)
