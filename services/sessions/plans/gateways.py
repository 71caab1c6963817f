"""What other services told of a relationship, read to its end just before something begins."""

from dataclasses import dataclass
from uuid import UUID

from services.sessions.roster.queries import Together
from shared.consent.enforcement import CONSENT, Effect, proven
from shared.events.freshness import Freshness, Proof
from shared.store import UnitOfWork


@dataclass(frozen=True)
class Known:
    """That everything told of a relationship was read; it is worth something for 4 seconds."""

    proof: Proof
    together: Together

    def holds(self, work: UnitOfWork) -> bool:
        """Say whether it still holds; asked in the transaction in which something begins."""
        effect = Effect(concerned=tuple(concerned(self.together)))
        return proven(work, effect, proof=self.proof)


def concerned(together: Together) -> list[tuple[str, UUID]]:
    """Return the (stream, subject) pairs in which something could speak against a beginning."""
    about = together.relationship_id
    people = [member.person_id for member in together.present]
    return [
        ("intake.people", about),
        ("reminders.availability", about),
        *(("reminders.forms", person) for person in people),
        *((CONSENT, person) for person in people),
    ]


def ask(freshness: Freshness, together: Together) -> Known:
    """Read up what was told of a relationship; what cannot be read stays unknown."""
    return Known(freshness.prove(concerned(together)), together)
