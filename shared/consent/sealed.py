"""A ledger of consent in which only that someone was asked lies open, and never what they said.

All of an act but whom it is about, its purpose and its place in the chain is sealed with the key of
the person. The chain covers a commitment to it: a hash over what is sealed and 32 random bytes that
are sealed with it, so that nobody finds a no by hashing the few words that there are. What is
sealed has one length, whatever was said.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from shared.columns import holding
from shared.consent.ledger import ChainRow, Chance
from shared.consent.revision import Revision, digest_of, plain, read_revision
from shared.keys import DataClass, Scope, Tampered
from shared.store import UnitOfWork, sealed

NONCE_BYTES = 32
ROOM = 1_000
"""How many bytes an act takes as JSON; the longest takes some 700."""

SEALED = (
    "state",
    "decided_at",
    "valid_from",
    "valid_until",
    "template",
    "text_version",
    "locale",
    "text_hash",
    "method",
    "setting",
    "recorded_by",
    "witnessed_by",
)
OPEN = (
    "clinic_id",
    "id",
    "person_id",
    "position",
    "purpose",
    "revision",
    "recorded_at",
    "previous_hash",
)


class TooLongToSeal(ValueError):
    """An act does not fit into the one length that all have."""


class SealedRevisionRow(ChainRow):
    """One act of consent of which the open columns say only that, when and about what."""

    HASHED = (*OPEN, "commitment")

    commitment: Mapped[str] = mapped_column(String(64), info=holding(DataClass.DIGEST))
    act: Mapped[bytes | None] = sealed(DataClass.CLINICAL, scope=Scope.PERSON, subject="person_id")

    def fill(self, work: UnitOfWork, values: Mapping[str, Any], *, chance: Chance) -> None:
        """Set everything but the hash; raises TooLongToSeal."""
        for name in OPEN:
            setattr(self, name, values[name])
        inside = {name: plain(values[name]) for name in SEALED}
        inside["nonce"] = chance(NONCE_BYTES).hex()
        filled = {**inside, "room": ""}
        filled["room"] = " " * _left(filled)
        self.commitment = digest_of(filled)
        work.seal(self, act=filled)

    def read(self, work: UnitOfWork) -> Revision | None:
        """Return the act of consent; None for what was erased for good."""
        inside = work.open(self, "act")
        if inside is None:
            return None
        around = {name: plain(getattr(self, name)) for name in (*OPEN, "hash")}
        return read_revision({**inside, **around})

    def is_whole(self, work: UnitOfWork) -> bool:
        """Say whether what is sealed is what was committed to; what was erased cannot say no."""
        if self.act is None:
            return False
        try:
            inside = work.open(self, "act")
        except Tampered:
            return False
        return inside is None or digest_of(inside) == self.commitment


def opened(work: UnitOfWork, rows: Iterable[SealedRevisionRow]) -> list[Revision]:
    """Return the acts of consent that rows hold; what was erased for good is left out."""
    return [act for row in rows if (act := row.read(work)) is not None]


def _left(filled: Mapping[str, object]) -> int:
    left = ROOM - len(json.dumps(filled, ensure_ascii=False, separators=(",", ":")).encode())
    if left < 0:
        raise TooLongToSeal
    return left
