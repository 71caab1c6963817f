"""The secrets of the containers: made once, by chance alone, each in a file of its own."""

import json
import os
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from secrets import token_hex, token_urlsafe

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from deploy.broker import VISITORS, definitions
from shared.keys import new_master_key
from shared.settings import SERVICES

HOSTS = ("staff.localhost", "members.localhost")
ROLES = ("owner", "app", "worker")
"""Who signs in to a service's database: to migrate, to serve pages, to work."""
CERTIFICATE_LASTS = timedelta(days=397)
Made = dict[str, bool]


class Secrets:
    """A folder of secrets; what is there already stays as it is.

    The folder is closed to others; the files are readable, for each container has its own user.
    """

    def __init__(self, folder: Path):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder = folder
        self.made: Made = {}

    def keep(self, name: str, make: Callable[[], str]) -> str:
        """Return a secret, made now unless it is there."""
        file = self._folder / name
        self.made[name] = not file.exists()
        if self.made[name]:
            with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644), "w") as kept:
                kept.write(make())
        return file.read_text()


def write_secrets(folder: Path, *, now: datetime, hosts: Iterable[str] = HOSTS) -> Made:
    """Write each secret that is missing; return the name of each and whether it is new.

    A certificate of the clinic's own, put there first, is left alone.
    """
    secrets = Secrets(folder)
    secrets.keep("secret_key", lambda: token_urlsafe(48))
    secrets.keep("master_key", new_master_key)
    for service in SERVICES:
        _database(secrets, service)
    _key_stores(secrets)
    _broker(secrets)
    if not any((folder / name).exists() for name in ("gateway.crt", "gateway.key")):
        private = ec.generate_private_key(ec.SECP256R1())
        secrets.keep("gateway.crt", lambda: certificate(private, list(hosts), now=now))
        secrets.keep("gateway.key", lambda: _pem(private))
    return secrets.made


def _database(secrets: Secrets, service: str) -> None:
    """Make what the roles of a service's database sign in with, and the address for each."""
    passwords = _passwords(secrets, f"{service}_database", ROLES)
    for role, password in passwords.items():
        where = f"attune_{role}:{password}@{service}-database:5432/attune_{service}"
        secrets.keep(f"{service}_{role}_url", partial(_postgresql, where))


def _key_stores(secrets: Secrets) -> None:
    """Make the same for the key stores, which stand together and apart from all databases."""
    users = [user for service in SERVICES for user in (service, f"{service}_owner")]
    passwords = _passwords(secrets, "keys_database", users)
    for service in SERVICES:
        for user, name in ((service, "key_store_url"), (f"{service}_owner", "key_store_owner_url")):
            where = f"attune_{user}:{passwords[user]}@keys-database:5432/attune_{service}_keys"
            secrets.keep(f"{service}_{name}", partial(_postgresql, where))


def _passwords(secrets: Secrets, server: str, users: Iterable[str]) -> dict[str, str]:
    """Make the passwords of a server: its superuser's in one file, all others' in another."""
    secrets.keep(f"{server}_admin_password", lambda: token_hex(24))
    kept = secrets.keep(
        f"{server}_passwords", lambda: "".join(f"{user}={token_hex(24)}\n" for user in users)
    )
    return dict(line.split("=") for line in kept.splitlines())


def _postgresql(where: str) -> str:
    return f"postgresql+psycopg://{where}?sslmode=disable"


def _broker(secrets: Secrets) -> None:
    """Make what each service signs in to the broker with, and who may do what there."""
    kept = secrets.keep(
        "broker_passwords", lambda: "".join(f"{one.name}={token_hex(24)}\n" for one in VISITORS)
    )
    passwords = dict(line.split("=") for line in kept.splitlines())
    for one in VISITORS:
        where = f"amqp://{one.name}:{passwords[one.name]}@broker:5672//?plaintext=accepted"
        secrets.keep(one.secret, partial(str, where))
    secrets.keep("broker.conf", lambda: "load_definitions = /run/secrets/broker.json\n")
    secrets.keep("broker.json", lambda: json.dumps(definitions(passwords), indent=1))


def certificate(private: ec.EllipticCurvePrivateKey, hosts: list[str], *, now: datetime) -> str:
    """Return a certificate signed by itself, good for trying out; a clinic brings its own."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, hosts[0])])
    names = x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + CERTIFICATE_LASTS)
        .add_extension(names, critical=False)
        .sign(private, hashes.SHA256())
    )
    return made.public_bytes(Encoding.PEM).decode()


def _pem(private: ec.EllipticCurvePrivateKey) -> str:
    kept = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return kept.decode()
