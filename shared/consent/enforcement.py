"""The one way in which a service asks, at the moment of effect, whether it may go on.

``Enforcement.proof_for`` reads the feeds concerned to their head, as an act of the actor itself;
``ruling`` then decides in the transaction that writes "attempting". What is unknown, unread, parked
or out of reach is a no. The promise that holds across services: no effect whose proving read began
after the withdrawal's commit.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from shared.events.fetching import pending
from shared.events.freshness import GOOD_FOR_SECONDS, Freshness, Proof
from shared.store import UnitOfWork

READ_AGAIN_AFTER = GOOD_FOR_SECONDS / 2
"""How old a proof may be for one more effect of a chunk to begin with it, in seconds."""

CONSENT = "intake.consent"
Concerned = tuple[str, UUID]
"""A stream, and the subject in it of which nothing may be missing."""

Content = tuple[str, UUID, UUID]
"""A kind of content, a clinic and a subject: what an event referred to and must have come."""


class Ruling(StrEnum):
    """What is decided about one effect."""

    YES = "yes"
    NO = "no"
    UNPROVEN = "unproven"
    """A no because of what is not known; it may be asked again."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """The newest revision of one person's permission that a service was told of.

    It permits from ``valid_from`` (included) to ``valid_until`` (excluded), if ``permitted``.
    """

    permitted: bool
    revision: int
    valid_from: datetime
    valid_until: datetime

    def permits(self, at: datetime) -> bool:
        """Whether it permits at a moment, without any job having to run."""
        return self.permitted and self.valid_from <= at < self.valid_until


@dataclass(frozen=True, kw_only=True)
class Effect:
    """Something about to reach a person, to be counted or to begin.

    ``concerned`` are the (stream, subject) pairs in which something could speak against it,
    ``content`` what must not be waited for.
    """

    concerned: tuple[Concerned, ...]
    content: tuple[Content, ...] = ()


class Enforcement:
    """Proves for one actor, effect after effect; a proof is used while it is young."""

    def __init__(self, freshness: Freshness):
        self._freshness = freshness
        self._proof: Proof | None = None

    def proof_for(self, effects: Sequence[Effect]) -> Proof:
        """Return a proof for the first of these effects, read just now or for a chunk with it.

        Outside any transaction: it reads what other services tell.
        """
        if self._proof is None or age_of(self._proof) > READ_AGAIN_AFTER:
            concerned = [pair for effect in effects for pair in effect.concerned]
            self._proof = self._freshness.prove(concerned)
        return self._proof


def ruling(
    work: UnitOfWork,
    effect: Effect,
    *,
    proof: Proof,
    told: Iterable[Told | None],
    at: datetime,
) -> Ruling:
    """Decide whether an effect may begin, in the transaction that writes that it does.

    ``told`` is the newest revision of everyone whose permission it takes; None where there is none.
    """
    if not proven(work, effect, proof=proof):
        return Ruling.UNPROVEN
    permits = [one is not None and one.permits(at) for one in told]
    return Ruling.YES if permits and all(permits) else Ruling.NO


def proven(work: UnitOfWork, effect: Effect, *, proof: Proof) -> bool:
    """Say whether nothing is missing that could speak against an effect; for what is no consent."""
    connection = work.session.connection()
    read = all(proof.holds(connection, stream, subject) for stream, subject in effect.concerned)
    return read and not any(pending(connection, *wanted) for wanted in effect.content)


def in_time(proof: Proof) -> bool:
    """Say whether an effect that was decided with a proof may still begin."""
    return age_of(proof) < GOOD_FOR_SECONDS


def age_of(proof: Proof) -> float:
    """Return how long ago the read of a proof began, in seconds of the actor's own clock."""
    return proof.ticks() - proof.began


def newest(told: Iterable[Told]) -> Told | None:
    """Return what counts of revisions told in any order and however often: the highest.

    Of two with one number the one that does not permit counts.
    """
    return max(told, key=lambda one: (one.revision, not one.permitted), default=None)
