"""Where the ``limits`` library counts: in the service's own database, under keyed hashes.

Each count is a transaction of its own, so that it stays when the request it counts is refused.
A window begins with its first try.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from hmac import digest
from typing import Any

from limits.storage import Storage
from sqlalchemy import Connection, Engine, case, delete, select
from sqlalchemy.exc import SQLAlchemyError

from shared.inserting import insert_into
from shared.rates.tables import rate_count

KEPT_FOR = timedelta(days=1)
SWEPT_AT_ONCE = 100


class DatabaseStorage(Storage):
    """Counts in ``rate_count``; two processes that count at the same time count to two."""

    STORAGE_SCHEME = None

    def __init__(self, engine: Engine, secret: bytes, now: Callable[[], datetime]):
        super().__init__()
        self._engine = engine
        self._secret = secret
        self._now = now

    @property
    def base_exceptions(self) -> type[Exception]:
        """What may go wrong here."""
        return SQLAlchemyError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count once more, for ``expiry`` seconds from the first time on; return the count."""
        now = self._now()
        fresh = {"whose": self._hash(key), "until": now + timedelta(seconds=expiry)}
        over = rate_count.c.until <= now
        with self._engine.begin() as connection:
            counted = insert_into(connection, rate_count).values(tries=amount, **fresh)
            counted = counted.on_conflict_do_update(
                index_elements=[rate_count.c.whose],
                set_={
                    "tries": case((over, amount), else_=rate_count.c.tries + amount),
                    "until": case((over, fresh["until"]), else_=rate_count.c.until),
                },
            )
            tries: int = connection.execute(counted.returning(rate_count.c.tries)).scalar_one()
            if tries == amount:
                self._sweep(connection, now - KEPT_FOR)
        return tries

    def get(self, key: str) -> int:
        """Return the count of a window that is not over; 0 for any other."""
        found = self._row(key)
        return found.tries if found is not None and found.until > self._now() else 0

    def get_expiry(self, key: str) -> float:
        """Return when a window is over, in seconds since 1970."""
        found = self._row(key)
        until: datetime = self._now() if found is None else found.until
        return until.timestamp()

    def check(self) -> bool:
        """Say whether counting is possible."""
        self._row("")
        return True

    def reset(self) -> int:
        """Forget every count; return how many there were."""
        with self._engine.begin() as connection:
            return connection.execute(delete(rate_count)).rowcount

    def clear(self, key: str) -> None:
        """Forget one count."""
        with self._engine.begin() as connection:
            connection.execute(delete(rate_count).where(rate_count.c.whose == self._hash(key)))

    def _row(self, key: str) -> Any:
        with self._engine.connect().execution_options(attune_reading=True) as connection:
            wanted = select(rate_count).where(rate_count.c.whose == self._hash(key))
            return connection.execute(wanted).one_or_none()

    def _sweep(self, connection: Connection, before: datetime) -> None:
        """Forget some of what is long over, without waiting for anyone."""
        old = select(rate_count.c.whose).where(rate_count.c.until < before).limit(SWEPT_AT_ONCE)
        free = old.with_for_update(skip_locked=True)
        connection.execute(delete(rate_count).where(rate_count.c.whose.in_(free)))

    def _hash(self, key: str) -> bytes:
        return digest(self._secret, key.encode(), "sha256")
