"""Waking the relay after a commit; a wake that is lost costs one poll, never an event.

Each request transaction must not NOTIFY by itself: PostgreSQL takes a database-wide lock for
it. A small thread notifies on a connection of its own, at most once per few milliseconds.
"""

from threading import Event, Thread
from time import sleep
from typing import Protocol

import psycopg
from sqlalchemy import make_url

CHANNEL = "attune_told"
COALESCED_SECONDS = 0.005


class Wake(Protocol):
    """Wakes whoever waits for facts to relay."""

    def __call__(self) -> None:
        """Say that something was told."""

    def wait(self, timeout: float) -> None:
        """Return when something was told, or after ``timeout`` seconds."""


class InProcess:
    """Wakes a relay in the same process."""

    def __init__(self) -> None:
        self._told = Event()

    def __call__(self) -> None:
        self._told.set()

    def wait(self, timeout: float) -> None:
        """Return when something was told in this process, or after ``timeout`` seconds."""
        self._told.wait(timeout)
        self._told.clear()


class Notify:
    """Wakes relays of any process through PostgreSQL; each direction has its own connection."""

    def __init__(self, database_url: str):
        url = make_url(database_url).set(drivername="postgresql")
        self._address = url.render_as_string(hide_password=False)
        self._told = Event()
        self._notifier: Thread | None = None
        self._listening: psycopg.Connection | None = None

    def __call__(self) -> None:
        if self._notifier is None:
            self._notifier = Thread(target=self._notify, name="wake", daemon=True)
            self._notifier.start()
        self._told.set()

    def wait(self, timeout: float) -> None:
        """Return when something was told in any process, or after ``timeout`` seconds."""
        try:
            if self._listening is None:
                self._listening = psycopg.connect(self._address, autocommit=True)
                self._listening.execute(f"LISTEN {CHANNEL}")
            for _ in self._listening.notifies(timeout=timeout, stop_after=1):
                pass
        except psycopg.Error:
            self._listening = None
            sleep(timeout)

    def _notify(self) -> None:
        connection: psycopg.Connection | None = None
        while True:
            self._told.wait()
            self._told.clear()
            try:
                if connection is None:
                    connection = psycopg.connect(self._address, autocommit=True)
                connection.execute(f"NOTIFY {CHANNEL}")
            except psycopg.Error:
                connection = None
            sleep(COALESCED_SECONDS)


def new_wake(database_url: str) -> Wake:
    """Return what wakes the relay of a database."""
    return InProcess() if database_url.startswith("sqlite") else Notify(database_url)
