"""The four services of one machine, put together so that they reach each other.

In one process they need no sockets: each asks the others through their web doors all the same,
with the same tokens, headers and answers.
"""

from collections.abc import Callable, Iterable, Mapping
from contextvars import copy_context
from importlib import import_module
from typing import Any

import httpx
from werkzeug.test import run_wsgi_app

from shared.assembly import new_feeds
from shared.clock import Clock
from shared.events.feed_client import Feeds
from shared.events.worker import Worker
from shared.migrating import migrate
from shared.service import Service
from shared.settings import SERVICES, Settings

Network = dict[str, Service]
SettingsFor = Callable[[str], Settings]
ROUNDS = 500


class Restless(Exception):
    """The workers found something new to do in every round; one of them works in a circle."""


def build_network(
    settings_for: SettingsFor,
    clock: Clock,
    clients: Mapping[str, httpx.Client] | None = None,
) -> Network:
    """Return the four services by name, their databases up to date and their feeds connected.

    Without ``clients`` they reach each other inside this process.
    """
    services = connect_services(settings_for, clock, clients)
    for service in services.values():
        bring_up_to_date(service)
    return services


def connect_services(
    settings_for: SettingsFor,
    clock: Clock,
    clients: Mapping[str, httpx.Client] | None = None,
) -> Network:
    """Return the four services by name with their feeds connected; their databases stay as is."""
    services: Network = {}
    reach = clients or {name: client_of(name, services) for name in SERVICES}
    for name in SERVICES:
        settings = settings_for(name)
        services[name] = build_service(
            name, settings, clock=clock, feeds=new_feeds(settings, reach)
        )
    return services


def bring_up_to_date(service: Service) -> None:
    """Bring a service's database and its key store to what its code expects."""
    store = service.store
    migrate(store.engine, service.name, store.metadata)
    store.keys.store.prepare()


def build_service(
    name: str,
    settings: Settings,
    *,
    clock: Clock | None = None,
    feeds: Feeds | None = None,
) -> Service:
    """Return one service; its code is loaded only when it is asked for."""
    create = import_module(f"services.{name}.app").create_service
    service: Service = create(settings, clock=clock, feeds=feeds)
    return service


def client_of(name: str, services: Network) -> httpx.Client:
    """Return a client that asks a service of this process, once it is there."""

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        body, status, headers = copy_context().run(
            run_wsgi_app, services[name].app, environ, buffered=True
        )
        start_response(status, list(headers))
        return body

    return httpx.Client(transport=httpx.WSGITransport(app=answer), base_url="http://localhost")


def settle(services: Mapping[str, Service], *, rounds: int = ROUNDS) -> int:
    """Let every worker work until all fall silent; return how many things happened.

    Raises Restless when they do not.
    """
    workers = [Worker(service) for service in services.values()]
    try:
        return step_until_silent(workers, rounds=rounds)
    finally:
        for worker in workers:
            worker.stop()


def step_until_silent(workers: Iterable[Worker], *, rounds: int = ROUNDS) -> int:
    """Step these workers in turn until none finds anything to do; return how much was done.

    The feeds are asked once nothing more comes by the broker, for that takes most of the time.
    """
    everyone = list(workers)
    for worker in everyone:
        worker.parts.listener.put_off()
    happened = 0
    for _ in range(rounds):
        done = sum(worker.step(read_up=False) for worker in everyone)
        done = done or sum(worker.read_up() for worker in everyone)
        if not done:
            return happened
        happened += done
    raise Restless(Restless.__doc__)
