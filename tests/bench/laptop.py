"""The laptop pair: two SQLite files and the in-process broker, beside one bare executemany."""

import sqlite3
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Thread
from time import monotonic

from sqlalchemy import create_engine
from uuid_utils.compat import uuid7

from shared.events.worker import assemble, settle
from tests.bench import facts, ours
from tests.bench.children import Child, ready
from tests.bench.stage import Place

BARE_TABLES = """
    PRAGMA journal_mode=WAL;
    PRAGMA synchronous=FULL;
    CREATE TABLE inbox (event_id TEXT PRIMARY KEY);
    CREATE TABLE effect (
        nth INTEGER PRIMARY KEY, plan_id TEXT UNIQUE, clinic_id TEXT, relationship_id TEXT,
        version INTEGER, state TEXT, occurred_at TEXT);
"""
BARE_INBOX = "INSERT INTO inbox VALUES (?)"
BARE_EFFECT = """
    INSERT INTO effect (plan_id, clinic_id, relationship_id, version, state, occurred_at)
    VALUES (?, ?, ?, ?, ?, ?)
"""


def _place(folder: Path) -> Place:
    return Place(
        teller_url=f"sqlite:///{folder / 'teller.sqlite'}",
        listener_url=f"sqlite:///{folder / 'listener.sqlite'}",
        broker_url="memory://",
        folder=folder,
    )


def run(parent: Connection, folder: Path, number: int) -> None:
    """Relay and listen in two threads of one process, as ``attune run`` does."""
    place = _place(folder)
    teller = ours.new_service("sessions", place.teller_url, place)
    listener = ours.new_service("reminders", place.listener_url, place)
    telling, hearing = assemble(teller), assemble(listener)
    events = list(facts.facts(number))
    hearing.listener.step()
    ours.record(teller.store, events[: facts.WARM])
    ours.tell(telling, facts.WARM)
    ours.hear(hearing, facts.WARM)
    ours.record(teller.store, events[facts.WARM :])
    relaying = Thread(target=ours.tell, args=(telling, number - facts.WARM), daemon=True)
    settle()
    ready(parent)
    relaying.start()
    ours.hear(hearing, number - facts.WARM)
    parent.send(monotonic())
    parent.recv()


def measure(folder: Path, number: int) -> float:
    """Return events per second from an outbox full of them to the last effect committed."""
    with Child(run, folder, number) as child:
        child.hear()
        began = monotonic()
        child.say()
        took = child.hear() - began
    facts.check(create_engine(_place(folder).listener_url), number)
    return float((number - facts.WARM) / took)


def write(parent: Connection, folder: Path, number: int) -> None:
    """Write an inbox row and an effect for each event, in one transaction."""
    rows = [facts.row(fact) for fact in facts.facts(number)]
    seen = [(uuid7().hex,) for _ in rows]
    database = sqlite3.connect(folder / "bare.sqlite")
    database.executescript(BARE_TABLES)
    ready(parent)
    with database:
        database.executemany(BARE_INBOX, seen)
        database.executemany(BARE_EFFECT, rows)
    parent.send(monotonic())
    parent.recv()


def measure_bare(folder: Path, number: int) -> float:
    """Return rows of both kinds per second that SQLite takes at best."""
    with Child(write, folder, number) as child:
        child.hear()
        began = monotonic()
        child.say()
        took = child.hear() - began
    return float(number / took)
