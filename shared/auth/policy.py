"""The one place that decides, before every request, who is asking and whether they may."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from flask import Flask, current_app, g, request
from flask.typing import ResponseReturnValue

from shared.auth.actors import NOBODY, Actor, Door
from shared.auth.interrupted import check_writer, prove_first, sign_in_first
from shared.auth.matrix import Rule, Word
from shared.auth.presence import wall_clock
from shared.auth.staff_cookie import read_staff_cookie
from shared.auth.tokens import (
    BadToken,
    ServiceToken,
    StaffAssertion,
    read_service_token,
    read_staff_assertion,
)
from shared.errors import NotAllowed, NotFound, Unreachable
from shared.settings import Settings

Doorkeeper = Callable[[], Actor | None]
"""Says who came in by a door, from the current request; None for nobody."""

SessionCheck = Callable[[StaffAssertion], bool]
"""Says whether the session behind an assertion is still open."""

FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host")


def authorise() -> ResponseReturnValue | None:
    """Let the request in, or answer in its place.

    Raises NotFound, NotAllowed, SignInNeeded, ProofNeeded or Unreachable. Leaves who acts in
    ``current_actor()``.
    """
    g.actor = NOBODY
    if request.endpoint is None:  # the answer will be 404 or 405, with the person's own menu
        g.actor = _member_of_staff() or NOBODY
        return None
    rule = current_rule()
    if rule is None:
        raise NotFound
    came_in = _came_in(rule)
    for actor in came_in:
        if _admitted(rule, actor):
            g.actor = _here_as(actor, rule)
            return _interrupted(rule) if actor.door is Door.STAFF else None
    if rule.words & {Word.PUBLIC, Word.ADDRESS} or (Word.INSIDE in rule.words and _from_inside()):
        g.actor = _here_as(NOBODY, rule)
        return None
    if came_in:
        raise NotAllowed
    return sign_in_first(rule)


def current_actor() -> Actor:
    """Return the one who acts in this request."""
    actor: Actor = g.get("actor", NOBODY)
    return actor


def current_assertion() -> StaffAssertion | None:
    """Return what the browser's valid staff assertion says; None for everybody else."""
    found: StaffAssertion | None = g.get("staff_assertion")
    return found


def current_service_token() -> ServiceToken | None:
    """Return the token by which another service came in; None for everybody else."""
    found: ServiceToken | None = g.get("service_token")
    return found


def current_rule() -> Rule | None:
    """Return the access rule of the view asked for; None where the files know none."""
    rules: Mapping[str, Rule] = current_app.extensions["rules"]
    return rules.get(request.endpoint or "")


def keep_door(app: Flask, door: Door, keeper: Doorkeeper) -> None:
    """Let ``keeper`` say who came in by a door (link or seat) of this service.

    It may raise a Refusal of its own, for instance to show the closed page.
    """
    app.extensions.setdefault("doorkeepers", {})[door] = keeper


def check_sessions(app: Flask, still_open: SessionCheck) -> None:
    """Ask ``still_open`` at each request of staff whether their session may go on."""
    app.extensions["session_check"] = still_open


def bears_token() -> bool:
    """Whether the caller shows a token of its own making, as only services do."""
    return request.headers.get("Authorization", "").startswith("Bearer ")


def _came_in(rule: Rule) -> list[Actor]:
    """Return who came in, by each door in turn; nobody is asked for who only sees what all see."""
    try:
        return [actor for door in rule.doors() if (actor := _keeper(door)()) is not None]
    except Unreachable:
        if Word.PUBLIC in rule.words:
            return []
        raise


def _interrupted(rule: Rule) -> ResponseReturnValue | None:
    """Answer in place of a view where a member of staff has to do something else first."""
    check_writer(g.actor.id)
    return prove_first(g.staff_assertion) if rule.fresh else None


def _keeper(door: Door) -> Doorkeeper:
    if door is Door.SERVICE:
        return _service
    if bears_token():
        return _nobody
    if door is Door.STAFF:
        return _member_of_staff
    keeper: Doorkeeper = current_app.extensions.get("doorkeepers", {}).get(door, _nobody)
    return keeper


def _nobody() -> Actor | None:
    return None


def _member_of_staff() -> Actor | None:
    token = read_staff_cookie(_settings())
    if not token:
        return None
    try:
        assertion = read_staff_assertion(_settings(), token, now=wall_clock())
    except BadToken:
        return None
    still_open: SessionCheck = current_app.extensions.get("session_check", lambda _: True)
    if not still_open(assertion):
        return None
    g.staff_assertion = assertion
    return assertion.actor


def _service() -> Actor | None:
    if not bears_token():
        return None
    token = request.headers["Authorization"].removeprefix("Bearer ").strip()
    g.service_token = read_service_token(_settings(), token)
    actor: Actor = g.service_token.actor
    return actor


def _here_as(actor: Actor, rule: Rule) -> Actor:
    """Return the one who acts, with what this view may open for them."""
    return replace(actor, opens=rule.opens, at=f"{_settings().service}:{request.endpoint}")


def _admitted(rule: Rule, actor: Actor) -> bool:
    if actor.door is Door.STAFF:
        return Word.PUBLIC in rule.words or rule.admits(actor.role)
    if actor.door is Door.SERVICE:
        return bool(rule.scopes & g.service_token.scopes) and _acts_for_someone(rule)
    return True


def _acts_for_someone(rule: Rule) -> bool:
    """Whether a service that uses a view of people does so for one who may use it."""
    person: Actor | None = g.service_token.acting
    return not rule.for_staff or (person is not None and rule.admits(person.role))


def _from_inside() -> bool:
    return not any(name in request.headers for name in FORWARDED)


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings
