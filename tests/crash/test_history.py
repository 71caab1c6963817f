"""The checker is awake: it names each way in which the promise can be broken."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from shared.store.engines import new_engine
from tests.crash.history import Fact, History, faults

PLACE = ("intake.people", 0)


class Pair:
    """What a teller told and what a listener did, written by hand."""

    def __init__(self, teller: Engine, listener: Engine):
        self.teller = teller
        self.listener = listener
        with teller.begin() as connection:
            connection.exec_driver_sql(
                "CREATE TABLE outbox (id INTEGER PRIMARY KEY, cloud_event TEXT, "
                "stream TEXT, partition INT)"
            )
            connection.exec_driver_sql("CREATE TABLE sequenced (outbox_id INT, position INT)")
        with listener.begin() as connection:
            connection.exec_driver_sql(
                "CREATE TABLE effect (id INTEGER PRIMARY KEY, subject_id TEXT, version INT)"
            )

    def told(self, *facts: Fact, positions: list[int] | None = None) -> "Pair":
        """Write these facts into the outbox, numbered 1, 2, 3 … unless said otherwise."""
        outbox = text("INSERT INTO outbox VALUES (:id, :event, :stream, :partition)")
        sequenced = text("INSERT INTO sequenced VALUES (:id, :position)")
        with self.teller.begin() as connection:
            for nth, (subject, version) in enumerate(facts):
                event = {"data": {"relationship_id": subject, "version": version}}
                row = {"id": nth, "event": json.dumps(event)[:-1]}
                connection.execute(outbox, {**row, "stream": PLACE[0], "partition": PLACE[1]})
                position = positions[nth] if positions else nth + 1
                connection.execute(sequenced, {"id": nth, "position": position})
        return self

    def done(self, *facts: Fact) -> "Pair":
        """Write these effects, in this order."""
        insert = text("INSERT INTO effect (subject_id, version) VALUES (:subject, :version)")
        with self.listener.begin() as connection:
            for subject, version in facts:
                connection.execute(insert, {"subject": subject, "version": version})
        return self

    def faults(self, history: History | None = None) -> list[str]:
        """Return what the checker says."""
        return faults(history or History(), self.teller, self.listener)


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    engines = [new_engine(f"sqlite:///{tmp_path / name}.sqlite") for name in ("t", "l")]
    yield Pair(*engines)
    for engine in engines:
        engine.dispose()


def test_a_promise_that_was_kept_has_no_faults(pair: Pair) -> None:
    pair.told(("a", 1), ("b", 1), ("a", 2)).done(("b", 1), ("a", 1), ("a", 2))

    assert pair.faults(History(ok=[(("a", 1), ("b", 1))], info=[(("c", 1),)])) == []


def test_a_lost_effect_is_named(pair: Pair) -> None:
    found = pair.told(("a", 1), ("a", 2)).done(("a", 1)).faults()

    assert "lost: ('a', 2)" in found


def test_a_doubled_effect_is_named(pair: Pair) -> None:
    found = pair.told(("a", 1)).done(("a", 1), ("a", 1)).faults()

    assert "doubled or unexpected: ('a', 1)" in found


def test_effects_out_of_order_are_named(pair: Pair) -> None:
    found = pair.told(("a", 1), ("a", 2)).done(("a", 2), ("a", 1)).faults()

    assert found == ["out of order: a"]


def test_a_gap_in_the_positions_is_named(pair: Pair) -> None:
    found = pair.told(("a", 1), ("b", 1), positions=[1, 3]).done(("a", 1), ("b", 1)).faults()

    assert found == [f"positions of {PLACE} have gaps or repeats"]


def test_an_acknowledged_transaction_that_is_missing_is_named(pair: Pair) -> None:
    assert pair.faults(History(ok=[(("a", 1),)])) == ["committed but not told: ('a', 1)"]


def test_a_ghost_of_a_rolled_back_transaction_is_named(pair: Pair) -> None:
    found = pair.told(("a", 1)).done(("a", 1)).faults(History(fail=[(("a", 1),)]))

    assert found == ["rolled back but told: ('a', 1)"]


def test_half_of_an_unknown_transaction_is_named(pair: Pair) -> None:
    found = pair.told(("a", 1)).done(("a", 1)).faults(History(info=[(("a", 1), ("b", 1))]))

    assert found == ["half a transaction told: (('a', 1), ('b', 1))"]
