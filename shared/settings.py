"""Everything that the environment may decide, read once, with all mistakes told at once.

Names begin with ``ATTUNE_``; a secret may be given as ``ATTUNE_<NAME>_FILE`` instead, the path of
a file that holds it. An unknown ``ATTUNE_`` name stops the start: a setting misspelt is a setting
silently ignored.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

SERVICES = ("intake", "sessions", "reminders", "reports")
DEVELOPMENT_SECRET = "for development only, never in production"
MAX_BODY_BYTES = 1_000_000
POSTGRESQL_PORT = 5432


class Mode(StrEnum):
    """Where Attune runs; only production handles real people."""

    LAPTOP = "laptop"
    TEST = "test"
    PRODUCTION = "production"


class BadSettings(Exception):
    """The settings do not fit together; each line of the message is one mistake."""

    def __init__(self, mistakes: list[str]):
        super().__init__("\n".join(f"- {mistake}" for mistake in mistakes))
        self.mistakes = mistakes


@dataclass(frozen=True, kw_only=True)
class Smtp:
    """Where mail is handed over; without a host, messages go to the local mailbox."""

    host: str = ""
    port: int = 25
    user: str = ""
    password: str = field(default="", repr=False)
    tls: bool = False
    sender: str = "notes@attune.invalid"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What one service was told at its start. Secrets never show in its repr."""

    service: str
    mode: Mode = Mode.LAPTOP
    data_dir: Path = Path(".attune")
    database_url: str = field(default="", repr=False)
    key_store_url: str = field(default="", repr=False)
    broker_url: str = field(default="memory://", repr=False)
    private_broker_url: str = field(default="", repr=False)
    broker_prefix: str = "attune"
    secret_key: str = field(default=DEVELOPMENT_SECRET, repr=False)
    master_key: str = field(default="", repr=False)
    staff_url: str = "http://localhost:8000"
    member_url: str = "http://127.0.0.1:8000"
    internal_urls: Mapping[str, str] = field(default_factory=dict)
    trusted_hosts: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    max_body_bytes: int = MAX_BODY_BYTES
    smtp: Smtp = field(default_factory=Smtp)
    log_level: str = "INFO"

    def __post_init__(self) -> None:
        if self.service not in SERVICES:
            raise BadSettings([f"There is no service called {self.service!r}."])
        beside = self.data_dir / "keys" / self.service
        defaults: dict[str, Any] = {
            "database_url": self.database_url or f"sqlite:///{self.data_dir / self.service}.sqlite",
            "key_store_url": self.key_store_url or f"sqlite:///{beside}.sqlite",
            "private_broker_url": self.private_broker_url or self.broker_url,
            "internal_urls": dict(self.internal_urls)
            or {name: f"{self.staff_url}/{name}" for name in SERVICES},
        }
        for name, value in defaults.items():
            object.__setattr__(self, name, value)

    @property
    def production(self) -> bool:
        """Whether real people's data may be here."""
        return self.mode is Mode.PRODUCTION

    @property
    def embedded(self) -> bool:
        """Whether the broker lives inside this process."""
        return self.broker_url.startswith("memory:")

    @property
    def clock_file(self) -> Path | None:
        """The file that moves the clock; none in production."""
        return None if self.production else self.data_dir / "clock-offset"

    @property
    def key_file(self) -> Path:
        """Where the master key is kept when the environment does not give it."""
        return self.data_dir / "keys" / "master.key"


