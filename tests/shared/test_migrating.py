"""Every service's history of migrations leads from nothing to exactly what its models say."""

from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, inspect, select, text

from shared.events.tables import outbox, sequenced, unsequenced
from shared.migrating import differences, migrate
from shared.settings import SERVICES
from shared.store.engines import new_engine
from tests.servers.furnishing import models_of


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    url = f"sqlite:///{tmp_path / 'empty.sqlite'}"
    if request.param == "postgres":
        url = request.getfixturevalue("new_database")("empty").owner_url
    made = new_engine(url)
    yield made
    made.dispose()


@pytest.mark.parametrize("service", SERVICES)
def test_the_steps_lead_to_what_the_models_say(engine: Engine, service: str) -> None:
    migrate(engine, service, models_of(service))

    assert differences(engine, models_of(service)) == []


def test_a_database_that_is_up_to_date_stays_as_it_is(engine: Engine) -> None:
    migrate(engine, "intake", models_of("intake"))
    before = sorted(inspect(engine).get_table_names())

    migrate(engine, "intake", models_of("intake"))

    assert sorted(inspect(engine).get_table_names()) == before


def test_two_that_migrate_at_once_take_turns(engine: Engine) -> None:
    failures: list[Exception] = []

    def go() -> None:
        try:
            migrate(engine, "reports", models_of("reports"))
        except Exception as failure:
            failures.append(failure)

    both = [Thread(target=go) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()

    assert failures == []
    assert differences(engine, models_of("reports")) == []


def test_a_missing_table_is_noticed(engine: Engine) -> None:
    migrate(engine, "sessions", models_of("sessions"))

    assert differences(engine, models_of("reminders"))


def test_facts_that_were_told_keep_their_positions(engine: Engine) -> None:
    migrate(engine, "intake", models_of("intake"), to="0001")
    told, waiting = uuid4(), uuid4()
    with engine.begin() as connection:
        connection.execute(text(OLD_FACT), [old_fact(told, position=1), old_fact(waiting)])

    migrate(engine, "intake", models_of("intake"))

    with engine.connect() as connection:
        numbered = select(outbox.c.event_id, sequenced.c.position).join(
            sequenced, sequenced.c.outbox_id == outbox.c.id
        )
        unnumbered = select(outbox.c.event_id).join(
            unsequenced, unsequenced.c.outbox_id == outbox.c.id
        )
        assert connection.execute(numbered).all() == [(told, 1)]
        assert connection.execute(unnumbered).all() == [(waiting,)]


OLD_FACT = """
    INSERT INTO outbox (event_id, clinic_id, stream, partition, position, subject_id,
        subject_version, cloud_event, recorded_at)
    VALUES (:id, :id, 'intake.clinics', 0, :position, :id, 1, '{}', '2026-01-01 00:00:00+00:00')
"""


def old_fact(event_id: UUID, position: int | None = None) -> dict[str, Any]:
    """Return a row of the first outbox, which held positions."""
    return {"id": event_id.hex, "position": position}
