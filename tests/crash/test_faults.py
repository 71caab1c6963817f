"""Servers and processes fail under a writing load, and afterwards every fact took effect once."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from time import sleep
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.crash.parts import (
    Where,
    faults,
    listen,
    prepare,
    relay,
    served,
    start,
    wait_until_settled,
    write,
)
from tests.servers.ground import free_port
from tests.servers.postgres import Postgres
from tests.servers.rabbitmq import RabbitMQ

SETTLED_TOPOLOGY_SECONDS = 5
"""A broker forgets a queue that is younger than about a second when it is killed."""


class Scene:
    """A load of two writers, two relays and two listeners, and the servers under them."""

    def __init__(self, where: Where, postgres: Postgres, rabbitmq: RabbitMQ, vhost: str):
        self.where = where
        self.postgres = postgres
        self.rabbitmq = rabbitmq
        self.vhost = vhost
        self.running: list[tuple[Callable[..., None], Any]] = []

    def begin(self, *, transactions: int = 400) -> None:
        """Start everything; the writers go on for some 10 s and more."""
        self.writers = [start(write, self.where, None, seed, transactions, 0.03) for seed in (1, 2)]
        for _ in range(2):
            self.join_in(relay)
            self.join_in(listen)

    def join_in(self, target: Callable[..., None]) -> None:
        """Start one more relay or listener."""
        self.running.append((target, start(target, self.where, None, 300)))

    def replace(self, target: Callable[..., None]) -> None:
        """Kill the oldest process of a kind with SIGKILL, and start another."""
        oldest = next(one for one in self.running if one[0] is target)
        self.running.remove(oldest)
        oldest[1].kill()
        oldest[1].join()
        self.join_in(target)

    def end(self) -> None:
        """Let the writers finish and everything arrive, then stop."""
        for writer in self.writers:
            writer.join(90)
        wait_until_settled(self.where, seconds=90)
        for process in (*self.writers, *(process for _, process in self.running)):
            process.kill()
            process.join()


@pytest.fixture
def scene(
    mortal_postgres: Postgres, rabbitmq: RabbitMQ, vhost: str, tmp_path: Path
) -> Iterator[Scene]:
    """A load that is about to begin, on servers that may be killed."""
    where = Where(
        folder=tmp_path,
        teller_url=mortal_postgres.new_database("teller").worker_url,
        listener_url=mortal_postgres.new_database("listener").worker_url,
        broker_url=rabbitmq.url(vhost),
        prefix=f"f{uuid4().hex[:8]}",
        feed_port=free_port(),
    )
    prepare(where)
    sleep(SETTLED_TOPOLOGY_SECONDS)
    with served(where):
        yield Scene(where, mortal_postgres, rabbitmq, vhost)
    rabbitmq.revive()


def kill_processes(scene: Scene) -> None:
    for target in (relay, listen, relay, listen):
        sleep(1)
        scene.replace(target)


def kill_the_broker(scene: Scene) -> None:
    scene.rabbitmq.kill()
    sleep(1)
    scene.rabbitmq.start()


def lose_all_the_broker_had(scene: Scene) -> None:
    scene.rabbitmq.kill()
    shutil.rmtree(scene.rabbitmq.folder / "mnesia")
    scene.rabbitmq.start()
    scene.rabbitmq.ask("PUT", f"/api/vhosts/{scene.vhost}")


def freeze_the_broker(scene: Scene) -> None:
    scene.rabbitmq.freeze()
    sleep(5)
    scene.rabbitmq.thaw()


def delete_the_queues(scene: Scene) -> None:
    for queue in scene.rabbitmq.ask("GET", f"/api/queues/{scene.vhost}"):
        try:
            scene.rabbitmq.ask("DELETE", f"/api/queues/{scene.vhost}/{queue['name']}")
        except httpx.HTTPError:
            continue


def kill_the_database(scene: Scene) -> None:
    scene.postgres.kill()
    sleep(0.5)
    scene.postgres.start()


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "fault",
    [
        kill_processes,
        kill_the_broker,
        lose_all_the_broker_had,
        freeze_the_broker,
        delete_the_queues,
        kill_the_database,
    ],
)
def test_every_fact_takes_effect_once_although_someone_does(
    scene: Scene, fault: Callable[[Scene], None]
) -> None:
    scene.begin()
    sleep(2)

    fault(scene)
    scene.end()

    assert faults(scene.where) == []
