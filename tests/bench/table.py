"""The figures as a table: for the terminal, and for docs/benchmarks.md."""

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil

from tests.bench.rounds import (
    BARE,
    CELERY,
    LAPTOP,
    NAIVE,
    OURS,
    RAW,
    SINGLE,
    Figures,
    Ratio,
    Spread,
    absolutes,
    ratios,
)

PUBLISHED = Path(__file__).resolve().parent.parent.parent / "docs" / "benchmarks.md"
MARK = "<!-- what follows is written by `python -m tests.bench --write` -->"
LIBRARIES = ("kombu", "amqp", "sqlalchemy", "psycopg", "celery")
PER_SECOND = {RAW, NAIVE, CELERY, OURS, SINGLE, BARE, LAPTOP}
"""The figures that are rates; all others are seconds."""

Row = tuple[str, str, str, str]


def absolute_rows(found: list[Figures]) -> list[Row]:
    """Return (what, median, least, most) of each figure, peers first."""
    return [(name, *_figures(name, each)) for name, each in absolutes(found).items()]


def ratio_rows(found: list[Figures]) -> list[tuple[str, str, str, str]]:
    """Return (what, median with least and most, goal, whether it is reached) of each ratio."""
    return [
        (
            ratio.name,
            f"{_short(each.median)} [{_short(each.least)} - {_short(each.most)}]",
            ratio.goal,
            _verdict(ratio, each),
        )
        for ratio, each in ratios(found).items()
    ]


def machine(versions: dict[str, str]) -> str:
    """Return a sentence about where and when this was measured."""
    memory = psutil.virtual_memory().total / 2**30
    tools = {"Python": platform.python_version(), **versions}
    tools |= {name: version(name) for name in LIBRARIES}
    return (
        f"{datetime.now(UTC):%d %B %Y}; {os.cpu_count()} cores, {memory:.0f} GiB, "
        f"{platform.system()} {platform.machine()}, load average {os.getloadavg()[0]:.1f}; "
        + ", ".join(f"{name} {number}" for name, number in tools.items())
        + "."
    )


def publish(found: list[Figures], versions: dict[str, str], events: int) -> None:
    """Write the tables into docs/benchmarks.md, below what people wrote there."""
    written = PUBLISHED.read_text(encoding="utf-8").split(MARK)[0]
    tables = [
        _markdown(("ratio", "median [min - max]", "goal", "reached"), ratio_rows(found)),
        _markdown(("figure", "median", "min", "max"), absolute_rows(found)),
    ]
    parts = [
        written + MARK,
        f"{len(found)} rounds of {events:,} events. {machine(versions)}",
        *tables,
    ]
    PUBLISHED.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def _markdown(head: tuple[str, ...], rows: list[tuple[str, str, str, str]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _figures(name: str, each: Spread) -> tuple[str, str, str]:
    shown = _rate if name in PER_SECOND else _time
    return shown(each.median), shown(each.least), shown(each.most)


def _verdict(ratio: Ratio, each: Spread) -> str:
    return {True: "yes", False: "no", None: ""}[ratio.reached(each.median)]


def _time(seconds: float) -> str:
    return f"{seconds * 1e3:.1f} ms" if seconds >= 1e-3 else f"{seconds * 1e6:.1f} µs"


def _rate(per_second: float) -> str:
    return f"{per_second:,.0f} /s"


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 20 else f"{value:.1f}" if value >= 1 else f"{value:.2f}"
