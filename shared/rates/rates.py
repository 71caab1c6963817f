"""What may be tried how often, and the refusal of whoever tries more."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import ClassVar

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.strategies import FixedWindowRateLimiter
from sqlalchemy import Engine

from shared.errors import Refusal
from shared.rates.storage import DatabaseStorage

KNOCKS = RateLimitItemPerMinute(10, 1, "knocks")
"""Knocks at closed links, by source."""

WRONG_TRIES = RateLimitItemPerHour(5, 1, "wrong-tries")
"""Knocks at one closed or invented link, whoever knocks."""

SIGN_INS = RateLimitItemPerMinute(30, 5, "sign-ins")
"""Tries to sign in, by source; a clinic may share one. Accounts rest by themselves besides."""

SEATS = RateLimitItemPerMinute(20, 1, "seats")
"""Seats that are taken, by source."""

CALLS = RateLimitItemPerMinute(600, 1, "calls")
"""Calls of programs, by the member of staff they act as."""


class TooOften(Refusal):
    """That was a lot at once. Wait a minute, then try again; nothing you had is lost."""

    status = 429
    headers: ClassVar[Mapping[str, str]] = {"Retry-After": "60"}


class Rates:
    """Counts tries in a service's database, for all of its processes together."""

    def __init__(self, engine: Engine, secret: bytes, now: Callable[[], datetime]):
        self._limiter = FixedWindowRateLimiter(DatabaseStorage(engine, secret, now))

    def spend(self, limit: RateLimitItem, whose: str) -> bool:
        """Count one more try of someone, and say whether it was within the limit.

        Call it outside any unit of work: it commits for itself.
        """
        return self._limiter.hit(limit, whose)

    def refuse_more(self, limit: RateLimitItem, whose: str) -> None:
        """Count one more try of someone; raises TooOften beyond the limit."""
        if not self.spend(limit, whose):
            raise TooOften
