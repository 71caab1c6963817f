"""What is given out of a ledger: one person and purpose, every revision, ids and no names."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.consent.decision import Because, Decision
from shared.consent.ledger import Kept
from shared.consent.terms import State


@dataclass(frozen=True, kw_only=True)
class Controller:
    """Who answers for the data: an organization, by its clinic; what it did not state says so."""

    id: UUID
    name: str
    clinic: str
    jurisdiction: str = "not stated"
    contact: str = "not stated"


@dataclass(frozen=True, kw_only=True)
class Record:
    """One person's word on one purpose: all that was said, oldest first, and what it means now."""

    person_id: UUID
    purpose: str
    revisions: Sequence[Kept]
    decision: Decision

    @property
    def latest(self) -> Kept:
        """The revision that counts."""
        return self.revisions[-1]

    @property
    def renewed(self) -> bool:
        """Whether a yes stands that followed on an earlier one."""
        given = [row for row in self.revisions if row.state is State.GIVEN]
        return self.decision.because is Because.GIVEN and len(given) > 1


def records_of(rows: Sequence[Kept], decisions: Iterable[tuple[str, Decision]]) -> list[Record]:
    """Return the records of one person: a purpose that was never asked about has none."""
    found = []
    for purpose, decision in decisions:
        about = [row for row in rows if row.purpose == purpose]
        if about:
            found.append(
                Record(
                    person_id=about[0].person_id,
                    purpose=purpose,
                    revisions=about,
                    decision=decision,
                )
            )
    return found


def text_uri(row: Kept) -> str:
    """Return the name of the very text that was shown: template, version, language and hash."""
    return f"urn:attune:text:{row.template}:{row.text_version}:{row.locale}:{row.text_hash}"


def moment(at: datetime) -> str:
    """Return a moment as JSON writes it: UTC, to the second."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
