"""What the Celery worker runs: the same effect, by the ORM, acknowledged after the commit."""

import os
from typing import Any

from celery import Celery
from kombu import Queue
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from tests.bench.naive import Base, apply_once

BROKER, DATABASE = "BENCH_BROKER_URL", "BENCH_DATABASE_URL"

app = Celery("bench", broker=os.environ.get(BROKER, "memory://"))
app.conf.update(
    task_acks_late=True,
    task_ignore_result=True,
    task_queues=[Queue("bench-celery", queue_arguments={"x-queue-type": "quorum"})],
    task_default_queue="bench-celery",
    worker_prefetch_multiplier=100,
    broker_transport_options={"confirm_publish": True},
)

_engine = create_engine(os.environ.get(DATABASE, "sqlite://"))


def _take(event_id: str, fact: dict[str, Any]) -> None:
    apply_once(Session(_engine), event_id, fact)


take = app.task(_take, name="bench.take")
"""Lets an event take effect, once."""


def make_tables() -> None:
    """Make the tables of the worker's database."""
    Base.metadata.create_all(_engine)