ENVIRONMENT = {
    "ATTUNE_MODE": "mode",
    "ATTUNE_DATA_DIR": "data_dir",
    "ATTUNE_DATABASE_URL": "database_url",
    "ATTUNE_KEY_STORE_URL": "key_store_url",
    "ATTUNE_BROKER_URL": "broker_url",
    "ATTUNE_PRIVATE_BROKER_URL": "private_broker_url",
    "ATTUNE_BROKER_PREFIX": "broker_prefix",
    "ATTUNE_SECRET_KEY": "secret_key",
    "ATTUNE_MASTER_KEY": "master_key",
    "ATTUNE_STAFF_URL": "staff_url",
    "ATTUNE_MEMBER_URL": "member_url",
    "ATTUNE_INTERNAL_URLS": "internal_urls",
    "ATTUNE_TRUSTED_HOSTS": "trusted_hosts",
    "ATTUNE_TRUSTED_PROXIES": "trusted_proxies",
    "ATTUNE_MAX_BODY_BYTES": "max_body_bytes",
    "ATTUNE_LOG_LEVEL": "log_level",
    "ATTUNE_SMTP_HOST": "smtp.host",
    "ATTUNE_SMTP_PORT": "smtp.port",
    "ATTUNE_SMTP_USER": "smtp.user",
    "ATTUNE_SMTP_PASSWORD": "smtp.password",
    "ATTUNE_SMTP_TLS": "smtp.tls",
    "ATTUNE_SMTP_SENDER": "smtp.sender",
}
"""Each name that the environment may hold, and the setting that it decides."""

OUTSIDE_SETTINGS = {"ATTUNE_SERVICE", "ATTUNE_PORT", "ATTUNE_SEED"}
"""Names read by the command line alone."""


Examine = Callable[[Settings], list[str]]


def nothing_more(_settings: Settings) -> list[str]:
    """Refuse nothing besides what the settings themselves show."""
    return []


def read_settings(
    service: str, environ: Mapping[str, str] = os.environ, *, also: Examine = nothing_more
) -> Settings:
    """Return the settings of a service from the environment.

    Raises BadSettings with every mistake at once: unknown names, values that do not parse,
    unreadable secret files, and, in production, whatever PLT-24 refuses and ``also`` finds.
    """
    mistakes: list[str] = []
    given = _given(environ, mistakes)
    values: dict[str, Any] = {}
    smtp: dict[str, Any] = {}
    for name, text in given.items():
        target = ENVIRONMENT[name]
        try:
            value = _parse(target, text)
        except ValueError as problem:
            mistakes.append(f"{name}: {problem}")
            continue
        if target.startswith("smtp."):
            smtp[target.removeprefix("smtp.")] = value
        else:
            values[target] = value
    if mistakes:
        raise BadSettings(mistakes)
    settings = Settings(service=service, smtp=Smtp(**smtp), **values)
    refused = [*unfit_for_production(settings), *also(settings)] if settings.production else []
    if refused:
        raise BadSettings(refused)
    return settings


def unfit_for_production(settings: Settings) -> list[str]:
    """Return what production mode refuses in these settings, one sentence each (PLT-24)."""
    secret, broker, private = settings.secret_key, settings.broker_url, settings.private_broker_url
    pages = settings.staff_url, settings.member_url
    checks = {
        "ATTUNE_SECRET_KEY is missing or too short: give 32 characters or more.": (
            len(secret) < 32 or secret == DEVELOPMENT_SECRET
        ),
        "ATTUNE_MASTER_KEY is missing: give 32 bytes, base64 (`attune keys new`).": (
            not settings.master_key
        ),
        "ATTUNE_TRUSTED_HOSTS is empty: list the hosts that pages are served on.": (
            not settings.trusted_hosts
        ),
        "ATTUNE_TRUSTED_PROXIES is empty: give the network of your gateway (10.0.0.0/8), or all "
        "visitors count as one.": not settings.trusted_proxies,
        "ATTUNE_MAX_BODY_BYTES must be between 1 and 10,000,000.": not (
            0 < settings.max_body_bytes <= 10_000_000
        ),
        "ATTUNE_DATABASE_URL is SQLite, which has no row-level security: use PostgreSQL.": (
            settings.database_url.startswith("sqlite")
        ),
        "ATTUNE_DATABASE_URL must ask for TLS: add sslmode=verify-full (or =disable on "
        "a private network that is encrypted itself).": _unencrypted(settings.database_url),
        "ATTUNE_KEY_STORE_URL must ask for TLS, too.": _unencrypted(settings.key_store_url),
        "ATTUNE_KEY_STORE_URL must name a PostgreSQL database that is not the service's own: "
        "keys must never lie in the backups of what they seal.": (
            settings.key_store_url.startswith("sqlite")
            or _place_of(settings.key_store_url) == _place_of(settings.database_url)
        ),
        "ATTUNE_BROKER_URL is the in-process broker: use RabbitMQ.": settings.embedded,
        "ATTUNE_BROKER_URL is not encrypted: use amqps:// (or add ?plaintext=accepted on a "
        "private network that is encrypted itself).": _in_plain_text(broker),
        "ATTUNE_PRIVATE_BROKER_URL is not encrypted either.": (
            private != broker and _in_plain_text(private)
        ),
        "ATTUNE_STAFF_URL and ATTUNE_MEMBER_URL must be https:// and two different hosts.": (
            len({urlsplit(url).hostname for url in pages if url.startswith("https://")}) < 2
        ),
    }
    return [sentence for sentence, wrong in checks.items() if wrong]


