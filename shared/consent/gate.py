"""The gate of three keys: what is joint begins only with every member's own yes and a release.

One pure function, used wherever more than one person is concerned. To everybody but the treating
clinician it says one of two words, so that nobody can tell a no from a clinician's own decision, a
holiday or a start-up.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from shared.consent.decision import Because

FEWEST = 2
"""Nothing is joint among fewer."""

Who = TypeVar("Who")


class Openness(StrEnum):
    """All that anyone but the treating clinician is told."""

    AVAILABLE = "available"
    NOT_AVAILABLE_NOW = "not_available_now"


class Lock(StrEnum):
    """What keeps a gate shut besides a member; for the treating clinician alone."""

    TOO_FEW = "too_few"
    NOT_RELEASED = "not_released"
    HELD = "held"
    NOT_KNOWN = "not_known"


@dataclass(frozen=True, kw_only=True)
class Opening:
    """What the gate says. ``members`` and ``locks`` are for the treating clinician's eyes alone.

    ``members`` holds everyone whose own word keeps it shut, and why; empty when nobody's does.
    """

    openness: Openness
    members: Mapping[Any, Because]
    locks: frozenset[Lock]

    @property
    def is_open(self) -> bool:
        """Whether it may begin."""
        return self.openness is Openness.AVAILABLE


def gate(
    said: Mapping[Who, Because | None],
    *,
    released: bool | None,
    available: bool | None,
) -> Opening:
    """Return whether something joint may begin.

    ``said`` is each member's own decision; ``released`` the clinician's key; ``available`` that
    nothing holds it back. None anywhere means that it is not known, which is a no.
    """
    shut = {who: _reason(word) for who, word in said.items() if word is not Because.GIVEN}
    locks = frozenset(
        lock
        for lock, turned in (
            (Lock.TOO_FEW, len(said) < FEWEST),
            (Lock.NOT_RELEASED, released is False),
            (Lock.HELD, available is False),
            (Lock.NOT_KNOWN, None in (released, available, *said.values())),
        )
        if turned
    )
    opens = not shut and not locks
    return Opening(
        openness=Openness.AVAILABLE if opens else Openness.NOT_AVAILABLE_NOW,
        members=shut,
        locks=locks,
    )


def _reason(word: Because | None) -> Because:
    """Return why a member's word keeps the gate shut; what is not known was never said."""
    return Because.NEVER_ASKED if word is None else word
