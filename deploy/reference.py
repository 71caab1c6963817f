"""The reference of all settings, made from the code that reads them."""

from dataclasses import MISSING, Field, dataclass, fields
from typing import Any

from shared.settings import ENVIRONMENT, Settings, Smtp

SAYS = {
    "mode": "laptop, test or production; only production is for real people.",
    "data_dir": "The folder in which a laptop keeps everything.",
    "database_url": "The service's own PostgreSQL database; a file per service on a laptop.",
    "key_store_url": "Where wrapped keys lie: a database apart, with backups apart.",
    "broker_url": "RabbitMQ, or memory:// inside one process.",
    "private_broker_url": "RabbitMQ for private streams, with credentials of its own.",
    "broker_prefix": "How exchanges and queues are named, so that two installations keep apart.",
    "secret_key": "What tokens and cookies are signed with; the same for all four services.",
    "master_key": "What every other key is sealed with; 32 bytes, base64 (`attune keys new`).",
    "staff_url": "The address of the staff's pages, as their browsers see it.",
    "member_url": "The address of the members' pages: another host than the staff's.",
    "internal_urls": "Where the services reach each other: intake=http://intake:8000, and so on.",
    "trusted_hosts": "The hosts on which pages are served, separated by commas.",
    "trusted_proxies": "The gateways that are believed about where visitors come from: networks.",
    "max_body_bytes": "The largest request that is read.",
    "log_level": "DEBUG, INFO, WARNING or ERROR.",
    "smtp.host": "The mail server; without one, letters stay in the mailbox page.",
    "smtp.port": "Its port.",
    "smtp.user": "Who signs in there.",
    "smtp.password": "The password for it.",
    "smtp.tls": "yes: STARTTLS, with the certificate checked.",
    "smtp.sender": "The neutral address that letters come from.",
}
OWN = {
    "secret_key": "made once, on a laptop",
    "master_key": "made once, on a laptop",
    "database_url": "sqlite, in the folder",
    "key_store_url": "sqlite, in the folder of keys",
    "private_broker_url": "as ATTUNE_BROKER_URL",
    "internal_urls": "below the staff's address",
    "trusted_hosts": "any, on a laptop its own",
}
"""Defaults that follow from something else."""


@dataclass(frozen=True)
class Line:
    """One setting: its name in the environment, its default, and what it does."""

    name: str
    default: str
    says: str


def reference() -> list[Line]:
    """Return every setting in the order in which the code lists them."""
    return [Line(name, _default(target), SAYS[target]) for name, target in ENVIRONMENT.items()]


def _default(target: str) -> str:
    if target in OWN:
        return OWN[target]
    kind: Any = Smtp if target.startswith("smtp.") else Settings
    [field] = [one for one in fields(kind) if one.name == target.removeprefix("smtp.")]
    return _written(field)


def _written(field: "Field[Any]") -> str:
    value = None if field.default is MISSING else field.default
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) if value not in (None, "") else "none"
