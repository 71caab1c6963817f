"""The ledger of consent, the texts that were shown, and the doors by which members answer."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.intake.directory.models import Base, of_clinic
from shared.auth.link_rows import LinkRow, OpenFormRow
from shared.auth.seats import SeatRow
from shared.columns import holding
from shared.consent.kept import TextRow
from shared.consent.ledger import RevisionRow
from shared.contracts.words import Channel
from shared.keys import DataClass, Scope
from shared.store import ClinicRow, sealed


class ConsentRevision(RevisionRow, Base):
    """One answer of one person about one purpose; rows are added, never changed."""

    __tablename__ = "consent_revision"
    __table_args__ = (
        of_clinic("person", "person_id"),
        UniqueConstraint("clinic_id", "person_id", "position"),
        UniqueConstraint("clinic_id", "person_id", "purpose", "revision"),
    )


class ConsentText(TextRow, Base):
    """A text as it was shown."""

    __tablename__ = "consent_text"


class PaperConsent(ClinicRow, Base):
    """That a clinic's own list says a person once signed for a purpose on paper.

    It permits nothing: nobody knows here what they read. It only says whom to ask anew.
    """

    __tablename__ = "consent_on_paper"
    __table_args__ = (
        of_clinic("person", "person_id"),
        UniqueConstraint("clinic_id", "person_id", "purpose"),
    )

    person_id: Mapped[UUID]
    purpose: Mapped[str] = mapped_column(String(60), info=holding(DataClass.CODE))
    noted_at: Mapped[datetime]


class ChannelStop(ClinicRow, Base):
    """Whether a channel that a person ended by its own link is still closed, as reminders told.

    The ledger says what they said; only their clinician opens the channel again, there.
    """

    __tablename__ = "channel_stop"
    __table_args__ = (
        of_clinic("person", "person_id"),
        UniqueConstraint("clinic_id", "person_id", "channel"),
    )

    person_id: Mapped[UUID]
    channel: Mapped[Channel]
    standing: Mapped[bool]
    version: Mapped[int]


class ConsentPause(ClinicRow, Base):
    """That nothing a person said counts for now; ``why`` is for their clinician alone.

    ``request_id`` names the person's own request for it, which alone lifts it.
    """

    __tablename__ = "consent_pause"
    __table_args__ = (of_clinic("person", "person_id"),)

    person_id: Mapped[UUID] = mapped_column(index=True)
    began_at: Mapped[datetime]
    request_id: Mapped[UUID | None]
    began_by: Mapped[UUID | None]
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[UUID | None]
    why: Mapped[bytes | None] = sealed(DataClass.CLINICAL, scope=Scope.PERSON, subject="person_id")


class ConsentRequest(ClinicRow, Base):
    """Questions that one person may answer once, by a link; ``asked`` are codes of purposes."""

    __tablename__ = "consent_request"
    __table_args__ = (of_clinic("person", "person_id"),)

    relationship_id: Mapped[UUID]
    person_id: Mapped[UUID] = mapped_column(index=True)
    asked: Mapped[str] = mapped_column(String(400), info=holding(DataClass.CODE))
    asked_by: Mapped[UUID]
    asked_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    called_back_at: Mapped[datetime | None]


class ConsentLink(LinkRow, Base):
    """Where a link leads: its id is the request's."""

    __tablename__ = "consent_link"


class OpenConsentForm(OpenFormRow, Base):
    """A request's form that is open in a browser."""

    __tablename__ = "open_consent_form"
    __table_args__ = (
        ForeignKeyConstraint(
            ["clinic_id", "request_id"], ["consent_request.clinic_id", "consent_request.id"]
        ),
    )

    request_id: Mapped[UUID]


class Seat(SeatRow, Base):
    """A member's place at the clinic's own screen."""

    __tablename__ = "seat"
    __table_args__ = (of_clinic("person", "person_id"),)
