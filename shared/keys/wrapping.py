"""Wrapping keys with keys: JSON Web Encryption (RFC 7516), AES-256 key wrap around AES-256-GCM.

A wrapped key names the key around it (``kid``) and what it is for (``ctx``), so that it opens
under no other name. The root may be several keys, the newest first; the others still open.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as BadText
from collections.abc import Callable, Sequence
from secrets import token_bytes

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwe import JWERegistry
from joserfc.jwk import OctKey
from joserfc.registry import HeaderParameter

KEY_BYTES = 32
RULES = JWERegistry(
    header_registry={"ctx": HeaderParameter("what the key is for", "str", True)},
    algorithms=["A256KW", "A256GCM"],
)

Randomness = Callable[[int], bytes]


class BadRoot(Exception):
    """A root key is 32 bytes as URL-safe base64 text; give the newest first, then a comma."""


class NotOurs(Exception):
    """A wrapped key was not wrapped by this key, or not under this name."""


class Root:
    """The root key, from which all others hang; kept outside every database."""

    def __init__(self, keys: Sequence[bytes]):
        if not keys or any(len(key) != KEY_BYTES for key in keys):
            raise BadRoot
        imported = [OctKey.import_key(key) for key in keys]
        self._keys = {key.thumbprint()[:16]: key for key in imported}
        self.newest = imported[0].thumbprint()[:16]

    @classmethod
    def read(cls, text: str) -> "Root":
        """Return the root that a text spells: one key, or several with commas between them."""
        try:
            return cls([urlsafe_b64decode(part.strip()) for part in text.split(",")])
        except (BadText, ValueError):
            raise BadRoot from None

    def wrap(self, key: bytes, context: str) -> str:
        """Return a key wrapped by the newest root key."""
        return wrap(self._keys[self.newest], self.newest, key, context)

    def unwrap(self, wrapped: str, kid: str, context: str) -> bytes:
        """Return what a root key wrapped; raises NotOurs."""
        if kid not in self._keys:
            raise NotOurs
        return unwrap(self._keys[kid], wrapped, context)


def wrap(around: OctKey, kid: str, key: bytes, context: str) -> str:
    """Return a key wrapped by another one, for this context alone."""
    header = {"alg": "A256KW", "enc": "A256GCM", "kid": kid, "ctx": context}
    return jwe.encrypt_compact(header, key, around, registry=RULES)


def unwrap(around: OctKey, wrapped: str, context: str) -> bytes:
    """Return the key that was wrapped for this context; raises NotOurs."""
    try:
        found = jwe.decrypt_compact(wrapped, around, registry=RULES)
    except (JoseError, ValueError) as problem:
        raise NotOurs from problem
    if found.headers().get("ctx") != context or found.plaintext is None:
        raise NotOurs
    return found.plaintext


def new_master_key(randomness: Randomness = token_bytes) -> str:
    """Return a new root key as URL-safe base64 text."""
    return urlsafe_b64encode(randomness(KEY_BYTES)).decode()
