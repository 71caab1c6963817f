"""Whatever staff read about care leaves its lines, at every door, or is not shown (PLT-15)."""

from collections import Counter, defaultdict
from collections.abc import Iterator

import pytest
from werkzeug.routing import Rule as Route

from shared.audit import Act
from shared.keys import HOUSE
from shared.labels import ABOUT_CARE, Label
from shared.settings import SERVICES
from tests.doors.callers import STAFF, Caller, Standing, stand
from tests.doors.oracle import comes_in
from tests.doors.routes import address, routes_of, subject
from tests.doors.test_labels import watch
from tests.doors.world import Known, World
from tests.trails import break_off, lines

pytestmark = [pytest.mark.timeout(600), pytest.mark.requirement("PLT-15")]
WITH_CARE = ("intake", "sessions", "reminders")
"""Reports keep nothing about care that is sealed: no line of theirs in the matrix opens any."""


class Reader:
    """Someone of the staff who looks at everything in a service that they may look at."""

    def __init__(self, world: World, known: Known, service: str, caller: Caller):
        self.service, self.known, self.caller = world.services[service], known, caller
        self.app = self.service.app
        self.standing: Standing = stand(world, known, caller, service)
        self.opened: dict[str, set[Label]] = defaultdict(set)
        self.rules = self.app.extensions["rules"]

    def may_read(self) -> Iterator[Route]:
        """Yield the routes whose line in the matrix opens something about care."""
        for route in routes_of(self.app):
            rule = self.rules[route.endpoint]
            about_care = rule.opens & ABOUT_CARE
            if about_care and "GET" in (route.methods or ()) and comes_in(rule, self.caller):
                yield route

    def look(self, route: Route) -> tuple[int, bool]:
        """Look at a route; return the status, and whether something about care was opened."""
        self.app.extensions["rules"] = watch(self.rules, self.opened)
        self.opened[route.endpoint].clear()
        about = subject(self.known.own, role=self.caller.role)
        found = self.standing.knock("GET", address(self.app, route, about, self.known))
        opened = self.opened[route.endpoint] & self.rules[route.endpoint].opens & ABOUT_CARE
        self.app.extensions["rules"] = self.rules
        return found.status, bool(opened)


def readers(world: World, known: Known, service: str) -> list[Reader]:
    """Return everyone of the staff before a service."""
    return [Reader(world, known, service, caller) for caller in STAFF]


@pytest.mark.parametrize("service", WITH_CARE)
def test_every_look_leaves_one_line_for_each_thing_seen(
    world: World, known: Known, service: str
) -> None:
    store, looks, wrong = world.services[service].store, 0, []
    chains = (known.own.clinic_id, HOUSE)
    for reader in readers(world, known, service):
        role = reader.caller.role
        names = {store.keys.pseudonym(chain, known.own.staff[role]) for chain in chains}
        for route in reader.may_read():
            before = {chain: len(lines(store, chain)) for chain in chains}
            status, opened = reader.look(route)
            left = [line for chain in chains for line in lines(store, chain)[before[chain] :]]
            looks += opened
            said = {
                (line.act, line.door, line.role, line.route, line.outcome, line.actor in names)
                for line in left
            }
            whole = (Act.READ, "staff", role, f"{service}:{route.endpoint}", "done", True)
            if opened and (status >= 400 or said != {whole}):
                wrong.append(f"{role} at {route.endpoint}: {status}, {said}")
            times = Counter((line.clinic_id, line.subject, line.what) for line in left)
            wrong += [f"{what} twice at {route.endpoint}" for what, n in times.items() if n > 1]

    assert wrong == [], "\n".join(wrong)
    assert looks > 1


@pytest.mark.parametrize("service", WITH_CARE)
def test_nothing_is_shown_at_any_door_while_it_cannot_be_recorded(
    world: World, known: Known, service: str
) -> None:
    standing = readers(world, known, service)
    break_off(world.services[service].store)

    answers = [
        (f"{reader.caller} at {route.endpoint}", *reader.look(route))
        for reader in standing
        for route in reader.may_read()
    ]

    shown = [(where, status) for where, status, opened in answers if opened and status != 503]
    assert shown == []
    assert [where for where, _, opened in answers if opened]


def test_reports_open_nothing_about_care(world: World) -> None:
    rest = set(SERVICES) - set(WITH_CARE)
    rules = [
        rule for name in rest for rule in world.services[name].app.extensions["rules"].values()
    ]

    assert [rule for rule in rules if rule.opens & ABOUT_CARE] == []
