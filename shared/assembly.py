"""The parts that every service is put together from."""

from collections.abc import Iterable, Mapping
from functools import cache
from ssl import SSLContext

import httpx
from flask import Flask
from sqlalchemy import MetaData

from shared.audit import pages as trail
from shared.auth.actors import Actor
from shared.auth.tokens import service_token
from shared.clock import Clock
from shared.events import feed, operations
from shared.events.content import Provider
from shared.events.feed_client import Feeds
from shared.events.points import Reach, pass_by
from shared.events.wake import new_wake
from shared.keys import KeyRing, KeyStore
from shared.keys.files import root_of
from shared.settings import Settings
from shared.store import Store
from shared.store.engines import new_engine
from shared.web import new_app

BACKBONE_SCOPES = ("feed", "content")
PATIENCE = httpx.Timeout(5.0, connect=2.0)


def new_store(settings: Settings, metadata: MetaData, *, reach: Reach = pass_by) -> Store:
    """Return the store of a service, with its key ring and what wakes its relay."""
    return Store(
        settings.database_url,
        metadata,
        service=settings.service,
        keys=new_key_ring(settings),
        wake=new_wake(settings.database_url),
        reach=reach,
    )


def new_key_ring(settings: Settings) -> KeyRing:
    """Return the key ring of a service: the root key, and the key store apart from the data."""
    store = KeyStore(new_engine(settings.key_store_url))
    return KeyRing(root_of(settings.master_key, settings.key_file), store)


@cache
def trusted() -> SSLContext:
    """Return whom this process trusts over TLS: read once, for reading it takes 20 ms."""
    return httpx.create_ssl_context()


def new_feeds(settings: Settings, clients: Mapping[str, httpx.Client] | None = None) -> Feeds:
    """Return the feeds of the other services; tests give clients that need no socket."""
    clients = clients or {
        name: httpx.Client(base_url=url, timeout=PATIENCE, verify=trusted())
        for name, url in settings.internal_urls.items()
    }

    def token(teller: str, acting: Actor | None) -> str:
        return service_token(settings, teller, BACKBONE_SCOPES, acting=acting)

    return Feeds(clients, token)


def new_service_app(
    import_name: str,
    settings: Settings,
    store: Store,
    clock: Clock,
    providers: Iterable[Provider] = (),
) -> Flask:
    """Return an app with the house's layout, the doors of other services, and the operator's
    and the auditor's."""
    app = new_app(import_name, settings, store, clock)
    app.extensions["providers"] = {provider.kind: provider for provider in providers}
    app.register_blueprint(feed.blueprint)
    app.register_blueprint(operations.blueprint)
    app.register_blueprint(trail.blueprint)
    return app
