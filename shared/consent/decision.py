"""Whether a person's consent permits something at a moment: one pure function, used everywhere."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.consent.terms import State
from shared.consent.texts import Text, ended_by_new_text


class Because(StrEnum):
    """Why a decision came out as it did."""

    GIVEN = "given"
    NEVER_ASKED = "never_asked"
    REFUSED = "refused"
    DEFERRED = "deferred"
    WITHDRAWN = "withdrawn"
    PAUSED = "paused"
    NOT_YET = "not_yet"
    ENDED = "ended"
    TEXT_CHANGED = "text_changed"


@dataclass(frozen=True, kw_only=True)
class Said:
    """One revision of what a person said about one purpose; revisions count from 1."""

    revision: int
    state: State
    text_version: int
    decided_at: datetime
    valid_from: datetime
    valid_until: datetime


@dataclass(frozen=True, kw_only=True)
class Decision:
    """The answer, its reason, the revision that decided, and when a yes ends (excluded)."""

    permits: bool
    because: Because
    said: Said | None = None
    ends_at: datetime | None = None


def decide(
    revisions: Iterable[Said], *, purpose: str, texts: Sequence[Text], at: datetime
) -> Decision:
    """Return whether the latest revision permits at a moment.

    Only the highest revision counts, in whatever order and however often revisions arrive, so
    that a late or repeated yes never takes the place of what was said after it. Two revisions of
    one number cannot both be true: then the one that does not permit counts.
    """
    latest = max(revisions, key=_weight, default=None)
    if latest is None:
        return Decision(permits=False, because=Because.NEVER_ASKED)
    if latest.state is not State.GIVEN:
        return Decision(permits=False, because=Because(latest.state), said=latest)
    changed = ended_by_new_text(texts, purpose, latest.text_version)
    ends_at = min(latest.valid_until, changed or latest.valid_until)
    because = _why(latest, changed, at)
    permits = because is Because.GIVEN
    return Decision(permits=permits, because=because, said=latest, ends_at=ends_at)


def _weight(said: Said) -> tuple[int, bool]:
    return said.revision, said.state is not State.GIVEN


def _why(latest: Said, changed: datetime | None, at: datetime) -> Because:
    if at < latest.valid_from:
        return Because.NOT_YET
    if at >= latest.valid_until:
        return Because.ENDED
    if changed is not None and at >= changed:
        return Because.TEXT_CHANGED
    return Because.GIVEN
