"""Who signs in to the broker, and what there is theirs: each service, once for private streams."""

import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from hashlib import sha256
from secrets import token_bytes
from typing import NamedTuple

from shared.contracts.streams import Stream, streams_for, streams_of
from shared.events.topology import Topology
from shared.settings import SERVICES

PREFIX = "attune"
NOTHING = "^$"


class Visitor(NamedTuple):
    """One service on one of the two exchanges."""

    service: str
    private: bool

    @property
    def name(self) -> str:
        """How it signs in."""
        return f"{PREFIX}_{self.service}{'_private' if self.private else ''}"

    @property
    def secret(self) -> str:
        """The name of the file with the address under which it signs in."""
        return f"{self.service}_{'private_' if self.private else ''}broker_url"


VISITORS = tuple(Visitor(service, private) for service in SERVICES for private in (False, True))


def definitions(passwords: Mapping[str, str], *, vhost: str = "/") -> dict[str, object]:
    """Return what RabbitMQ is to begin with; ``passwords`` are by the name of each visitor."""
    hashing = {"hashing_algorithm": "rabbit_password_hashing_sha256", "tags": []}
    return {
        "vhosts": [{"name": vhost}],
        "users": [
            {"name": name, "password_hash": hash_of(password), **hashing}
            for name, password in passwords.items()
        ],
        "permissions": [{"user": one.name, "vhost": vhost, **_names(one)} for one in VISITORS],
        "topic_permissions": [
            {"user": one.name, "vhost": vhost, **_topics(one)} for one in VISITORS
        ],
    }


def hash_of(password: str, salt: bytes | None = None) -> str:
    """Return how RabbitMQ keeps a password: salted SHA-256."""
    salt = salt or token_bytes(4)
    return b64encode(salt + sha256(salt + password.encode()).digest()).decode()


def _names(visitor: Visitor) -> dict[str, str]:
    """Return which exchanges and queues are a service's.

    Its own queue, and those of who listens to it: it declares them, which the broker lets nobody
    do who may not read them, as they hand on what they give up.
    """
    topology = _topology(visitor)
    own = topology.queue_for(visitor.service)
    queues = [*topology.queues_of(visitor.service), *([own] if own else [])]
    names = {topology.exchange.name, topology.dead_name, "amq.default"}
    allowed = _one_of(names | {queue.name for queue in queues})
    return {"configure": allowed, "write": allowed, "read": allowed}


def _topics(visitor: Visitor) -> dict[str, str]:
    """Return in which streams a service may tell, and which the queues that it declares hear."""
    told = {one for one in streams_of(visitor.service) if one.private == visitor.private}
    listening = {visitor.service}.union(*(stream.listeners for stream in told))
    heard = {
        one for name in listening for one in streams_for(name) if one.private == visitor.private
    }
    return {
        "exchange": _topology(visitor).exchange.name,
        "write": _keys_of(told),
        "read": _keys_of(heard),
    }


def _topology(visitor: Visitor) -> Topology:
    return Topology(PREFIX, private=visitor.private, durable=True)


def _keys_of(streams: Iterable[Stream]) -> str:
    """Return what routing keys of these streams look like, those of bindings too."""
    found = sorted(re.escape(stream.name) for stream in streams)
    return rf"^({'|'.join(found)})\.(\d+|\*)$" if found else NOTHING


def _one_of(names: Iterable[str]) -> str:
    return f"^({'|'.join(sorted(map(re.escape, names)))})$"
