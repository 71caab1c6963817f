"""Sealing of personal columns: AES-256-GCM, under the key of whom it is about, bound to its place.

A sealed value is: 1 byte format (2), 4 bytes key version, 12 bytes nonce, and the ciphertext with
its 16-byte tag. The format names the algorithm, so that another can stand beside it one day.
"""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from hmac import digest
from struct import Struct, error
from time import monotonic
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from joserfc.jwk import OctKey

from shared.clock import Clock
from shared.errors import Refusal
from shared.keys.place import KeyName, Place
from shared.keys.store import KeyStore, Wrapped
from shared.keys.wrapping import KEY_BYTES, NotOurs, Randomness, Root, unwrap, wrap
from shared.labels import Scope
from shared.logs import logger

FORMAT = 2
FRONT_BYTES = 5
NONCE_BYTES = 12
HEAD_BYTES = FRONT_BYTES + NONCE_BYTES
_HEAD = Struct(f"{FRONT_BYTES}s{NONCE_BYTES}s").unpack_from
PSEUDONYM_BYTES = 16
HELD_FOR_SECONDS = 45.0
"""How long an unwrapped key is used without asking the store; a destroyed one is gone then."""
MOST_HELD = 20_000

log = logger("keys")


class Tampered(Exception):
    """A sealed value does not belong where it was found, or was changed; it says what did not fit.

    Each is logged as an integrity event, with the column and the row, and never a value.
    """


class KeyGone(Refusal):
    """This was erased for good and cannot be shown or written again."""

    status = 410


Cipher = Callable[[bytes, bytes, bytes], bytes]


@dataclass(frozen=True, slots=True)
class Held:
    """An unwrapped key, and until when (monotonic seconds) it may be used."""

    encrypt: Cipher
    decrypt: Cipher
    key: bytes
    version: int
    front: bytes
    bound: bytes
    until: float


