"""The four pairs on which the one suite of the backbone runs."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.shared.events.backbone import Backbone

PAIRS = ("sqlite-inprocess", "sqlite-rabbitmq", "postgres-inprocess", "postgres-rabbitmq")
BROKER_PAIRS = [pair for pair in PAIRS if pair.endswith("rabbitmq")]

NewBackbone = Callable[..., Backbone]


def _param(pair: str) -> Any:
    group = "rabbitmq" if pair.endswith("rabbitmq") else pair
    return pytest.param(pair, marks=pytest.mark.xdist_group(group))


@pytest.fixture(params=[_param(pair) for pair in PAIRS])
def backbone(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Backbone]:
    """A teller and a listener on one of the four pairs."""
    made = built(request, tmp_path, request.param)
    yield made
    made.stop()


@pytest.fixture(params=[_param(pair) for pair in BROKER_PAIRS])
def broker_backbone(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Backbone]:
    """A teller and a listener with a real broker between them."""
    made = built(request, tmp_path, request.param)
    yield made
    made.stop()


def built(request: pytest.FixtureRequest, folder: Path, pair: str, **more: Any) -> Backbone:
    """Return a backbone on a pair, starting the real servers that it asks for."""
    database, broker = pair.split("-")
    if database == "postgres":
        new_database = request.getfixturevalue("new_database")
        more["teller_url"] = new_database("teller").worker_url
        more["listener_url"] = new_database("listener").worker_url
    if broker == "rabbitmq":
        rabbitmq = request.getfixturevalue("rabbitmq")
        more["broker_url"] = rabbitmq.url(request.getfixturevalue("vhost"))
    return Backbone(folder=folder, **more)
