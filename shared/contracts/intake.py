"""Facts told by intake."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.auth.actors import Role
from shared.contracts.event import DataClassification, Event
from shared.contracts.words import Purpose, RelationshipState


@dataclass(frozen=True, kw_only=True)
class ClinicRegistered(Event):
    """A clinic has joined, or its details have changed; content ``intake.clinic``."""

    type = "intake.clinic.registered.v1"
    stream = "intake.clinics"
    subject = "clinic_id"
    classification = DataClassification.OPERATIONAL

    organization_id: UUID
    version: int


@dataclass(frozen=True, kw_only=True)
class StaffChanged(Event):
    """A member of staff works at this clinic in these roles; none means no longer."""

    type = "intake.staff.changed.v1"
    stream = "intake.clinics"
    subject = "clinic_id"

    staff_id: UUID
    roles: tuple[Role, ...]
    version: int


@dataclass(frozen=True, kw_only=True)
class SignInEnded(Event):
    """A member of staff is no longer signed in by this sign-in, whatever a browser still shows.

    ``clinic_id`` is the organization's id.
    """

    type = "intake.signin.ended.v1"
    stream = "intake.clinics"
    subject = "clinic_id"
    classification = DataClassification.OPERATIONAL

    sign_in_id: UUID


@dataclass(frozen=True, kw_only=True)
class RelationshipOpened(Event):
    """A relationship of two or more members is in care; its members join one by one.

    ``episode_id`` is random, and the only id under which reports will count it.
    """

    type = "intake.relationship.opened.v1"
    stream = "intake.people"
    subject = "relationship_id"

    relationship_id: UUID
    episode_id: UUID
    clinician_id: UUID


@dataclass(frozen=True, kw_only=True)
class RelationshipChanged(Event):
    """A relationship's clinician or state has changed."""

    type = "intake.relationship.changed.v1"
    stream = "intake.people"
    subject = "relationship_id"

    relationship_id: UUID
    clinician_id: UUID
    state: RelationshipState
    version: int


@dataclass(frozen=True, kw_only=True)
class MemberJoined(Event):
    """A person belongs to a relationship; content ``intake.person``."""

    type = "intake.member.joined.v1"
    stream = "intake.people"
    subject = "relationship_id"

    relationship_id: UUID
    person_id: UUID
    version: int


@dataclass(frozen=True, kw_only=True)
class MemberChanged(Event):
    """A member's details have changed, or they have left; content ``intake.person``."""

    type = "intake.member.changed.v1"
    stream = "intake.people"
    subject = "relationship_id"

    relationship_id: UUID
    person_id: UUID
    active: bool
    version: int


@dataclass(frozen=True, kw_only=True)
class MemberMet(Event):
    """The clinician has, or has not after all, met a member on their own; told for everybody.

    Nothing joint begins before each member was met.
    """

    type = "intake.member.met.v1"
    stream = "intake.people"
    subject = "relationship_id"

    relationship_id: UUID
    person_id: UUID
    met: bool
    version: int


@dataclass(frozen=True, kw_only=True)
class QuestionnaireCompleted(Event):
    """A member has finished a questionnaire; content ``intake.questionnaire`` says which."""

    type = "intake.questionnaire.completed.v1"
    stream = "intake.people"
    subject = "relationship_id"

    relationship_id: UUID
    person_id: UUID
    questionnaire_id: UUID
    version: int


@dataclass(frozen=True, kw_only=True)
class ConsentChanged(Event):
    """A person's permission for one purpose has a new revision.

    It permits from ``valid_from`` (included) to ``valid_until`` (excluded), if ``permitted``.
    ``text_version`` is that of the words that were shown; 0 where it was not told.
    """

    type = "intake.consent.changed.v1"
    stream = "intake.consent"
    subject = "person_id"
    classification = DataClassification.PRIVATE

    person_id: UUID
    purpose: Purpose
    permitted: bool
    revision: int
    valid_from: datetime
    valid_until: datetime
    text_version: int = 0


@dataclass(frozen=True, kw_only=True)
class ContributionChanged(Event):
    """Whether an episode may be counted in reports."""

    type = "intake.contribution.changed.v1"
    stream = "intake.contributions"
    subject = "episode_id"

    episode_id: UUID
    permitted: bool
    revision: int


@dataclass(frozen=True, kw_only=True)
class ContributionEnded(Event):
    """An episode is never counted in reports again, and what it contributed is removed.

    It is answered by ``reports.request.settled``, under this ``request_id``.
    """

    type = "intake.contribution.ended.v1"
    stream = "intake.contributions"
    subject = "episode_id"

    episode_id: UUID
    request_id: UUID
    revision: int


@dataclass(frozen=True, kw_only=True)
class PersonChanged(Event):
    """Whether anything that rests on a person's permission may begin or go on now."""

    type = "intake.person.changed.v1"
    stream = "intake.consent"
    subject = "person_id"
    classification = DataClassification.PRIVATE

    person_id: UUID
    available: bool
    version: int


@dataclass(frozen=True, kw_only=True)
class PersonErased(Event):
    """A person is gone for good; it carries who confirmed it with them and who approved it.

    Each listener answers with ``<service>.request.settled`` once it has done its part.
    """

    type = "intake.person.erased.v1"
    stream = "intake.consent"
    subject = "person_id"
    classification = DataClassification.PRIVATE

    person_id: UUID
    request_id: UUID
    confirmed_by: UUID
    approved_by: UUID
