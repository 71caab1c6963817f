"""The seat: one present member, one purpose, at most half an hour, and nothing left for the next.

Staff start a seat. Its address is good for one opening; from then on a cookie holds the place
until the member is done, leaves, or the time is over. A service keeps its seats in a table of
its own, made from ``SeatRow``; only hashes of the secrets are kept.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as BadText
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest, digest
from secrets import token_bytes
from typing import TypeVar
from uuid import UUID

from sqlalchemy import LargeBinary, String, select
from sqlalchemy.orm import Mapped, mapped_column

from shared.columns import holding
from shared.errors import Refusal
from shared.labels import DataClass
from shared.store import ClinicRow, UnitOfWork

SEAT_LASTS = timedelta(minutes=30)
SECRET_BYTES = 16
MARK_BYTES = 16

Chance = Callable[[int], bytes]


class SeatClosed(Refusal):
    """This page is closed. You can hand the device back."""

    status = 410


class SeatRow(ClinicRow):
    """One seat: who sits, what for, until when; ``address`` and ``cookie`` hash secrets."""

    person_id: Mapped[UUID]
    purpose: Mapped[str] = mapped_column(String(40), info=holding(DataClass.CODE))
    started_by: Mapped[UUID]
    started_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    address: Mapped[bytes] = mapped_column(
        LargeBinary(32), index=True, info=holding(DataClass.DIGEST)
    )
    cookie: Mapped[bytes | None] = mapped_column(
        LargeBinary(32), index=True, info=holding(DataClass.DIGEST)
    )


Row = TypeVar("Row", bound=SeatRow)


@dataclass(frozen=True)
class SeatKey:
    """What opens a seat: a random secret, and the clinic whose seats are to be looked through."""

    clinic_id: UUID
    secret: bytes

    def text(self, signing: bytes) -> str:
        """Return the key as text for an address or a cookie; signed, so that none is invented."""
        body = self.clinic_id.bytes + self.secret
        return urlsafe_b64encode(body + _mark(body, signing)).decode()

    @classmethod
    def read(cls, text: str, signing: bytes) -> "SeatKey":
        """Return the key that a text spells; raises SeatClosed when we never wrote it."""
        try:
            whole = urlsafe_b64decode(text.encode())
        except (BadText, ValueError):
            raise SeatClosed from None
        body, mark = whole[:-MARK_BYTES], whole[-MARK_BYTES:]
        if len(body) != 16 + SECRET_BYTES or not compare_digest(mark, _mark(body, signing)):
            raise SeatClosed
        return cls(UUID(bytes=body[:16]), body[16:])


def start_seat(
    work: UnitOfWork,
    kind: type[Row],
    *,
    clinic_id: UUID,
    person_id: UUID,
    purpose: str,
    started_by: UUID,
    now: datetime,
    chance: Chance = token_bytes,
) -> tuple[Row, SeatKey]:
    """Make a seat ready for a person, and return it with the key of its address.

    An earlier seat of the same person that is still open ends.
    """
    for earlier in _open_seats(work, kind, clinic_id, now):
        if earlier.person_id == person_id:
            earlier.ended_at = now
    key = SeatKey(clinic_id, chance(SECRET_BYTES))
    row = kind()
    row.clinic_id, row.id = clinic_id, work.new_id()
    row.person_id, row.purpose, row.started_by = person_id, purpose, started_by
    row.started_at, row.ends_at = now, now + SEAT_LASTS
    row.address = sha256(key.secret).digest()
    return work.add(row), key


def take_seat(
    work: UnitOfWork, kind: type[Row], *, key: SeatKey, now: datetime, chance: Chance = token_bytes
) -> tuple[Row, SeatKey]:
    """Spend the address, and return the seat with the key of its cookie.

    Raises SeatClosed when it was taken before, is over, or never was.
    """
    row = waiting_seat(work, kind, key=key, now=now)
    kept = SeatKey(key.clinic_id, chance(SECRET_BYTES))
    row.opened_at = now
    row.cookie = sha256(kept.secret).digest()
    work.session.flush()
    return row, kept


def waiting_seat(work: UnitOfWork, kind: type[Row], *, key: SeatKey, now: datetime) -> Row:
    """Return the seat of an address that nobody took yet; raises SeatClosed for any other."""
    address = sha256(key.secret).digest()
    query = select(kind).where(kind.clinic_id == key.clinic_id, kind.address == address)
    row = work.session.scalar(query.with_for_update())
    if row is None or row.opened_at or not _is_open(row, now):
        raise SeatClosed
    return row


def taken_seat(work: UnitOfWork, kind: type[Row], *, key: SeatKey, now: datetime) -> Row:
    """Return the seat that a cookie holds; raises SeatClosed when it is over."""
    cookie = sha256(key.secret).digest()
    query = select(kind).where(kind.clinic_id == key.clinic_id, kind.cookie == cookie)
    row = work.session.scalar(query)
    if row is None or not _is_open(row, now):
        raise SeatClosed
    return row


def end_seat(work: UnitOfWork, row: SeatRow, *, now: datetime) -> None:
    """Close a seat for good."""
    row.ended_at = row.ended_at or now
    work.session.flush()


def _is_open(row: SeatRow, now: datetime) -> bool:
    return row.ended_at is None and row.started_at <= now < row.ends_at


def _open_seats(work: UnitOfWork, kind: type[Row], clinic_id: UUID, now: datetime) -> list[Row]:
    query = select(kind).where(
        kind.clinic_id == clinic_id, kind.ended_at.is_(None), kind.ends_at > now
    )
    return list(work.session.scalars(query))


def _mark(body: bytes, signing: bytes) -> bytes:
    return digest(signing, body, "sha256")[:MARK_BYTES]
