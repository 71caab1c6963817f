"""With which key each service signs, and by which key the others know it.

For now all keys follow from the shared secret, so that every process agrees without a file. Each
service is to get a key file of its own later; then only the two functions of this file change.
"""

from functools import cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc.jwk import OKPKey

from shared.settings import Settings

ALGORITHM = "Ed25519"


def signing_key(settings: Settings) -> OKPKey:
    """Return the private key of the service that runs."""
    return _pair(settings.secret_key, settings.service)


def verifying_key(settings: Settings, issuer: str) -> OKPKey:
    """Return the public key by which tokens of a service are known."""
    pair = _pair(settings.secret_key, issuer)
    return OKPKey.import_key(pair.as_dict(private=False))


def derived_secret(settings: Settings, purpose: str) -> bytes:
    """Return 32 bytes for one purpose, which tell nothing about those of another."""
    return _derived(settings.secret_key, purpose)


@cache
def _pair(secret: str, service: str) -> OKPKey:
    private = Ed25519PrivateKey.from_private_bytes(_derived(secret, f"token key of {service}"))
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return OKPKey.import_key(pem)


def _derived(secret: str, purpose: str) -> bytes:
    stretch = HKDF(algorithm=SHA256(), length=32, salt=b"attune", info=purpose.encode())
    return stretch.derive(secret.encode())
