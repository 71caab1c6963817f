"""Reading changes nothing: no route does by GET, HEAD or OPTIONS, however often (PLT-21)."""

from hashlib import sha256

import pytest
from sqlalchemy import MetaData, select, text

from shared.auth.actors import Door, Role
from shared.events.sequencing import sequence_all
from shared.labels import Scope
from shared.service import Service
from shared.settings import SERVICES
from shared.store.everywhere import together
from tests.doors.callers import EVERYONE, NO_ONE, WITH_LINK, Caller, stand
from tests.doors.routes import READING, address, routes_of, subject
from tests.doors.world import Known, World

pytestmark = pytest.mark.timeout(900)
APART = {"audit_entry", "rate_count", "staff_seen"}
"""What reading leaves behind on purpose: who looked, how often someone knocked, and when a sign-in
was last renewed."""


THOROUGH = {NO_ONE, WITH_LINK, Caller(Door.STAFF, Role.CLINICIAN)}
"""Who asks in every way and more than once; a view runs in the same way for whoever else asks."""


def checksum(service: Service) -> dict[str, str]:
    """Return a fingerprint of every table of a service, and of its keys."""
    every = together(service.store.metadata)
    with service.store.engine.connect() as connection:
        tables = [table for table in every.sorted_tables if table.name not in APART]
        found = {t.name: _sum(connection.execute(select(t)).all()) for t in tables}
    return found | _keys(service)


def _keys(service: Service) -> dict[str, str]:
    """Return a fingerprint of the key store, but for the keys of the trail's pseudonyms."""
    metadata = MetaData()
    engine = service.store.keys.store.engine
    metadata.reflect(engine)
    with engine.connect() as connection:
        rows = {
            table.name: [
                row for row in connection.execute(select(table)) if Scope.AUDIT not in tuple(row)
            ]
            for table in metadata.sorted_tables
        }
    return {f"keys:{name}": _sum(found) for name, found in rows.items()}


def _sum(rows: list) -> str:
    return sha256("\n".join(sorted(map(repr, rows))).encode()).hexdigest()


@pytest.mark.requirement("PLT-21")
@pytest.mark.parametrize("caller", EVERYONE, ids=str)
def test_no_row_changes_by_reading(world: World, known: Known, caller: Caller) -> None:
    standing = {service: stand(world, known, caller, service) for service in SERVICES}
    for service in world.services.values():
        sequence_all(service.store.engine)  # facts get their numbers late, whoever comes first
    before = {name: checksum(service) for name, service in world.services.items()}

    for one in standing.values():
        for route in routes_of(one.app):
            for method in (*READING, "GET") if caller in THOROUGH else ("GET",):
                one.knock(method, address(one.app, route, subject(known.own), known))

    after = {name: checksum(service) for name, service in world.services.items()}
    assert {name: _differing(before[name], after[name]) for name in SERVICES} == NOWHERE


NOWHERE: dict[str, list[str]] = {name: [] for name in SERVICES}


def _differing(before: dict[str, str], after: dict[str, str]) -> list[str]:
    return sorted(name for name in before | after if before.get(name) != after.get(name))


def test_a_change_would_be_noticed(world: World, known: Known) -> None:
    intake = world.services["intake"]
    before = checksum(intake)
    with intake.store.engine.begin() as connection:
        connection.execute(text("UPDATE member SET left_at = joined_at"))

    assert checksum(intake) != before
