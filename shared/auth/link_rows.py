"""Rows of links and of the forms that they open; each service keeps them in tables of its own."""

from datetime import datetime
from typing import TypeVar

from sqlalchemy import LargeBinary, select
from sqlalchemy.orm import Mapped, mapped_column

from shared.auth.links import LinkClosed
from shared.columns import holding
from shared.labels import DataClass
from shared.store import LookupRow, UnitOfWork


class LinkRow(LookupRow):
    """Where a link leads, by the keyed hash of its secret; its id is that of what it is for."""

    token_hash: Mapped[bytes] = mapped_column(
        LargeBinary(32), unique=True, info=holding(DataClass.DIGEST)
    )
    closes_at: Mapped[datetime]


class OpenFormRow(LookupRow):
    """A form that is open in a browser, known by the keyed hash of what its cookie holds."""

    key_hash: Mapped[bytes] = mapped_column(
        LargeBinary(32), unique=True, info=holding(DataClass.DIGEST)
    )
    until: Mapped[datetime]


Link = TypeVar("Link", bound=LinkRow)
OpenForm = TypeVar("OpenForm", bound=OpenFormRow)


def link_behind(work: UnitOfWork, kind: type[Link], token_hash: bytes) -> Link | None:
    """Return where a link leads, open or closed; for work that looks up."""
    return work.session.scalar(select(kind).where(kind.token_hash == token_hash))


def open_link(work: UnitOfWork, kind: type[Link], token_hash: bytes, *, now: datetime) -> Link:
    """Return where a link leads while it stands open; raises LinkClosed. For work that looks up."""
    link = link_behind(work, kind, token_hash)
    if link is None or link.closes_at <= now:
        raise LinkClosed
    return link


def open_form(
    work: UnitOfWork, kind: type[OpenForm], key_hash: bytes, *, now: datetime
) -> OpenForm:
    """Return the form that a browser's key opens; raises LinkClosed. For work that looks up."""
    found = work.session.scalar(select(kind).where(kind.key_hash == key_hash))
    if found is None or found.until <= now:
        raise LinkClosed
    return found
