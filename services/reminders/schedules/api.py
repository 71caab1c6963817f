"""Schedules for programs: JSON under /api/schedules."""

from typing import Any
from uuid import UUID

from flask_smorest import Blueprint

from services.reminders.schedules import queries, usecases
from services.reminders.schedules.queries import MemberSchedule
from services.reminders.schedules.schemas import (
    NewScheduleSchema,
    ScheduleListSchema,
    ScheduleSchema,
)
from shared.web import now, reading, unit_of_work

blueprint = Blueprint(
    "schedules-api", __name__, url_prefix="/api/schedules", description="When people are asked"
)


@blueprint.get("")
@blueprint.response(200, ScheduleListSchema)
def listed() -> dict[str, Any]:
    """List the schedules of the relationships that the caller treats."""
    with reading() as work:
        found = queries.relationship_schedules(work, now=now())
    return {"items": [one for _, _, members in found for one in members]}


@blueprint.get("/<uuid:schedule_id>")
@blueprint.response(200, ScheduleSchema)
@blueprint.alt_response(404)
def shown(schedule_id: UUID) -> MemberSchedule:
    """Show one schedule, with its next five occasions."""
    with reading() as work:
        return queries.member_schedule(work, queries.schedule(work, schedule_id), now=now())


@blueprint.put("/<uuid:schedule_id>")
@blueprint.arguments(NewScheduleSchema)
@blueprint.response(200, ScheduleSchema)
@blueprint.alt_response(404)
@blueprint.alt_response(409)
def change(body: dict[str, Any], schedule_id: UUID) -> MemberSchedule:
    """Choose another day and time, pause, or go on."""
    paused = body.pop("paused")
    with unit_of_work() as work:
        schedule = usecases.change_schedule(work, schedule_id=schedule_id, now=now(), **body)
        if schedule.paused != paused:
            usecases.pause_schedule(
                work,
                schedule_id=schedule_id,
                paused=paused,
                version=schedule.version,
                now=now(),
            )
        return queries.member_schedule(work, schedule, now=now())
