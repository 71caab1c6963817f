"""What a computer has of what Attune can use, and what to do where something is missing."""

import os
import platform
import shutil
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from deploy.surroundings import MEMBER_HOST, USUAL_PORT, running_port
from shared.clock import Clock
from shared.settings import SERVICES, BadSettings, Settings, read_settings

ENOUGH_BYTES = 500_000_000


@dataclass(frozen=True)
class Finding:
    """Something looked for: whether it is here (None: nobody asked for it), and a sentence."""

    what: str
    here: bool | None
    says: str
    needed: bool = False


def examine() -> list[Finding]:
    """Look at everything, whatever is found; nothing is changed."""
    try:
        settings = [read_settings(name) for name in SERVICES]
    except BadSettings as bad:
        mistakes = "; ".join(bad.mistakes)
        return [_python(), Finding("settings", False, mistakes, needed=True)]
    first = settings[0]
    own = (_folder(first), _clock(first), _port(first))
    return [
        _python(),
        Finding("settings", True, f"they fit together; mode {first.mode}.", needed=True),
        *(() if first.production else own),
        *map(_database, settings[:1] if first.production else settings),
        _broker(first),
        _mail(first),
        *_tools(),
    ]


def _python() -> Finding:
    here = sys.version_info >= (3, 11)
    return Finding("Python", here, f"{platform.python_version()}; 3.11 or newer is needed.", True)


def _folder(settings: Settings) -> Finding:
    folder = settings.data_dir.resolve()
    nearest = next(place for place in (folder, *folder.parents) if place.exists())
    free = shutil.disk_usage(nearest).free
    writable = os.access(nearest, os.W_OK)
    says = f"{folder}, {free / 1e9:.0f} GB free{'' if writable else ', but not writable'}."
    return Finding("data folder", writable and free > ENOUGH_BYTES, says, True)


def _clock(settings: Settings) -> Finding:
    offset = Clock(settings.clock_file).offset()
    moved = f"moved by {offset.total_seconds() / 86_400:+.1f} days; `attune clock back` undoes it."
    return Finding("clock", True, moved if offset else "shows the real time.")


def _port(settings: Settings) -> Finding:
    port = running_port(settings.data_dir)
    with socket.socket() as asking:
        asking.settimeout(1)
        answers = asking.connect_ex((MEMBER_HOST, port)) == 0
    says = f"something answers on {port}." if answers else f"{USUAL_PORT} is free for `attune run`."
    return Finding("port", True, says)


def _database(settings: Settings) -> Finding:
    from sqlalchemy.exc import SQLAlchemyError

    from deploy.fitness import SCOPED_BY_CODE_ALONE
    from shared.store.engines import new_engine

    what = "database" if settings.production else f"{settings.service} database"
    if settings.database_url.startswith("sqlite"):
        there = (settings.data_dir / f"{settings.service}.sqlite").exists()
        file = "a file" if there else "a file, made at the first start"
        return Finding(what, there or None, f"{file}. {SCOPED_BY_CODE_ALONE}.")
    try:
        with new_engine(settings.database_url).connect():
            return Finding(what, True, "PostgreSQL answers.", True)
    except SQLAlchemyError as problem:
        return Finding(what, False, f"cannot be reached ({type(problem).__name__}).", True)


def _broker(settings: Settings) -> Finding:
    from kombu import Connection

    if settings.embedded:
        return Finding("broker", True, "inside the process.")
    try:
        with Connection(settings.broker_url.split("?")[0], connect_timeout=3) as connection:
            connection.connect()
            return Finding("broker", True, "answers.", True)
    except Exception as problem:
        return Finding("broker", False, f"cannot be reached ({type(problem).__name__}).", True)


def _mail(settings: Settings) -> Finding:
    if settings.smtp.host:
        return Finding("mail", True, f"{settings.smtp.host}; `attune mail check` tries it.")
    return Finding("mail", None, "letters stay in the mailbox page of this computer.")


def _tools() -> Iterator[Finding]:
    charts = find_spec("altair") is not None and find_spec("vl_convert") is not None
    yield Finding("pictures", charts or None, "drawn in reports." if charts else "tables only.")
    for program, use in (("docker", "containers"), ("chromium", "tests in a browser")):
        path = shutil.which(program)
        says = f"for {use}." if path else f"only needed for {use}."
        yield Finding(program, bool(path) or None, says)
    compose = Path("docker-compose.yml").exists()
    yield Finding("compose file", compose or None, "here." if compose else "not in this folder.")
