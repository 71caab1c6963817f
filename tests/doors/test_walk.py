"""Every door of every service, tried by everyone: what happens is what the matrix file says."""

import pytest
from werkzeug.routing import Rule as Route

from shared.auth.actors import Door
from shared.settings import SERVICES
from tests.doors.callers import EVERYONE, MEMBERS, Caller, Standing, stand
from tests.doors.oracle import comes_in, refusals
from tests.doors.routes import READING, Subject, address, methods_of, routes_of, subject
from tests.doors.typed import sent_to
from tests.doors.world import MEMBER_HOST, Known, World

pytestmark = pytest.mark.timeout(600)  # the first who asks for the world builds it
NEUTRAL = ("static", "health.live", "health.ready", "health.metrics")
"""What the members' host serves besides their own pages."""


def knocks(caller: Caller, app, about: Subject, known: Known):
    """Yield every address of an app, with a method and what is sent to it."""
    for route in routes_of(app):
        path = address(app, route, about, known)
        for method in ("GET", *methods_of(route)):
            if method in (route.methods or ()):
                sent = {} if method in READING else sent_to(route.endpoint, about, caller.role)
                yield route, method, path, sent


@pytest.mark.requirement("PLT-06", "REC-02")
@pytest.mark.parametrize("caller", EVERYONE, ids=str)
@pytest.mark.parametrize("service", SERVICES)
def test_lets_in_whom_the_file_names_and_turns_away_the_rest(
    world: World, known: Known, service: str, caller: Caller
) -> None:
    about = subject(known.own, **({"role": caller.role} if caller.role else {}))
    standing = stand(world, known, caller, service)
    world.keep()

    wrong = list(_differences(world, known, service, caller, standing, about))

    assert wrong == []


def _differences(world, known, service, caller, standing: Standing, about: Subject):
    rules = standing.app.extensions["rules"]
    for route, method, path, sent in knocks(caller, standing.app, about, known):
        rule = rules[route.endpoint]
        found = standing.knock(method, path, **sent)
        wanted = comes_in(rule, caller)
        if found.let_in != wanted:
            yield f"{method} {route.endpoint}: let in {found.let_in}, the file says {wanted}"
        expected = refusals(rule, caller, method=method, path=path, service=service)
        if not wanted and found.status not in expected:
            yield f"{method} {route.endpoint}: turned away by {found.status}, not {expected}"
        if wanted and found.status >= 500:
            yield f"{method} {route.endpoint}: {found.status}"
        if found.let_in and method not in READING:
            world.rewind()


@pytest.mark.requirement("INT-14")
@pytest.mark.parametrize("caller", MEMBERS, ids=str)
@pytest.mark.parametrize("service", SERVICES)
def test_shows_a_member_on_their_own_host_nothing_but_members_pages(
    world: World, known: Known, service: str, caller: Caller
) -> None:
    standing = stand(world, known, caller, service, host=MEMBER_HOST)
    about, rules = subject(known.own), standing.app.extensions["rules"]
    seen = {}
    for route, method, path, sent in knocks(caller, standing.app, about, known):
        rule = rules[route.endpoint]
        if not rule.for_members and not route.endpoint.endswith(NEUTRAL):
            seen[method, route.endpoint] = standing.knock(method, path, **sent).status

    assert {key: status for key, status in seen.items() if status != 404} == {}


def test_a_route_that_the_walk_cannot_fill_fails_with_what_to_add(
    world: World, known: Known
) -> None:
    app, route = world.services["reports"].app, Route("/shelves/<shelf_id>", endpoint="shelves.one")
    app.url_map.add(route)

    with pytest.raises(AssertionError, match=r"say in `filling` of tests/doors/routes.py"):
        address(app, route, subject(known.own), known)


def test_a_form_that_the_walk_cannot_type_fails_with_what_to_add(known: Known) -> None:
    with pytest.raises(AssertionError, match=r"say in TYPED of tests/doors/typed.py"):
        sent_to("shelves.build", subject(known.own), None)


def test_everyone_is_there() -> None:
    assert {caller.door for caller in EVERYONE} == set(Door) - {Door.SYSTEM}
