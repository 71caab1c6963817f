"""What is another's, and what never was, are answered alike (PLT-06)."""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import zip_longest

import pytest
from flask import Flask
from werkzeug.routing import Rule as Route

from shared.auth.actors import Role
from shared.settings import SERVICES
from tests.doors.callers import STAFF, Answered, Caller, Standing, stand
from tests.doors.oracle import comes_in
from tests.doors.routes import (
    OBJECTS,
    Subject,
    address,
    methods_of,
    nothing,
    routes_of,
    subject,
)
from tests.doors.typed import TYPED, sent_to
from tests.doors.world import Known, World

pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.requirement("PLT-06", "PLT-04"),
]
AN_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
NEW_IN_EVERY_ANSWER = (
    AN_ID.pattern,  # ids, also of requests
    r"[\w-]{30,}\.[\w-]{6}\.[\w-]{20,}",  # tokens of forms
    r"nonce[-=\"]+[\w-]+",
    r"visit=[^;]+",
    r"attune-seen=[^;]+",  # when someone was last there
)
CHANGES = re.compile("|".join(NEW_IN_EVERY_ANSWER))
KNOWN_IN_THE_CLINIC = ("trying.openness",)
"""What every clinician of a clinic may ask about each relationship there."""

OF_ONE_MEMBER = {"questionnaire_id", "talk_id"}
"""Parameters that name something of one member, under whose address it stands."""

NAMED_IN_BODY = ("import.take_in", "relationships.create", "people.open_relationship")
OF_ONESELF = {"account.end_sign_in", "door.switch_role"}
"""What names a sign-in or a role of one's own: tests/intake/test_account.py and test_door.py try
those of others."""

NAMED_IN_BODY += ("arrivals.look", "set_up.register_staff", "people.change", "log.write")


def cases(known: Known, caller: Caller, route: Route) -> Iterator[tuple[str, Subject, Subject]]:
    """Yield what is another's, and beside it what never was."""
    own, foreign = subject(known.own), subject(known.foreign)
    never = nothing(own)
    others = {"of another clinic": foreign}
    if caller.role is Role.CLINICIAN and route.endpoint not in KNOWN_IN_THE_CLINIC:
        colleague = subject(known.own, place=1).household
        others["of another clinician"] = replace(never, household=colleague)
    for says, other in others.items():
        yield says, other, never
        if "relationship_id" in route.arguments and _names_more(route):
            yield f"{says}, inside one's own", _inside(own, other), _inside(own, never)
            yield f"one's own, inside what is {says}", _inside(other, own), _inside(never, own)
    if OF_ONE_MEMBER & set(route.arguments):
        yield "of the other member", *_of_the_second(own, never)


def _of_the_second(own: Subject, never: Subject) -> tuple[Subject, Subject]:
    """Return addresses that name another member, and under them what is the first one's."""
    others = own.household.people[1:]
    relationship_id = own.household.relationship_id
    first, nothing_there = (
        replace(own, household=replace(of, relationship_id=relationship_id, people=others))
        for of in (own.household, never.household)
    )
    return first, nothing_there


def _names_more(route: Route) -> bool:
    return len(OBJECTS & set(route.arguments)) > 1 or route.endpoint in NAMED_IN_BODY


def _inside(outer: Subject, inner: Subject) -> Subject:
    """Return addresses that name one relationship, and in it something of another."""
    relationship_id = outer.household.relationship_id
    return replace(inner, household=replace(inner.household, relationship_id=relationship_id))


def named(app: Flask, caller: Caller) -> Iterator[Route]:
    """Yield the routes that a caller may use and that name something."""
    rules = app.extensions["rules"]
    for route in routes_of(app):
        names = OBJECTS & set(route.arguments) or route.endpoint in NAMED_IN_BODY
        if names and comes_in(rules[route.endpoint], caller):
            yield route


def told(found: Answered) -> list[str]:
    """Return what an answer says, but for ids, times and what is new in every answer."""
    answer = found.answer
    head = sorted(f"{name}: {value}" for name, value in answer.headers)
    lines = [str(answer.status_code), *head, *found.text.splitlines()]
    return [CHANGES.sub("", line) for line in lines]


def difference(one: list[str], other: list[str]) -> str | None:
    """Return the first lines that differ between two answers; None where they are alike."""
    pairs = zip_longest(one, other)
    return next((f"{a!r} is not {b!r}" for a, b in pairs if a != b), None)


def one_answer(
    standing: Standing, method: str, route: Route, about: Subject, known: Known, role: Role | None
) -> Answered:
    sent = {} if method == "GET" else sent_to(route.endpoint, about, role)
    return standing.knock(method, address(standing.app, route, about, known), **sent)


@pytest.mark.parametrize("caller", STAFF, ids=str)
@pytest.mark.parametrize("service", SERVICES)
def test_nothing_tells_what_is_anothers_from_what_never_was(
    world: World, known: Known, service: str, caller: Caller
) -> None:
    standing = stand(world, known, caller, service)
    world.keep()
    wrong = []
    for route in named(standing.app, caller):
        for method in [m for m in ("GET", *methods_of(route)) if m in (route.methods or ())]:
            for says, other, never in cases(known, caller, route):
                seen = []
                for about in (other, never):
                    seen.append(one_answer(standing, method, route, about, known, caller.role))
                    if method != "GET" and seen[-1].status < 400:
                        world.rewind()
                if (differs := difference(*map(told, seen))) is not None:
                    wrong.append(f"{method} {route.endpoint}, {says}: {differs}")

    assert wrong == [], "\n".join(wrong)


def test_no_body_names_anything_that_is_not_asked_about(world: World, known: Known) -> None:
    """What is typed into a page names ids, too: each such page is in the list above."""
    about = subject(known.own)
    naming = {
        endpoint
        for endpoint in TYPED
        for caller in STAFF
        if AN_ID.search(repr(sent_to(endpoint, about, caller.role)))
    }
    asked = {
        route.endpoint
        for service in SERVICES
        for caller in STAFF
        for route in named(world.services[service].app, caller)
    }
    staff = {
        view
        for service in SERVICES
        for view, rule in world.services[service].app.extensions["rules"].items()
        if any(comes_in(rule, caller) for caller in STAFF)
    }

    assert (naming & staff) - asked == OF_ONESELF


def test_what_is_ones_own_is_answered_otherwise(world: World, known: Known) -> None:
    clinician = stand(world, known, Caller(STAFF[0].door, Role.CLINICIAN), "sessions")
    own = subject(known.own)
    [route] = [r for r in routes_of(clinician.app) if r.endpoint == "records.relationship"]

    seen = [
        one_answer(clinician, "GET", route, about, known, Role.CLINICIAN).status
        for about in (own, nothing(own))
    ]

    assert seen == [200, 404]
