"""Every answer of every door keeps to itself, whatever was asked and however it went."""

import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from shared.auth.actors import Door, Role
from shared.auth.staff_cookie import cookie_name
from shared.settings import SERVICES, Mode
from tests.doors.callers import (
    MEMBERS,
    NO_ONE,
    SERVICES_BY_SCOPE,
    Answered,
    Caller,
    Standing,
    cookies_of,
    stand,
)
from tests.doors.routes import address, methods_of, routes_of, subject
from tests.doors.typed import sent_to
from tests.doors.world import MEMBER_HOST, STAFF_HOST, Known, World

pytestmark = [pytest.mark.timeout(900), pytest.mark.requirement("CHK-08")]
ALWAYS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
}
SOURCES = re.compile(r"'none'|'self'|data:|'nonce-[\w-]{20,}'")
CLOSED_TO_OTHERS = {
    "default-src": "'none'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "form-action": "'self'",
}
ELSEWHERE = re.compile(
    r"""(?:src|href|action|content)\s*=\s*["'](?:\d;url=)?(?:https?:)?//([^/"']+)"""
)
OURS = {STAFF_HOST, MEMBER_HOST}
INTERNAL = ("Traceback", "sqlalchemy", "sqlite3", "OperationalError", "site-packages")
SEEN_AT_LEAST = {200, 303, 400, 401, 403, 404, 405, 410, 413, 415, 422, 429, 500, 503}
CLINICIAN, ADMIN, SUPERVISOR = (
    Caller(Door.STAFF, role) for role in (Role.CLINICIAN, Role.CLINIC_ADMIN, Role.SUPERVISOR)
)
WHO = [NO_ONE, *MEMBERS, CLINICIAN, ADMIN, SUPERVISOR, SERVICES_BY_SCOPE[0]]
EVERY_WAY = ("GET", "HEAD", "OPTIONS", "DELETE")
THOROUGH = {NO_ONE, CLINICIAN}
"""Who tries every way of asking; the others only look, and send what they would."""


class Page(HTMLParser):
    """What a browser would run of a page, and by which word it would be let through."""

    def __init__(self, text: str):
        super().__init__()
        self.inline: list[str] = []
        self._nonce = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note scripts, styles, and attributes that run."""
        held = dict(attrs)
        if (tag == "script" and "src" not in held) or tag == "style":
            self.inline.append(held.get("nonce") or f"<{tag}> without a nonce")
        self.inline += [f"{name}=" for name in held if name.startswith("on") or name == "style"]
        self.inline += [name for name, value in attrs if (value or "").startswith("javascript:")]


@dataclass
class Looked:
    """All that was seen on a walk, and what was wrong with it."""

    production: bool = False
    statuses: set[int] = field(default_factory=set)
    wrong: set[str] = field(default_factory=set)

    def at(self, answer: TestResponse, text: str, asked: str) -> None:
        """Look at an answer."""
        self.statuses.add(answer.status_code)
        said = [
            *_headers(answer, asked),
            *_policy(answer, text),
            *_cookies(answer, self.production),
        ]
        secure = "Strict-Transport-Security" in answer.headers
        if secure is not self.production:
            said.append("Strict-Transport-Security")
        if answer.status_code >= 500:
            said += [f"tells {word}" for word in INTERNAL if word in text]
        self.wrong |= {f"{asked} {answer.status_code}: {one}" for one in said}


def _headers(answer: TestResponse, asked: str) -> Iterator[str]:
    for name, value in ALWAYS.items():
        if answer.headers.get(name) != value:
            yield f"{name}: {answer.headers.get(name)}"
    kept = answer.headers.get("Cache-Control", "")
    file = "/static/" in asked or "/files/" in asked or "/look/" in asked
    if kept != "no-store" and not (file and answer.status_code == 200):
        yield f"Cache-Control: {kept}"
    kind = answer.headers.get("Content-Type", "")
    if kind.startswith("text/") and "charset=utf-8" not in kind:
        yield f"Content-Type: {kind}"
    yield from (name for name in ("Server", "X-Powered-By") if name in answer.headers)
    yield from (name for name, _ in answer.headers if name.startswith("Access-Control"))


def _policy(answer: TestResponse, text: str) -> Iterator[str]:
    told = answer.headers.get("Content-Security-Policy", "")
    policy = dict(part.strip().partition(" ")[::2] for part in told.split(";"))
    for name, value in CLOSED_TO_OTHERS.items():
        if policy.get(name) != value:
            yield f"{name} {policy.get(name)}"
    for name, sources in policy.items():
        yield from (f"{name} {one}" for one in sources.split() if not SOURCES.fullmatch(one))
    if answer.mimetype == "text/html":
        nonce = re.search(r"'nonce-([\w-]+)'", told)
        allowed = {nonce[1]} if nonce else set()
        yield from (f"inline {one}" for one in Page(text).inline if one not in allowed)
        yield from (f"leads to {host}" for host in ELSEWHERE.findall(text) if host not in OURS)


def _cookies(answer: TestResponse, production: bool) -> Iterator[str]:
    for given in answer.headers.getlist("Set-Cookie"):
        name, marks = given.partition("=")[0], {part.strip() for part in given.split(";")[1:]}
        wanted = {"HttpOnly", "SameSite=Lax", "Path=/"} | ({"Secure"} if production else set())
        if not wanted <= marks or any(mark.startswith("Domain") for mark in marks):
            yield f"cookie {given}"
        if production and not name.startswith("__Host-"):
            yield f"cookie {name}"


def walk(looked: Looked, standing: Standing, known: Known, who: Caller, about: Any = None) -> None:
    """Knock at every door as someone: first to look, then with what one would send."""
    app, about = standing.app, about or subject(known.own)
    routes = [route for route in routes_of(app) if not route.endpoint.startswith("door.sign_out")]
    for route in routes:
        path = address(app, route, about, known)
        for method in EVERY_WAY if who in THOROUGH else ("GET",):
            _look(looked, standing, method, path)
    for route in routes:
        if set(methods_of(route)):
            sent = sent_to(route.endpoint, about, who.role)
            _look(looked, standing, "POST", address(app, route, about, known), **sent)


def _look(looked: Looked, standing: Standing, method: str, path: str, **sent: Any) -> Answered:
    found = standing.knock(method, path, **sent)
    looked.at(found.answer, found.text, f"{method} {re.sub(r'[0-9a-f-]{36}', '…', path)}")
    return found


@pytest.fixture
def looked() -> Looked:
    """What is seen on one walk."""
    return Looked()


@pytest.mark.parametrize("host", [STAFF_HOST, MEMBER_HOST], ids=["staff", "members"])
@pytest.mark.parametrize("service", SERVICES)
def test_nothing_is_missing_from_any_answer(
    world: World, known: Known, looked: Looked, service: str, host: str
) -> None:
    here = [one for one in WHO if host == STAFF_HOST or one in {NO_ONE, CLINICIAN, *MEMBERS}]
    standing = {caller: stand(world, known, caller, service, host=host) for caller in here}
    for caller, one in standing.items():
        about = subject(known.own, **({"role": caller.role} if caller.role else {}))
        walk(looked, one, known, caller, about)
    outside = standing[NO_ONE]
    for path in (
        "/",
        f"/{service}/nothing",
        f"/{service}/api/nothing",
        f"/{service}/static/no.css",
    ):
        _look(looked, outside, "GET", path)
    _look(looked, outside, "POST", f"/{service}/leave", data="x" * 10, content_type="text/plain")

    assert sorted(looked.wrong) == []


def test_nothing_is_missing_however_it_went(
    world: World, known: Known, tmp_path: Path, looked: Looked
) -> None:
    staff = {name: stand(world, known, CLINICIAN, name) for name in SERVICES}
    link = known.link.removeprefix(f"http://{MEMBER_HOST}")
    guest = stand(world, known, NO_ONE, "reminders", host=MEMBER_HOST)
    for _ in range(7):
        _look(looked, guest, "GET", f"{link[:-4]}AAAA")
    _look(looked, guest, "POST", f"{link}", data="{}", content_type="application/json")
    _look(looked, guest, "POST", f"{link}?a=1&a=2")
    for size in (1_000_001, 30_000_000):
        _look(looked, guest, "POST", link, data={"a": "x" * size})
    for name, standing in staff.items():
        walk(looked, standing, known, CLINICIAN)
        _look(looked, stand(world, known, NO_ONE, name), "GET", f"/{name}/api/nothing")
    _look(looked, staff["sessions"], "GET", "/sessions/operations")
    seated = stand(world, known, MEMBERS[0], "intake", host=MEMBER_HOST)
    world.rest()
    world.folder.rename(tmp_path / "away")  # every database is gone from here on
    for standing in [*staff.values(), seated, guest]:
        walk(looked, standing, known, CLINICIAN)

    assert sorted(looked.wrong) == []
    assert SEEN_AT_LEAST - looked.statuses == set()


def told_of_production(hosts: tuple[str, ...]) -> Any:
    """Return what the settings of a service in production hold besides."""
    return lambda _: {"mode": Mode.PRODUCTION, "trusted_hosts": hosts}


@pytest.fixture
def in_production(built: tuple[Path, Known], tmp_path: Path) -> Iterator[World]:
    """A copy of the world that says of itself that it is in production."""
    shutil.copytree(built[0], tmp_path / "production")
    hosts = (STAFF_HOST.partition(":")[0], MEMBER_HOST.partition(":")[0])
    made = World(tmp_path / "production", built[1].at, told_of_production(hosts))
    yield made
    made.rest()


def carried_over(world: World, cookies: Mapping[str, str]) -> dict[str, str]:
    """Return cookies under the names that they have in production."""
    settings = world.services["intake"].settings
    return {cookie_name(settings, name): value for name, value in cookies.items()}


@pytest.mark.parametrize("service", SERVICES)
def test_in_production_every_answer_asks_for_tls_and_every_cookie_stays_with_its_host(
    world: World, in_production: World, known: Known, service: str
) -> None:
    looked = Looked(production=True)
    app = in_production.services[service].app
    for caller in (CLINICIAN, ADMIN, *MEMBERS, NO_ONE):
        cookies = carried_over(in_production, cookies_of(world, known, caller, service))
        copy_rows(world, in_production)
        for host in hosts_of(caller):
            walk(looked, Standing(app, host, cookies=cookies), known, caller)
    elsewhere = Standing(app, "elsewhere.invalid")
    for route in routes_of(app):
        _look(looked, elsewhere, "GET", address(app, route, subject(known.own), known))

    assert sorted(looked.wrong) == []
    assert {200, 400, 404} <= looked.statuses


def hosts_of(caller: Caller) -> tuple[str, ...]:
    """Return where someone knocks: at their own host, and who has no door at both."""
    if caller is NO_ONE:
        return STAFF_HOST, MEMBER_HOST
    return (MEMBER_HOST if caller in MEMBERS else STAFF_HOST,)


def copy_rows(world: World, other: World) -> None:
    """Let another world have the rows of this one: whoever came in here is known there."""
    world.rest()
    other.rest()
    shutil.rmtree(other.folder)
    shutil.copytree(world.folder, other.folder)
