"""Reading changes nothing: no route does by GET, HEAD or OPTIONS, however often (PLT-21)."""

from hashlib import sha256

import pytest
from sqlalchemy import MetaData, select, text

from shared.events.sequencing import sequence_all
from shared.labels import Scope
from shared.service import Service
from shared.settings import SERVICES
from shared.store.everywhere import together
from tests.doors.callers import EVERYONE, Caller, stand
from tests.doors.routes import READING, address, routes_of, subject
from tests.doors.world import Known, World

pytestmark = pytest.mark.timeout(900)
APART = {"audit_entry", "rate_count"}
"""What reading leaves behind on purpose: who looked, and how often someone knocked."""


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
@pytest.mark.parametrize("service", SERVICES)
def test_no_row_changes_by_reading(
    world: World, known: Known, service: str, caller: Caller
) -> None:
    standing, about = stand(world, known, caller, service), subject(known.own)
    for one in world.services.values():
        sequence_all(one.store.engine)  # numbers that facts get late, whoever comes first
    before = {name: checksum(one) for name, one in world.services.items()}
    changed = set()

    for route in routes_of(standing.app):
        for method in (*READING, "GET"):
            standing.knock(method, address(standing.app, route, about, known))
        if checksum(world.services[service]) != before[service]:
            changed.add(route.endpoint)
            before[service] = checksum(world.services[service])

    assert changed == set()
    assert {name: checksum(one) for name, one in world.services.items()} == before


def test_a_change_would_be_noticed(world: World, known: Known) -> None:
    intake = world.services["intake"]
    before = checksum(intake)
    with intake.store.engine.begin() as connection:
        connection.execute(text("UPDATE member SET left_at = joined_at"))

    assert checksum(intake) != before
