"""No link, no stranger and no seat is ever shown anything that is sealed (6.3.6, D2)."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase

from services.intake.questionnaires.models import Questionnaire
from shared.auth.actors import Door, Role, system
from shared.labels import Label
from shared.settings import SERVICES
from shared.store.carrying import kinds_of_rows
from tests.doors.callers import (
    MEMBERS,
    NO_ONE,
    SEATED_WITH_QUESTIONS,
    Caller,
    seated_at,
    stand,
)
from tests.doors.routes import READING, address, methods_of, routes_of, subject
from tests.doors.typed import sent_to
from tests.doors.world import MEMBER_HOST, STAFF_HOST, Known, World

pytestmark = pytest.mark.timeout(900)
CANARY = "canary-4f1d"


def sealed_columns(kind: Any) -> list[str]:
    """Return the sealed columns of a kind of row that a person could be shown."""
    columns = kind.__table__.columns
    return [c.name for c in columns if c.info.get("label") not in (None, Label.CREDENTIAL)]


def sow(world: World, known: Known) -> dict[str, int]:
    """Put a canary into every sealed column of every row; return how many rows each had."""
    sown: dict[str, int] = {}
    for service in SERVICES:
        store = world.services[service].store
        clinics = {known.own.clinic_id, known.foreign.clinic_id}
        with store.unit_of_work(clinics=clinics, actor=system(service)) as work:
            for kind in kinds_of_rows(world.services[service].store, DeclarativeBase):
                for column in sealed_columns(kind):
                    rows = work.session.scalars(select(kind)).all()
                    sown[f"{service}.{kind.__table__.name}.{column}"] = len(rows)
                    for row in rows:
                        if not is_their_own(row, known):
                            work.seal(row, **{column: CANARY})
    return sown


def is_their_own(row: Any, known: Known) -> bool:
    """Whether a row is the draft of the member who sits with questions: a seat shows one's own."""
    draft = isinstance(row, Questionnaire) and row.filled_on is None
    return draft and row.person_id == seated_at(known.own, SEATED_WITH_QUESTIONS.purpose)


def test_the_world_keeps_something_in_every_sealed_column(world: World, known: Known) -> None:
    sown = sow(world, known)

    assert len(sown) > 15
    assert [name for name, rows in sown.items() if not rows] == []


@pytest.mark.requirement("CHK-07", "INT-01")
@pytest.mark.parametrize("caller", [*MEMBERS, NO_ONE], ids=str)
@pytest.mark.parametrize("host", [STAFF_HOST, MEMBER_HOST], ids=["staff", "members"])
def test_no_route_shows_it_to_a_link_a_seat_or_a_stranger(
    world: World, known: Known, caller: Caller, host: str
) -> None:
    standing = {service: stand(world, known, caller, service, host=host) for service in SERVICES}
    sow(world, known)
    world.keep()
    shown, broken = [], []
    for service in SERVICES:
        app, about = standing[service].app, subject(known.own)
        for route in routes_of(app):
            for method in [m for m in ("GET", *methods_of(route)) if m in (route.methods or ())]:
                sent = {} if method in READING else sent_to(route.endpoint, about, None)
                path = address(app, route, about, known)
                found = standing[service].knock(method, path, **sent)
                text = found.text + str(found.answer.headers)
                shown += [route.endpoint] if CANARY in text else []
                broken += [route.endpoint] if found.status >= 500 else []
                if found.let_in and method not in READING:
                    world.rewind()

    assert (shown, broken) == ([], [])


def test_the_canary_is_seen_where_it_may_be(world: World, known: Known) -> None:
    clinician = stand(world, known, Caller(Door.STAFF, Role.CLINICIAN), "sessions")
    sow(world, known)

    assert CANARY in clinician.knock("GET", "/sessions/").text
