"""The gate of three keys, tried in every state that it can be in, beside rules written apart.

The space: what a member said last, under which version of the text, at which moment of its time;
for one to three members; with the clinician's key and what holds it back each yes, no or unknown.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import combinations_with_replacement, permutations, product
from pathlib import Path

import pytest

from shared.consent.decision import Because, Said, decide
from shared.consent.gate import Lock, Openness, gate
from shared.consent.terms import State
from shared.consent.texts import Text

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
TICK, YEAR = timedelta(microseconds=1), timedelta(days=365)
MINOR_AT, MATERIAL_AT = START + timedelta(days=100), START + timedelta(days=200)
VERSIONS = (1, 2, 3)
LATER = START + timedelta(days=150)
MOMENTS = {
    "before it begins": START - TICK,
    "as it begins": START,
    "under the first text": MINOR_AT - TICK,
    "as a minor text comes": MINOR_AT,
    "just before a material text": MATERIAL_AT - TICK,
    "as a material text comes": MATERIAL_AT,
    "just before another one begins": LATER - TICK,
    "at its last moment": START + YEAR - TICK,
    "as it ends": START + YEAR,
    "long after": START + 3 * YEAR,
}
KEYS = (True, False, None)
DOCUMENT = Path(__file__).parents[2] / "docs" / "consent.md"


def text(version: int, since: datetime, *, material: bool) -> Text:
    return Text(
        purpose="exercise",
        template="exercise",
        version=version,
        locale="en",
        question="May we?",
        points=(),
        material=material,
        in_force_from=since,
    )


TEXTS = (
    text(1, START - YEAR, material=True),
    text(2, MINOR_AT, material=False),
    text(3, MATERIAL_AT, material=True),
)


@dataclass(frozen=True)
class Word:
    """What one member said last, under which text and from when on."""

    state: State | None = None
    version: int = 1
    began: datetime = START


WORDS = (Word(), *(Word(*one) for one in product(State, VERSIONS, (START, LATER))))


def decided(word: Word, at: datetime) -> Because:
    """Ask the house."""
    said = [] if word.state is None else [_said(word)]
    return decide(said, purpose="exercise", texts=TEXTS, at=at).because


def yes(word: Word, at: datetime) -> bool:
    """The rule of one member's key, written apart: a yes, in its time, to what is still asked."""
    if word.state != "given":
        return False
    asked_anew = at >= MATERIAL_AT and word.version in (1, 2)
    return word.began <= at and at - word.began < YEAR and not asked_anew


def opens(words: tuple[Word, ...], at: datetime, released: object, available: object) -> bool:
    """The rule of the gate, written apart: two or more, everyone's yes, and both other keys."""
    noes = [word for word in words if not yes(word, at)]
    return len(words) > 1 and noes == [] and released is True and available is True


def _said(word: Word) -> Said:
    assert word.state is not None
    return Said(
        revision=1,
        state=word.state,
        text_version=word.version,
        decided_at=word.began,
        valid_from=word.began,
        valid_until=word.began + YEAR if word.state is State.GIVEN else word.began,
    )


def groups() -> Iterator[tuple[Word, ...]]:
    """Every pair in both orders, and every three up to their order."""
    yield ()
    yield from product(WORDS, repeat=1)
    yield from product(WORDS, repeat=2)
    yield from combinations_with_replacement(WORDS, 3)


@pytest.fixture(scope="module")
def space() -> Counter[str]:
    """Walk through the whole space once; count it, and what opened."""
    counted: Counter[str] = Counter()
    for at in MOMENTS.values():
        known = {word: decided(word, at) for word in WORDS}
        for words in groups():
            said = dict(enumerate(known[word] for word in words))
            for released, available in product(KEYS, KEYS):
                found = gate(said, released=released, available=available)
                assert found.is_open is opens(words, at, released, available), (words, at)
                assert found.is_open is (not found.members and not found.locks)
                counted[f"{len(words)} members"] += 1
                counted[f"{len(words)} members, open"] += found.is_open
    return counted


@pytest.mark.requirement("INT-10", "PLT-13")
def test_every_state_says_what_the_rules_written_apart_say(space):
    assert space["2 members"] == len(WORDS) ** 2 * len(MOMENTS) * 9
    assert space["0 members, open"] == space["1 members, open"] == 0
    assert 0 < space["2 members, open"] < space["2 members"]
    assert 0 < space["3 members, open"] < space["3 members"]


def test_the_counts_are_published(space):
    printed = DOCUMENT.read_text()

    for number in range(4):
        states, opened = space[f"{number} members"], space[f"{number} members, open"]
        assert f"| {number} | {states:,} | {opened:,} |" in printed
    total = sum(n for name, n in space.items() if "open" not in name)
    assert f"**{total:,}** states" in printed


@pytest.mark.requirement("INT-10")
def test_what_is_told_to_others_is_the_same_whatever_keeps_it_shut():
    words = [Because.GIVEN, *(word for word in Because if word is not Because.GIVEN), None]
    told = {
        gate({"a": one, "b": other}, released=released, available=available).openness
        for one, other in product(words, words)
        for released, available in product(KEYS, KEYS)
        if (one, other, released, available) != (Because.GIVEN, Because.GIVEN, True, True)
    }

    assert told == {Openness.NOT_AVAILABLE_NOW}


def test_no_order_among_members_has_a_meaning():
    for words in combinations_with_replacement([*Because, None], 4):
        said = {
            gate(dict(enumerate(order)), released=True, available=True).openness
            for order in set(permutations(words))
        }
        assert len(said) == 1


def test_the_treating_clinician_sees_what_keeps_it_shut():
    found = gate({"a": Because.GIVEN, "b": Because.ENDED}, released=False, available=None)

    assert found.members == {"b": Because.ENDED}
    assert found.locks == {Lock.NOT_RELEASED, Lock.NOT_KNOWN}
