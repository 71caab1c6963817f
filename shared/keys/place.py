"""Where a sealed value stands, and the name of the key that seals it."""

from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from shared.labels import Scope

HOUSE = UUID(int=0)
"""Stands in for the clinic where something belongs to none: accounts, the directory's own key."""


class KeyName(NamedTuple):
    """Which key: of which clinic, for what, and for whom."""

    clinic_id: UUID
    scope: Scope
    subject_id: UUID

    def context(self, version: int) -> str:
        """Return the words that bind a wrapped key to its name and version."""
        return f"{self.clinic_id}/{self.scope}/{self.subject_id}/{version}"


class Place(NamedTuple):
    """Where a sealed value stands; it opens nowhere else."""

    clinic_id: UUID | None
    scope: Scope
    subject_id: UUID
    table: str
    column: str
    row_id: UUID

    @property
    def key(self) -> KeyName:
        """Return the name of the key; a clinic has one for all that is its own."""
        clinic = self.clinic_id or HOUSE
        whose = clinic if self.scope is Scope.CLINIC else self.subject_id
        return KeyName(clinic, self.scope, whose)

    def associated_data(self, version: int) -> bytes:
        """Return the bytes that bind a ciphertext to this place and key version."""
        clinic = self.clinic_id or HOUSE
        return b"".join(
            (
                version.to_bytes(4, "big"),
                clinic.bytes,
                self.subject_id.bytes,
                self.row_id.bytes,
                _column(self.scope, self.table, self.column),
            )
        )


@lru_cache(maxsize=1_000)
def _column(scope: str, table: str, column: str) -> bytes:
    return f"{scope}/{table}/{column}".encode()
