"""The texts that people were shown, kept under their hash so that they can be shown in years.

A service keeps them in a table of its own, made from ``TextRow``.
"""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import TypeVar

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, mapped_column

from shared.columns import holding
from shared.consent.ledger import Kept
from shared.consent.texts import NotAsShown, Text
from shared.labels import DataClass
from shared.store import UnitOfWork


class TextRow:
    """A text as it was shown: its bytes under their SHA-256."""

    hash: Mapped[str] = mapped_column(String(64), primary_key=True, info=holding(DataClass.DIGEST))
    canonical: Mapped[str] = mapped_column(String(8000), info=holding(DataClass.HOUSE_WORDS))
    kept_at: Mapped[datetime]


Row = TypeVar("Row", bound=TextRow)


def keep_text(work: UnitOfWork, kind: type[Row], text: Text, *, now: datetime) -> None:
    """Keep a text that was shown, once."""
    if work.session.get(kind, text.hash) is None:
        row = kind()
        row.hash, row.canonical, row.kept_at = text.hash, text.canonical(), now
        work.add(row)


def shown_to(work: UnitOfWork, kind: type[Row], act: Kept) -> str:
    """Return the canonical text that was shown for an act of consent, byte for byte as kept.

    Raises NotAsShown where what is kept is not what the hash says.
    """
    kept = work.session.get(kind, act.text_hash)
    if kept is None or not is_as_kept(kept):
        raise NotAsShown
    return kept.canonical


def texts_kept(work: UnitOfWork, kind: type[Row]) -> Sequence[Row]:
    """Return every text that anyone was shown, in the order in which they were first kept."""
    return work.session.scalars(select(kind).order_by(kind.kept_at, kind.hash)).all()


def is_as_kept(text: TextRow) -> bool:
    """Say whether a text is still the one that its hash was made from."""
    return sha256(text.canonical.encode()).hexdigest() == text.hash
