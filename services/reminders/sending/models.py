"""Rows of sending: the keyed hash of each link, and the local mailbox."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped

from services.reminders.roster.models import Base
from shared.auth.link_rows import LinkRow
from shared.keys import DataClass, Scope
from shared.store import ClinicRow, sealed


class LinkKey(LinkRow, Base):
    """Where a link leads: the keyed hash of its secret, and the prompt (its id)."""

    __tablename__ = "link_key"


class MailboxLetter(ClinicRow, Base):
    """A letter that stayed in this house: the mailbox of laptops and tests."""

    __tablename__ = "mailbox_letter"

    prompt_id: Mapped[UUID]
    person_id: Mapped[UUID]
    arrived_at: Mapped[datetime]
    letter: Mapped[bytes | None] = sealed(
        DataClass.CONTACT, scope=Scope.PERSON, subject="person_id"
    )
