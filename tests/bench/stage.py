"""The servers of one run: PostgreSQL that syncs each commit to the disk, and RabbitMQ."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from tests.servers import process
from tests.servers.ground import Ground, wait_until
from tests.servers.postgres import Postgres, _binaries
from tests.servers.rabbitmq import RabbitMQ


class DurablePostgres(Postgres):
    """A PostgreSQL with its own defaults: tests may do without the disk, a benchmark may not."""

    def start(self) -> None:
        """Start, and return once it answers."""
        self.pid = process.launch(
            [
                *(_binaries(self.ground) / "postgres", "-D", self.data, "-k", self.folder),
                *("-h", "127.0.0.1", "-p", str(self.port), "-c", "max_connections=200"),
            ],
            ground=self.ground,
            log=self.ground.folder / "postgres.log",
        )
        wait_until(self.answers, seconds=60, what="starting PostgreSQL")


@dataclass(frozen=True)
class Place:
    """Where one configuration runs once: two empty databases, an empty broker, a folder."""

    teller_url: str
    listener_url: str
    broker_url: str
    folder: Path


class Stage:
    """The servers, and fresh places on them."""

    def __init__(self, ground: Ground):
        self._postgres = DurablePostgres.create(ground)
        self._broker = RabbitMQ.create(ground)

    @contextmanager
    def place(self) -> Iterator[Place]:
        """Give a fresh place, and sweep it afterwards."""
        teller, listener = (self._postgres.new_database(name) for name in ("teller", "listener"))
        vhost = self._broker.new_vhost()
        self._postgres.execute("checkpoint")
        with TemporaryDirectory() as folder:
            yield Place(teller.owner_url, listener.owner_url, self._broker.url(vhost), Path(folder))
        self._broker.drop_vhost(vhost)
        teller.drop()
        listener.drop()

    @contextmanager
    def folder(self) -> Iterator[Path]:
        """Give an empty folder for databases that are files."""
        with TemporaryDirectory() as folder:
            yield Path(folder)

    def versions(self) -> dict[str, str]:
        """Return the versions of the servers."""
        with psycopg.connect(self._postgres.url()) as connection:
            row = connection.execute("show server_version").fetchone()
        overview = self._broker.ask("GET", "/api/overview")
        return {
            "PostgreSQL": str(row[0]).split()[0] if row else "",
            "RabbitMQ": str(overview["rabbitmq_version"]),
        }
