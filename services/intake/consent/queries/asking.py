"""Where a link that asks leads, while it does."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from services.intake.consent import domain
from services.intake.consent.models import ConsentRequest
from services.intake.consent.queries.standing import open_pause, policy_of
from services.intake.people.models import Member, Relationship
from shared.auth.links import LinkClosed
from shared.store import UnitOfWork

Asking = tuple[UUID, UUID]
"""The clinic and the request to which a secret leads."""


def request_behind(
    work: UnitOfWork, door: Asking, *, now: datetime, locked: bool = False
) -> ConsentRequest:
    """Return the request that a secret leads to while it can be answered; raises LinkClosed.

    It can until it is answered, called back or over, while the person is in care and not paused.
    """
    found = work.session.get(ConsentRequest, door, with_for_update=locked)
    if found is None or found.answered_at or found.called_back_at or found.closes_at <= now:
        raise LinkClosed
    if not _in_care(work, found) or open_pause(work, found.clinic_id, found.person_id):
        raise LinkClosed
    return found


def asked_by(work: UnitOfWork, request: ConsentRequest) -> list[str]:
    """Return what a request asks; a policy by which the clinic no longer works is left out."""
    asked = request.asked.split()
    policy = policy_of(work, request.clinic_id)
    return [one for one in domain.offered(policy) if one in asked]


def _in_care(work: UnitOfWork, request: ConsentRequest) -> bool:
    relationship = work.session.get(Relationship, (request.clinic_id, request.relationship_id))
    here = select(Member).where(
        Member.relationship_id == request.relationship_id,
        Member.person_id == request.person_id,
        Member.left_at.is_(None),
    )
    is_open = relationship is not None and relationship.state.in_care
    return is_open and work.session.scalar(here) is not None
