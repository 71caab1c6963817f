"""Where a sealed value stands, and the name of the key that seals it."""

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
    """Where a sealed value stands; it opens nowhere else. What is of no clinic is of HOUSE."""

    clinic_id: UUID
    scope: Scope
    subject_id: UUID
    table: str
    column: str
    row_id: UUID

    @property
    def key(self) -> KeyName:
        """Return the name of the key; a clinic has one for all that is its own."""
        whose = self.clinic_id if self.scope is Scope.CLINIC else self.subject_id
        return KeyName(self.clinic_id, self.scope, whose)

    def bound(self, version: int) -> bytes:
        """Return the bytes that bind a ciphertext to this key version and column.

        The bytes of the row's id come after them.
        """
        column = f"{self.scope}/{self.table}/{self.column}".encode()
        return version.to_bytes(4, "big") + self.clinic_id.bytes + self.subject_id.bytes + column