def _unencrypted(url: str) -> bool:
    """Say whether a database need not prove who it is, and nobody said that this is fine."""
    modes = parse_qs(urlsplit(url).query).get("sslmode", [])
    return url.startswith("postgresql") and modes not in (["verify-full"], ["disable"])


def _in_plain_text(url: str) -> bool:
    return url.startswith("amqp://") and "plaintext=accepted" not in url


def _place_of(url: str) -> tuple[str | None, int, str]:
    """Return which database an address leads to, whoever signs in there and how."""
    parts = urlsplit(url)
    return parts.hostname, parts.port or POSTGRESQL_PORT, parts.path


def _given(environ: Mapping[str, str], mistakes: list[str]) -> dict[str, str]:
    given: dict[str, str] = {}
    for name in sorted(environ):
        if not name.startswith("ATTUNE_") or name in OUTSIDE_SETTINGS:
            continue
        base = name.removesuffix("_FILE")
        if name in ENVIRONMENT:
            given[name] = environ[name]
        elif base in ENVIRONMENT:
            try:
                given[base] = Path(environ[name]).read_text().strip()
            except OSError:
                mistakes.append(f"{name}: this file cannot be read.")
        else:
            mistakes.append(f"{name}: there is no such setting (`attune settings` lists them).")
    return given


def _parse(target: str, text: str) -> Any:
    if target == "mode":
        return _mode(text)
    if target == "data_dir":
        return Path(text)
    if target in ("smtp.port", "max_body_bytes"):
        return _whole_number(text)
    if target == "smtp.tls":
        return _yes_or_no(text)
    if target == "trusted_hosts":
        return _listed(text)
    if target == "trusted_proxies":
        return tuple(str(ip_network(part)) for part in _listed(text))
    if target == "internal_urls":
        return _addresses(text)
    return text


def _mode(text: str) -> Mode:
    if text not in list(Mode):
        raise ValueError(f"{text!r} is not one of {', '.join(Mode)}.")
    return Mode(text)


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _whole_number(text: str) -> int:
    if not text.isdigit():
        raise ValueError(f"{text!r} is not a whole number.")
    return int(text)


def _yes_or_no(text: str) -> bool:
    if text not in ("yes", "no"):
        raise ValueError(f"{text!r} is neither yes nor no.")
    return text == "yes"


def _addresses(text: str) -> dict[str, str]:
    pairs = [part.strip().split("=", 1) for part in text.split(",") if part.strip()]
    if any(len(pair) != 2 or pair[0] not in SERVICES for pair in pairs):
        raise ValueError("give service=address pairs, for instance intake=http://intake:8000.")
    return {name: address.rstrip("/") for name, address in pairs}
