"""The servers of the crash tests."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.crash.parts import Where, prepare, served
from tests.servers.ground import free_port
from tests.servers.rabbitmq import RabbitMQ


@pytest.fixture(params=["postgres-rabbitmq", "sqlite-rabbitmq"])
def where(
    request: pytest.FixtureRequest, tmp_path: Path, rabbitmq: RabbitMQ, vhost: str
) -> Iterator[Where]:
    """Tables, queues and a served feed for one test, on real servers."""
    database, _ = request.param.split("-")
    urls = {"teller_url": "", "listener_url": ""}
    if database == "postgres":
        new_database = request.getfixturevalue("new_database")
        urls = {name: new_database(name.split("_")[0]).worker_url for name in urls}
    made = Where(
        folder=tmp_path,
        broker_url=rabbitmq.url(vhost),
        prefix=f"c{uuid4().hex[:8]}",
        feed_port=free_port(),
        **urls,
    )
    prepare(made)
    with served(made):
        yield made
