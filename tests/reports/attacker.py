"""A reader who wants to know what is withheld. Shares no code with what withholds it.

The reader has the printed table, knows the rules (fewer than 11 is withheld, counts are rounded to
the nearest 5), and is given more than any real reader: how many couples every printed clinic has,
and which blanks are blank for smallness.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

Range = tuple[int, int]
Sum = tuple[str, Sequence[str]]


@dataclass
class Knowledge:
    """What the reader takes each number to be, and which numbers add up to which."""

    ranges: dict[str, Range]
    sums: list[Sum]
    targets: list[str]

    def subtract(self) -> dict[str, Range]:
        """Add and subtract until nothing new comes of it; return what is known of each target."""
        ranges, changed = dict(self.ranges), True
        while changed:
            changed = False
            for whole, parts in self.sums:
                for name, found in _sharpened(ranges, whole, parts):
                    if found != ranges[name]:
                        ranges[name], changed = found, True
        return {target: ranges[target] for target in self.targets}


def _sharpened(
    ranges: Mapping[str, Range], whole: str, parts: Sequence[str]
) -> Iterator[tuple[str, Range]]:
    lows, highs = (sum(ranges[part][end] for part in parts) for end in (0, 1))
    low, high = ranges[whole]
    yield whole, (max(low, lows), min(high, highs))
    for part in parts:
        own = ranges[part]
        others_low, others_high = lows - own[0], highs - own[1]
        yield part, (max(own[0], low - others_high), min(own[1], high - others_low))


def knowledge(
    table: Mapping[str, Any], truth: Sequence[Sequence[int]], groups: Sequence[Sequence[int]]
) -> Knowledge:
    """Return what the reader begins with; ``truth`` gives row totals and the kind of each blank."""
    most = sum(map(sum, truth))
    ranges: dict[str, Range] = {}
    targets: list[str] = []
    sums: list[Sum] = []
    counted = table["organization"]["counts"] == "all"
    rows = [r for r, row in enumerate(table["rows"]) if row["status"] == "printed" or counted]
    for r in rows:
        row, shown = table["rows"][r], table["rows"][r]["status"] == "printed"
        total = sum(truth[r])
        ranges[f"row {r}"] = (total, total) if shown else (0, 10)
        if not shown:
            targets.append(f"row {r}")
        for c, group in enumerate(groups):
            name = f"cell {r} {c}"
            ranges[name] = _range(row["cells"][c], sum(truth[r][j] for j in group), most)
            if row["cells"][c]["couples"] is None:
                targets.append(name)
            ranges |= {f"fine {r} {j}": (0, most) for j in group}
            sums.append((name, [f"fine {r} {j}" for j in group]))
        sums.append((f"row {r}", [f"cell {r} {c}" for c in range(len(groups))]))
    _add_organization(table, truth, rows, ranges, sums, targets)
    return Knowledge(ranges, sums, targets)


def _add_organization(
    table: Mapping[str, Any],
    truth: Sequence[Sequence[int]],
    rows: Sequence[int],
    ranges: dict[str, Range],
    sums: list[Sum],
    targets: list[str],
) -> None:
    most = sum(map(sum, truth))
    row = table["organization"]
    everyone = sum(sum(truth[r]) for r in rows)
    ranges["all"] = (everyone, everyone)
    categories = range(len(row["cells"]))
    for j in categories:
        total = sum(truth[r][j] for r in rows)
        withheld = row["status"] == "withheld"
        ranges[f"total {j}"] = (0, most) if withheld else _range(row["cells"][j], total, most)
        if not withheld and row["cells"][j]["couples"] is None:
            targets.append(f"total {j}")
        sums.append((f"total {j}", [f"fine {r} {j}" for r in rows]))
    sums.append(("all", [f"total {j}" for j in categories]))
    sums.append(("all", [f"row {r}" for r in rows]))


def _range(cell: Mapping[str, Any], truth: int, most: int) -> Range:
    printed = cell["couples"]
    if printed is not None:
        return max(11, printed - 2), printed + 2
    return (0, 10) if truth < 11 else (11, most)


def every_table(
    known: Knowledge, rows: Sequence[int], categories: int
) -> Iterator[tuple[tuple[int, ...], ...]]:
    """Yield every whole table that fits what is known, for tables without groups of categories."""
    options = [
        [
            row
            for row in product(
                *(_values(known.ranges[f"cell {r} {c}"], known) for c in range(categories))
            )
            if _within(sum(row), known.ranges[f"row {r}"])
        ]
        for r in rows
    ]
    for found in product(*options):
        columns = (sum(row[c] for row in found) for c in range(categories))
        if all(_within(total, known.ranges[f"total {c}"]) for c, total in enumerate(columns)):
            yield found


def _values(range_: Range, known: Knowledge) -> range:
    return range(range_[0], min(range_[1], known.ranges["all"][1]) + 1)


def _within(value: int, range_: Range) -> bool:
    return range_[0] <= value <= range_[1]
