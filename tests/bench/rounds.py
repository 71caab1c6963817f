"""The ways that are compared, and how they take turns: A B C, A B C, …"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from tests.bench import celery_way, entering, laptop, latency, naive, ours, raw_kombu, trust
from tests.bench.stage import Place, Stage

RAW = "raw kombu, no database"
NAIVE = "naive outbox loop"
CELERY = "Celery"
OURS = "Attune"
SINGLE = "Attune, one event per message"
BARE = "SQLite, one bare executemany"
LAPTOP = "Attune on the laptop (SQLite)"
LATENCY, PRODUCER = "commit to commit, p50", "one producer transaction"
TRUST = "what trust costs"

Figures = dict[str, float]


@dataclass(frozen=True)
class Sizes:
    """How many events travel in each way."""

    ours: int = 30_000
    single: int = 6_000
    raw: int = 6_000
    naive: int = 300
    celery: int = 400
    latency: int = 300
    laptop: int = 30_000


QUICK = Sizes(ours=9_000, single=1_500, raw=3_000, naive=100, celery=150, latency=120, laptop=9_000)


@dataclass(frozen=True)
class Ratio:
    """Two figures of one round, one divided by the other; goals are floors or ceilings."""

    name: str
    top: str
    bottom: str
    at_least: float | None = None
    at_most: float | None = None

    @property
    def goal(self) -> str:
        """The goal in a few signs."""
        if self.at_least is not None:
            return f"≥ {self.at_least:g}"
        return f"≤ {self.at_most:g}" if self.at_most is not None else ""

    def reached(self, value: float) -> bool | None:
        """Say whether a value reaches the goal; None where there is none."""
        if self.at_least is not None:
            return value >= self.at_least
        return value <= self.at_most if self.at_most is not None else None


RATIOS = (
    Ratio("(a) raw kombu without a database", OURS, RAW, at_least=3),
    Ratio("(b) naive outbox loop", OURS, NAIVE, at_least=60),
    Ratio("(c) Celery with a database effect", OURS, CELERY, at_least=40),
    Ratio("one event per message / raw kombu", SINGLE, RAW),
    Ratio("one event per message / naive", SINGLE, NAIVE),
    Ratio("p50 at 50 events/s / producer transaction", LATENCY, PRODUCER, at_most=5),
    Ratio("laptop / one bare executemany", LAPTOP, BARE, at_least=0.12),
    Ratio("sealing / bare AESGCM", trust.SEALED, trust.BARE_CALL, at_most=2),
    Ratio("Fernet / sealing", trust.FERNET, trust.SEALED, at_least=4),
    Ratio("trail / the same rows without a chain", trust.CHAINED, trust.UNCHAINED, at_most=1.5),
    Ratio("signed in / the same page for all", entering.SIGNED_IN, entering.FOR_ALL, at_most=1.3),
    Ratio("row-level security / without", trust.GUARDED, trust.UNGUARDED, at_most=1.2),
)


@dataclass(frozen=True)
class Spread:
    """The median of the rounds, with the least and the greatest."""

    median: float
    least: float
    most: float


def spread(values: list[float]) -> Spread:
    """Return how values spread."""
    return Spread(median(values), min(values), max(values))


def ways(sizes: Sizes) -> dict[str, Callable[[Place], Figures]]:
    """Return each way by its name, peers first; it answers with the figures of one turn."""
    return {
        RAW: lambda place: {RAW: raw_kombu.measure(place, sizes.raw)},
        NAIVE: lambda place: {NAIVE: naive.measure(place, sizes.naive)},
        CELERY: lambda place: {CELERY: celery_way.measure(place, sizes.celery)},
        OURS: lambda place: {OURS: ours.measure(place, sizes.ours)},
        SINGLE: lambda place: {SINGLE: ours.measure(place, sizes.single, envelope_events=1)},
        LATENCY: lambda place: _latency(place, sizes.latency),
        BARE: lambda place: {BARE: laptop.measure_bare(place.folder, sizes.laptop)},
        LAPTOP: lambda place: {LAPTOP: laptop.measure(place.folder, sizes.laptop)},
        TRUST: trust.measure,
    }


def _latency(place: Place, number: int) -> Figures:
    found = latency.measure(place, number)
    return {LATENCY: found.p50, PRODUCER: found.producer, "commit to commit, p99": found.p99}


def run(
    stage: Stage, sizes: Sizes, rounds: int, wanted: set[str], tick: Callable[[str], None]
) -> list[Figures]:
    """Let every way take its turn in every round; call ``tick`` with the name of each."""
    found: list[Figures] = []
    for _ in range(rounds):
        figures: Figures = {}
        for name, measure in ways(sizes).items():
            if not wanted or name in wanted:
                tick(name)
                with stage.place() as place:
                    figures |= measure(place)
        found.append(figures)
    return found


def absolutes(found: list[Figures]) -> dict[str, Spread]:
    """Return the spread of each figure over the rounds."""
    values: dict[str, list[float]] = defaultdict(list)
    for figures in found:
        for name, value in figures.items():
            values[name].append(value)
    return {name: spread(each) for name, each in values.items()}


def ratios(found: list[Figures]) -> dict[Ratio, Spread]:
    """Return the spread of each ratio, worked out round by round."""
    return {
        ratio: spread([figures[ratio.top] / figures[ratio.bottom] for figures in found])
        for ratio in RATIOS
        if all({ratio.top, ratio.bottom} <= figures.keys() for figures in found)
    }
