"""Celery with a database effect: two worker processes, late acknowledgement, a quorum queue."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from multiprocessing.connection import Connection
from time import monotonic, sleep
from uuid import uuid4

import psycopg
from sqlalchemy import create_engine

from tests.bench import facts
from tests.bench.children import PATIENCE, Child, Stuck, ready
from tests.bench.stage import Place

BROKER, DATABASE = "BENCH_BROKER_URL", "BENCH_DATABASE_URL"
LOOK_EVERY = 0.02
WORKER = (
    *("-m", "celery", "-A", "tests.bench.celery_tasks", "worker", "--pool=prefork"),
    *("--concurrency=2", "--without-gossip", "--without-mingle", "--loglevel=ERROR"),
)


def publish(parent: Connection, place: Place, number: int) -> None:
    """Send a few tasks to warm up, then all others, each with its confirm."""
    os.environ |= _environment(place)
    tasks = import_module("tests.bench.celery_tasks")
    tasks.make_tables()
    told = [(str(uuid4()), facts.plain(fact)) for fact in facts.facts(number)]
    for task in told[: facts.WARM]:
        tasks.take.delay(*task)
    ready(parent)
    for task in told[facts.WARM :]:
        tasks.take.delay(*task)
    parent.recv()


@contextmanager
def worker(place: Place) -> Iterator[None]:
    """Run a worker."""
    with (place.folder / "celery.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, *WORKER],
            env={**os.environ, **_environment(place), "PYTHONWARNINGS": "ignore"},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        yield
        process.terminate()
        process.wait()


def measure(place: Place, number: int) -> float:
    """Return events per second from the first publish to the last effect committed."""
    with Child(publish, place, number) as publisher, worker(place):
        publisher.hear()
        _wait_for(place, facts.WARM)
        began = monotonic()
        publisher.say()
        took = _wait_for(place, number) - began
    facts.check_once(create_engine(place.listener_url), number)
    return (number - facts.WARM) / took


def _wait_for(place: Place, number: int) -> float:
    """Return the monotonic time at which so many effects were committed."""
    until = monotonic() + PATIENCE
    with psycopg.connect(place.listener_url, autocommit=True) as connection:
        while monotonic() < until:
            row = connection.execute("select count(*) from bench_effect").fetchone()
            if row and row[0] >= number:
                return monotonic()
            sleep(LOOK_EVERY)
    raise Stuck("celery worker")


def _environment(place: Place) -> dict[str, str]:
    return {BROKER: place.broker_url, DATABASE: place.listener_url}
