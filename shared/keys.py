"""Sealing of personal columns: AES-256-GCM, bound to the place where the value stands.

One file key serves all for now; ``Place`` already says whose key each value will have
(clinic, then person, person-safety or relationship), so that only ``KeyRing`` changes.
"""

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
NONCE_BYTES = 12
KEY_VERSION = 1

Randomness = Callable[[int], bytes]


class DataClass(StrEnum):
    """What kind of personal data a column holds."""

    IDENTITY = "identity"
    CONTACT = "contact"
    CLINICAL = "clinical"
    ANSWER = "answer"
    CREDENTIAL = "credential"


class Scope(StrEnum):
    """Whose key a column is sealed with."""

    CLINIC = "clinic"
    PERSON = "person"
    PERSON_SAFETY = "person-safety"
    RELATIONSHIP = "relationship"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed value stands; it opens nowhere else."""

    clinic_id: UUID | None
    scope: Scope
    subject_id: UUID
    table: str
    column: str
    row_id: UUID

    def associated_data(self, version: int) -> bytes:
        """Return the bytes that bind a ciphertext to this place and key version."""
        parts = (self.clinic_id, self.scope, self.subject_id, self.table, self.column, self.row_id)
        return "\x1f".join(["attune", str(version), *map(str, parts)]).encode()


class Tampered(Exception):
    """A sealed value does not belong where it was found, or was changed."""


class KeyRing:
    """Seals and opens values with a key of 32 bytes.

    A sealed value is: 1 byte key version, 12 bytes nonce, ciphertext with its 16-byte tag.
    """

    def __init__(self, master: bytes, randomness: Randomness = os.urandom):
        if len(master) != KEY_BYTES:
            raise ValueError(f"The master key needs {KEY_BYTES} bytes, not {len(master)}.")
        self._cipher = AESGCM(master)
        self._randomness = randomness

    def seal(self, place: Place, value: bytes) -> bytes:
        """Return the value sealed for this place."""
        nonce = self._randomness(NONCE_BYTES)
        bound = place.associated_data(KEY_VERSION)
        return bytes([KEY_VERSION]) + nonce + self._cipher.encrypt(nonce, value, bound)

    def open(self, place: Place, sealed: bytes) -> bytes:
        """Return what was sealed for this place; raises Tampered when it was not."""
        version, nonce, rest = sealed[0], sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        try:
            return self._cipher.decrypt(nonce, rest, place.associated_data(version))
        except InvalidTag:
            raise Tampered(f"{place.table}.{place.column}") from None


def new_master_key(randomness: Randomness = os.urandom) -> str:
    """Return a new master key as URL-safe base64 text."""
    return urlsafe_b64encode(randomness(KEY_BYTES)).decode()


def key_ring(master_key: str, key_file: Path) -> KeyRing:
    """Return the ring of a given master key, or of the one kept (and made once) in a file.

    Two processes that start at once agree: the file is made whole and linked into place once.
    """
    return KeyRing(urlsafe_b64decode(master_key or _kept(key_file)))


def _kept(file: Path) -> str:
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = file.with_suffix(f".{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(new_master_key())
        with suppress(FileExistsError):
            os.link(draft, file)
        draft.unlink()
    return file.read_text().strip()
