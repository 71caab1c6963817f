"""What answers someone who showed nothing is a short list, in a file that everyone can read."""

from pathlib import Path

import pytest

from shared.settings import SERVICES
from tests.doors.callers import NO_ONE, stand
from tests.doors.routes import READING, address, methods_of, routes_of, subject
from tests.doors.typed import sent_to
from tests.doors.world import Known, World

pytestmark = pytest.mark.timeout(600)
LIST = Path(__file__).parents[2] / "shared" / "auth" / "open_to_all.txt"
THROUGH_THE_GATEWAY = {"X-Forwarded-For": "192.0.2.1"}


def listed() -> list[str]:
    """Return the lines of the file that are not remarks."""
    lines = LIST.read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def test_unauthenticated_routes_are_those_of_the_file(world: World, known: Known) -> None:
    found = []
    for service in SERVICES:
        app, about = world.services[service].app, subject(known.own)
        for route in routes_of(app):
            for method in [m for m in ("GET", *methods_of(route)) if m in (route.methods or ())]:
                sent = {} if method in READING else sent_to(route.endpoint, about, None)
                path = address(app, route, about, known)
                standing = stand(world, known, NO_ONE, service)
                if standing.knock(method, path, headers=THROUGH_THE_GATEWAY, **sent).let_in:
                    found.append(f"{method} /{service}{route.rule}")

    assert sorted(found) == sorted(listed())
