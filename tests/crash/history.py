"""The checker: compares what was committed with what took effect; it trusts no counter.

Words as Jepsen uses them: *ok* was acknowledged and must have its effect; *fail* was rolled back
and must have none; *info* is unknown (killed in between) and must be whole, or not at all.
"""

import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Engine, text

Fact = tuple[str, int]


@dataclass
class History:
    """What writers wrote down, by outcome: each a transaction of (subject, version) facts."""

    ok: list[tuple[Fact, ...]] = field(default_factory=list)
    fail: list[tuple[Fact, ...]] = field(default_factory=list)
    info: list[tuple[Fact, ...]] = field(default_factory=list)


def read(folder: Path) -> History:
    """Return the history of all writers; what only began is unknown."""
    history = History()
    for file in sorted(folder.glob("history-*.txt")):
        began: tuple[Fact, ...] | None = None
        for line in file.read_text().splitlines():
            word, *pairs = line.split()
            facts = tuple((subject, int(version)) for subject, version in map(_split, pairs))
            if word == "begin":
                if began is not None:
                    history.info.append(began)
                began = facts
            else:
                getattr(history, word).append(facts)
                began = None
        if began is not None:
            history.info.append(began)
    return history


def _split(pair: str) -> list[str]:
    return pair.split(":")


def faults(history: History, teller: Engine, listener: Engine) -> list[str]:
    """Return everything that breaks the promise, in words; empty when it was kept."""
    told = _told(teller)
    effects = _effects(listener)
    return [
        *_committed(history, {fact for fact, _, _ in told}),
        *_exactly_once(told, effects),
        *_in_order(told, effects),
        *_numbered(told),
    ]


def _told(teller: Engine) -> list[tuple[Fact, tuple[str, int], int]]:
    """Return (fact, (stream, partition), position) of every outbox row, by position."""
    rows = text(
        "SELECT cloud_event, outbox.stream, outbox.partition, position FROM outbox "
        "LEFT JOIN sequenced ON sequenced.outbox_id = outbox.id ORDER BY position, id"
    )
    with teller.connect() as connection:
        return [
            (_fact(row.cloud_event), (row.stream, row.partition), row.position)
            for row in connection.execute(rows)
        ]


def _fact(cloud_event: str) -> Fact:
    data = json.loads(cloud_event + "}")["data"]
    return data["relationship_id"], data["version"]


def _effects(listener: Engine) -> list[Fact]:
    with listener.connect() as connection:
        rows = connection.execute(text("SELECT subject_id, version FROM effect ORDER BY id"))
        return [(row.subject_id, row.version) for row in rows]


def _committed(history: History, told: set[Fact]) -> list[str]:
    lost = [fact for facts in history.ok for fact in facts if fact not in told]
    ghosts = [fact for facts in history.fail for fact in facts if fact in told]
    torn = [facts for facts in history.info if 0 < len(told.intersection(facts)) < len(facts)]
    return [
        *(f"committed but not told: {fact}" for fact in lost),
        *(f"rolled back but told: {fact}" for fact in ghosts),
        *(f"half a transaction told: {facts}" for facts in torn),
    ]


def _exactly_once(told: list[tuple[Fact, tuple[str, int], int]], effects: list[Fact]) -> list[str]:
    wanted, found = Counter(fact for fact, _, _ in told), Counter(effects)
    return [
        *(f"lost: {fact}" for fact in wanted - found),
        *(f"doubled or unexpected: {fact}" for fact in found - wanted),
    ]


def _in_order(told: list[tuple[Fact, tuple[str, int], int]], effects: list[Fact]) -> list[str]:
    expected: dict[str, list[int]] = defaultdict(list)
    for (subject, version), _, _ in told:
        expected[subject].append(version)
    found: dict[str, list[int]] = defaultdict(list)
    for subject, version in effects:
        found[subject].append(version)
    return [f"out of order: {s}" for s in expected if found[s] != expected[s]]


def _numbered(told: list[tuple[Fact, tuple[str, int], int]]) -> list[str]:
    given: dict[tuple[str, int], list[int]] = defaultdict(list)
    for _, place, position in told:
        given[place].append(position)
    return [
        f"positions of {place} have gaps or repeats"
        for place, positions in given.items()
        if positions != list(range(1, len(positions) + 1))
    ]