class KeyRing:
    """Seals and opens values, makes keys when they are first needed, and destroys them.

    Keys are cached for 45 s, so that a destroyed one is out of every process within a minute.
    """

    def __init__(
        self,
        root: Root,
        store: KeyStore,
        *,
        randomness: Randomness = os.urandom,
        ticks: Callable[[], float] = monotonic,
        now: Callable[[], datetime] | None = None,
    ):
        self.store = store
        self.root = root
        self._randomness = randomness
        self._ticks = ticks
        self.now = now or Clock().now
        self._newest: dict[Any, Held] = {}
        self._versions: dict[Any, Held] = {}
        self._sealing: dict[Any, Held] = {}
        self._opening: dict[Any, Held] = {}

    def seal(self, place: Place, value: bytes) -> bytes:
        """Return the value sealed for this place; raises KeyGone after its key was destroyed."""
        clinic, scope, subject, table, column, row = place
        which = clinic.int, scope, subject.int, table, column  # far quicker to look up than UUIDs
        held = self._sealing.get(which)
        if held is None or held.until <= self._ticks():
            held = _keep(self._sealing, which, _at(place, self.newest(place.key)))
        nonce = self._randomness(NONCE_BYTES)
        bound = held.bound + row.int.to_bytes(16)
        return held.front + nonce + held.encrypt(nonce, value, bound)

    def open(self, place: Place, sealed: bytes) -> bytes:
        """Return what was sealed for this place; raises Tampered when it was not, or KeyGone."""
        clinic, scope, subject, table, column, row = place
        try:
            front, nonce = _HEAD(sealed)
            which = clinic.int, scope, subject.int, table, column, front
            held = self._opening.get(which)
            if held is None or held.until <= self._ticks():
                version = self._version(place.key, version_of(front))
                held = _keep(self._opening, which, _at(place, version))
            return held.decrypt(nonce, sealed[HEAD_BYTES:], held.bound + row.int.to_bytes(16))
        except error:
            raise _tampered(place, "form") from None
        except (InvalidTag, ValueError):
            raise _tampered(place, "changed") from None
        except Tampered as found:
            raise _tampered(place, str(found)) from None

    def pseudonym(self, clinic_id: UUID, subject_id: UUID) -> bytes:
        """Return the name of an id in a clinic's audit trail: keyed, and erasable with its key."""
        return _pseudonym(self.newest(KeyName(clinic_id, Scope.AUDIT, subject_id)), subject_id)

    def known_pseudonym(self, clinic_id: UUID, subject_id: UUID) -> bytes | None:
        """Return that name if the trail ever used it and still may; nothing is made."""
        name = KeyName(clinic_id, Scope.AUDIT, subject_id)
        found = self.store.newest(name)
        if found is None or found.wrapped is None:
            return None
        return _pseudonym(self._hold(found), subject_id)

    def prepare(self, names: Iterable[KeyName]) -> None:
        """Make all of these keys that are missing, at once."""
        missing = [name for name in set(names) if self.store.newest(name) is None]
        if missing:
            self.store.add([self._new(name, 1) for name in missing], now=self.now())

    def renew(self, name: KeyName) -> int:
        """Make the next version of a key, which seals from now on; return the newest's number.

        Where someone else just made one, that one serves. Raises KeyGone.
        """
        version = self.newest(name).version + 1
        self.store.succeed(self._new(name, version), now=self.now())
        self._newest.pop(name, None)
        self._sealing.clear()
        return self.newest(name).version

    def rewrap(self, one: Wrapped) -> Wrapped:
        """Return a key in the newest wrapping there is for it."""
        return self._wrapped(one.name, one.version, self._unwrapped(one))

    def destroy(self, name: KeyName) -> int:
        """Destroy every version of a key for good; return how many there were."""
        number = self.store.destroy(name, now=self.now())
        self.forget()
        return number

    def forget(self) -> None:
        """Drop every cached key."""
        for cache in (self._newest, self._versions, self._sealing, self._opening):
            cache.clear()

    def newest(self, name: KeyName) -> Held:
        """Return the key that seals now, made if there is none yet; raises KeyGone."""
        held = self._newest.get(name)
        if held is None or held.until <= self._ticks():
            found = self.store.newest(name) or self._made(name)
            held = _keep(self._newest, name, self._hold(found))
        return held

    def _version(self, name: KeyName, version: int) -> Held:
        held = self._versions.get((name, version))
        if held is None or held.until <= self._ticks():
            found = self.store.at(name, version)
            if found is None:
                raise Tampered("key_unknown")
            held = _keep(self._versions, (name, version), self._hold(found))
        return held

    def _made(self, name: KeyName) -> Wrapped:
        self.store.add([self._new(name, 1)], now=self.now())
        found = self.store.newest(name)
        if found is None:
            raise KeyGone
        return found

    def _new(self, name: KeyName, version: int) -> Wrapped:
        return self._wrapped(name, version, self._randomness(KEY_BYTES))

    def _wrapped(self, name: KeyName, version: int, key: bytes) -> Wrapped:
        context = name.context(version)
        if name.scope is Scope.WRAPPING:
            return Wrapped(name, version, self.root.newest, self.root.wrap(key, context))
        around = self.newest(_around(name))
        kid = str(around.version)
        text = wrap(OctKey.import_key(around.key), kid, key, context)
        return Wrapped(name, version, kid, text)

    def _unwrapped(self, one: Wrapped) -> bytes:
        if one.wrapped is None:
            raise KeyGone
        context = one.name.context(one.version)
        try:
            if one.name.scope is Scope.WRAPPING:
                return self.root.unwrap(one.wrapped, one.kid, context)
            around = self._version(_around(one.name), int(one.kid))
            return unwrap(OctKey.import_key(around.key), one.wrapped, context)
        except (NotOurs, ValueError):
            raise Tampered("key_wrapping") from None

    def _hold(self, one: Wrapped) -> Held:
        key = self._unwrapped(one)
        cipher = AESGCM(key)
        return Held(
            cipher.encrypt,
            cipher.decrypt,
            key,
            one.version,
            front=bytes([FORMAT]) + one.version.to_bytes(4, "big"),
            bound=b"",
            until=self._ticks() + HELD_FOR_SECONDS,
        )


def version_of(sealed: bytes) -> int:
    """Return which version of its key sealed a value; raises Tampered for another format."""
    if len(sealed) < FRONT_BYTES or sealed[0] != FORMAT:
        raise Tampered("form")
    return int.from_bytes(sealed[1:FRONT_BYTES], "big")


def _around(name: KeyName) -> KeyName:
    return KeyName(name.clinic_id, Scope.WRAPPING, name.clinic_id)


def _tampered(place: Place, code: str) -> Tampered:
    """Note that something does not belong where it was found: where, and never what."""
    where = f"{place.table}.{place.column}"
    log.error("integrity", code=code, kind=where, clinic_id=place.clinic_id, row_id=place.row_id)
    return Tampered(code)


def _pseudonym(held: Held, subject_id: UUID) -> bytes:
    return digest(held.key, subject_id.bytes, "sha256")[:PSEUDONYM_BYTES]


def _at(place: Place, held: Held) -> Held:
    """Return a key as it serves one column."""
    return replace(held, bound=place.bound(held.version))


def _keep(cache: dict[Any, Held], whose: Any, held: Held) -> Held:
    """Remember a key, and let go of all when there are too many."""
    if len(cache) >= MOST_HELD:
        cache.clear()
    cache[whose] = held
    return held
