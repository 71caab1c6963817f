"""Sealing of personal columns: AES-256-GCM, under the key of whom it is about, bound to its place.

A sealed value is: 1 byte format (2), 4 bytes key version, 12 bytes nonce, and the ciphertext with
its 16-byte tag. The format names the algorithm, so that another can stand beside it one day.
"""

import os
from collections.abc import Callable, Iterable
from datetime import datetime
from hmac import digest
from time import monotonic
from typing import NamedTuple
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

FORMAT = 2
FRONT_BYTES = 5
NONCE_BYTES = 12
PSEUDONYM_BYTES = 16
HELD_FOR_SECONDS = 45.0
"""How long an unwrapped key is used without asking the store; a destroyed one is gone then."""


class Tampered(Exception):
    """A sealed value does not belong where it was found, or was changed."""


class KeyGone(Refusal):
    """This was erased for good and cannot be shown or written again."""

    status = 410


class Held(NamedTuple):
    """An unwrapped key, and until when (monotonic seconds) it may be used."""

    cipher: AESGCM
    key: bytes
    version: int
    front: bytes
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
        self._now = now or Clock().now
        self._newest: dict[KeyName, Held] = {}
        self._earlier: dict[tuple[KeyName, int], Held] = {}

    def seal(self, place: Place, value: bytes) -> bytes:
        """Return the value sealed for this place; raises KeyGone after its key was destroyed."""
        held = self.newest(place.key)
        nonce = self._randomness(NONCE_BYTES)
        bound = place.associated_data(held.version)
        return held.front + nonce + held.cipher.encrypt(nonce, value, bound)

    def open(self, place: Place, sealed: bytes) -> bytes:
        """Return what was sealed for this place; raises Tampered when it was not, or KeyGone."""
        version, nonce = version_of(sealed), sealed[FRONT_BYTES : FRONT_BYTES + NONCE_BYTES]
        held = self._at(place.key, version)
        rest = sealed[FRONT_BYTES + NONCE_BYTES :]
        try:
            return held.cipher.decrypt(nonce, rest, place.associated_data(version))
        except (InvalidTag, ValueError):
            raise Tampered(f"{place.table}.{place.column}") from None

    def pseudonym(self, clinic_id: UUID, subject_id: UUID) -> bytes:
        """Return the name of an id in a clinic's audit trail: keyed, and erasable with its key."""
        held = self.newest(KeyName(clinic_id, Scope.AUDIT, subject_id))
        return digest(held.key, subject_id.bytes, "sha256")[:PSEUDONYM_BYTES]

    def prepare(self, names: Iterable[KeyName]) -> None:
        """Make all of these keys that are missing, at once."""
        missing = [name for name in set(names) if self.store.newest(name) is None]
        if missing:
            self.store.add([self._new(name, 1) for name in missing], now=self._now())

    def renew(self, name: KeyName) -> int:
        """Make the next version of a key, which seals from now on; return its number."""
        version = self.newest(name).version + 1
        self.store.add([self._new(name, version)], now=self._now())
        self._newest.pop(name, None)
        return self.newest(name).version

    def rewrap(self, one: Wrapped) -> Wrapped:
        """Return a key in the newest wrapping there is for it."""
        return self._wrapped(one.name, one.version, self._unwrapped(one))

    def destroy(self, name: KeyName) -> int:
        """Destroy every version of a key for good; return how many there were."""
        number = self.store.destroy(name, now=self._now())
        self.forget()
        return number

    def forget(self) -> None:
        """Drop every cached key."""
        self._newest.clear()
        self._earlier.clear()

    def newest(self, name: KeyName) -> Held:
        """Return the key that seals now, made if there is none yet; raises KeyGone."""
        held = self._newest.get(name)
        if held is None or held.until <= self._ticks():
            found = self.store.newest(name) or self._made(name)
            held = self._newest[name] = self._hold(found)
        return held

    def _at(self, name: KeyName, version: int) -> Held:
        held = self._newest.get(name)
        if held is None or held.version != version:
            held = self._earlier.get((name, version))
        if held is not None and held.until > self._ticks():
            return held
        found = self.store.at(name, version)
        if found is None:
            raise Tampered("no such key")
        held = self._earlier[name, version] = self._hold(found)
        return held

    def _made(self, name: KeyName) -> Wrapped:
        self.store.add([self._new(name, 1)], now=self._now())
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
            around = self._at(_around(one.name), int(one.kid))
            return unwrap(OctKey.import_key(around.key), one.wrapped, context)
        except (NotOurs, ValueError):
            raise Tampered("wrapped key") from None

    def _hold(self, one: Wrapped) -> Held:
        key = self._unwrapped(one)
        front = bytes([FORMAT]) + one.version.to_bytes(4, "big")
        until = self._ticks() + HELD_FOR_SECONDS
        return Held(AESGCM(key), key, one.version, front, until)


def version_of(sealed: bytes) -> int:
    """Return which version of its key sealed a value; raises Tampered for another format."""
    if len(sealed) < FRONT_BYTES + NONCE_BYTES or sealed[0] != FORMAT:
        raise Tampered("format")
    return int.from_bytes(sealed[1:FRONT_BYTES], "big")


def _around(name: KeyName) -> KeyName:
    return KeyName(name.clinic_id, Scope.WRAPPING, name.clinic_id)
