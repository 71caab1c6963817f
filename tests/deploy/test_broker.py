"""What each service may do at the broker: asked of a real one, made as that of the containers."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from secrets import token_hex
from typing import Any

import pytest
from amqp import AccessRefused, AMQPError

from deploy.broker import PREFIX, VISITORS, Visitor, definitions
from shared.contracts.streams import STREAMS
from shared.events.broker import Link
from shared.events.topology import Topology
from shared.settings import SERVICES

pytestmark = pytest.mark.requirement("PLT-20")
Enter = Callable[[Visitor], Link]


def topology_of(visitor: Visitor) -> Topology:
    return Topology(PREFIX, private=visitor.private, durable=True)


@pytest.fixture
def enter(rabbitmq, vhost) -> Iterator[Enter]:
    """A broker as the containers' begins, with all queues, and a way in for each service."""
    passwords = {one.name: token_hex(8) for one in VISITORS}
    made: Any = definitions(passwords, vhost=vhost)
    for kind in ("users", "permissions", "topic_permissions"):
        for one in made[kind]:
            where = f"{vhost}/{one['user']}" if "user" in one else one["name"]
            rabbitmq.ask("PUT", f"/api/{kind.replace('_', '-')}/{where}", one)
    port = rabbitmq.ports["amqp"]
    links: list[Link] = []

    def opened(visitor: Visitor) -> Link:
        url = f"amqp://{visitor.name}:{passwords[visitor.name]}@127.0.0.1:{port}/{vhost}"
        links.append(Link(url, topology_of(visitor), "test"))
        return links[-1]

    for visitor in VISITORS:
        opened(visitor).declare(topology_of(visitor).queues_of(visitor.service))
    yield opened
    for link in links:
        with suppress(OSError, AMQPError):
            link.drop()
    for name in passwords:
        rabbitmq.ask("DELETE", f"/api/users/{name}")


def tell(link: Link, exchange: str, routing_key: str) -> None:
    """Publish something, and wait until the broker would have said no."""
    producer = link.producer()
    producer.publish(b"[]", exchange=exchange, routing_key=routing_key)
    link.channel.queue_declare(link.topology.dead_name, passive=True)


def told_by(visitor: Visitor, *, itself: bool) -> list[str]:
    """Return the keys of what is told on its exchange, by itself or by others."""
    return [
        f"{stream.name}.0"
        for stream in STREAMS.values()
        if stream.private == visitor.private and (stream.teller == visitor.service) == itself
    ]


def test_a_service_hears_by_its_own_queue_and_tells_in_its_own_streams(enter):
    for visitor in VISITORS:
        link, topology = enter(visitor), topology_of(visitor)
        queue = topology.queue_for(visitor.service)
        if queue is not None:
            link.declare([queue])
            link.consume(queue, 1, print)
        for key in told_by(visitor, itself=True):
            tell(link, topology.exchange.name, key)


def test_it_tells_in_the_name_of_no_other(enter):
    for visitor in VISITORS:
        for key in told_by(visitor, itself=False):
            with pytest.raises(AccessRefused):
                tell(enter(visitor), topology_of(visitor).exchange.name, key)


def test_it_has_no_way_to_the_other_exchange(enter):
    for visitor in VISITORS:
        other = visitor._replace(private=not visitor.private)
        for key in told_by(other, itself=True):
            with pytest.raises(AccessRefused):
                tell(enter(visitor), topology_of(other).exchange.name, key)


def test_it_takes_nothing_from_the_queue_of_one_to_whom_it_does_not_tell(enter):
    for visitor in VISITORS:
        topology = topology_of(visitor)
        own = topology.queue_for(visitor.service)
        near = {queue.name for queue in (*topology.queues_of(visitor.service), own) if queue}
        for service in SERVICES:
            queue = topology.queue_for(service)
            if queue is not None and queue.name not in near:
                with pytest.raises(AccessRefused):
                    enter(visitor).channel.basic_consume(queue.name)
