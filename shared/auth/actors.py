"""The one who acts: a member of staff, a member of a relationship, a service, or Attune itself."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from shared.labels import Label


class Role(StrEnum):
    """What a member of staff is signed in as; one at a time."""

    OPERATOR = "operator"
    ORGANIZATION_ADMIN = "organization_admin"
    CLINIC_ADMIN = "clinic_admin"
    CLINICIAN = "clinician"
    DUTY = "duty"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"


class Door(StrEnum):
    """The way by which someone came in."""

    STAFF = "staff"
    LINK = "link"
    SEAT = "seat"
    SERVICE = "service"
    SYSTEM = "system"
    NOBODY = "nobody"


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who acts, by which door; ``clinics`` are the only ones whose rows a unit of work may open.

    ``opens`` are the labels of sealed data that may be read where they are (``at``, a view of a
    service): the matrix says so for each view. Whoever came by no view opens nothing.
    """

    door: Door
    id: UUID | None = None
    role: Role | None = None
    service: str = ""
    clinics: frozenset[UUID] = frozenset()
    organization_id: UUID | None = None
    opens: frozenset[Label] = frozenset()
    at: str = ""

    @property
    def watched(self) -> bool:
        """Whether a person acts, so that what they see and do is written into the audit trail."""
        return self.door is not Door.SYSTEM and not (self.door is Door.SERVICE and self.id is None)


NOBODY = Actor(door=Door.NOBODY)


def system(service: str) -> Actor:
    """Return the actor under which a service's own jobs and handlers work."""
    return Actor(door=Door.SYSTEM, service=service, opens=frozenset(Label))
