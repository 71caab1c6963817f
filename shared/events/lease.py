"""The relay lease: one relay works at a time; it saves waste, the head rows keep it right.

Times are the database's; the holder stops by its own monotonic clock a second early.
"""

from time import monotonic
from uuid import UUID

from sqlalchemy import Connection, Engine, delete, select, text, update

from shared.events.tables import relay_lease
from shared.inserting import insert_into

LEASE_SECONDS = 10.0
EARLY_SECONDS = 1.0


def database_time(connection: Connection) -> float:
    """Return the database's clock in seconds since 1970."""
    sqlite_now = "(julianday('now') - 2440587.5) * 86400.0"
    postgres_now = "extract(epoch from clock_timestamp())"
    here = sqlite_now if connection.dialect.name == "sqlite" else postgres_now
    return float(connection.execute(text(f"SELECT {here}")).scalar_one())


class Lease:
    """A named lease in one database, tried for by one holder."""

    def __init__(self, engine: Engine, name: str, holder: UUID):
        self._engine = engine
        self._name = name
        self._holder = holder
        self._mine_until = float("-inf")
        self._renew_at = float("-inf")

    def held(self) -> bool:
        """Say whether this holder may work now, taking or renewing the lease when it is time."""
        if monotonic() >= self._renew_at:
            asked = monotonic()
            with self._engine.begin() as connection:
                taken = self._take(connection)
            self._mine_until = asked + LEASE_SECONDS - EARLY_SECONDS if taken else float("-inf")
            self._renew_at = asked + (LEASE_SECONDS / 3 if taken else EARLY_SECONDS)
        return monotonic() < self._mine_until

    def release(self) -> None:
        """Give the lease back, so that another can work at once."""
        mine = (relay_lease.c.name == self._name) & (relay_lease.c.holder == self._holder)
        with self._engine.begin() as connection:
            connection.execute(delete(relay_lease).where(mine))
        self._mine_until = self._renew_at = float("-inf")

    def _take(self, connection: Connection) -> bool:
        now = database_time(connection)
        row = {"name": self._name, "holder": self._holder, "until": now + LEASE_SECONDS}
        added = insert_into(connection, relay_lease).values(row)
        connection.execute(added.on_conflict_do_nothing())
        free = (relay_lease.c.holder == self._holder) | (relay_lease.c.until < now)
        mine = update(relay_lease).where(relay_lease.c.name == self._name, free).values(row)
        connection.execute(mine)
        holder = select(relay_lease.c.holder).where(relay_lease.c.name == self._name)
        return bool(connection.execute(holder).scalar_one() == self._holder)
