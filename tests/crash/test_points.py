"""Every process is killed at every named point between a commit and its effect."""

import pytest

from shared.events.points import POINTS
from tests.crash import history
from tests.crash.parts import (
    Where,
    faults,
    listen,
    relay,
    start,
    wait_until_settled,
    write,
)


@pytest.mark.parametrize("point", POINTS)
def test_whoever_is_killed_at_any_point_every_fact_takes_effect_once(
    where: Where, point: str
) -> None:
    who = point.split(".")[0]
    first = start(write, where, point if who == "work" else None, 1, 12, 0.01)
    telling = start(relay, where, point if who == "relay" else None, 30)
    hearing = start(listen, where, point if who == "listener" else None, 30)
    victim = {"work": first, "relay": telling, "listener": hearing}[who]
    victim.join(30)
    assert victim.exitcode == -9

    second = start(write, where, None, 2, 8, 0.01)
    again = [start(relay, where, None, 60), start(listen, where, None, 60)]
    second.join(30)
    wait_until_settled(where)
    for process in (telling, hearing, *again):
        process.kill()

    assert faults(where) == []
    assert len(history.read(where.folder).ok) >= 8
