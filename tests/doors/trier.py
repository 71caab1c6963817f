"""One of several processes that try something at the same time; says yes for each try within."""

import sys
from datetime import UTC, datetime

from limits import RateLimitItemPerMinute

from shared.rates.rates import Rates
from shared.store.engines import new_engine

LIMIT = RateLimitItemPerMinute(20, 1, "together")

if __name__ == "__main__":
    engine = new_engine(sys.argv[1])
    counts = Rates(engine, b"s", lambda: datetime(2026, 3, 2, 9, 0, tzinfo=UTC))
    for _ in range(int(sys.argv[2])):
        print("yes" if counts.spend(LIMIT, "192.0.2.77") else "no")
    engine.dispose()
