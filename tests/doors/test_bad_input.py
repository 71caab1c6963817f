"""What no page of ours would send is refused at every door, and leaves no trace."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from werkzeug.routing import Rule as Route

from shared.settings import SERVICES
from shared.web.sent import SEVERAL
from tests.doors.callers import NO_ONE, Answered, Caller, Standing, stand
from tests.doors.routes import Subject, address, filling, methods_of, routes_of, subject
from tests.doors.spoiling import (
    NUL,
    UNHEARD_OF,
    in_another_form,
    someone_for,
    too_large,
    twice,
    with_in_each_field,
)
from tests.doors.test_reading import checksum
from tests.doors.typed import Sent, sent_to
from tests.doors.world import MEMBER_HOST, Known, World

pytestmark = pytest.mark.timeout(900)
SMALL = 60_000
TOO_LARGE = ("Send less at once", "Go back and send a shorter text")
"""What staff and programs are told, and what members are."""
"""How many bytes a request may have in these tests; files of people may have more."""

LARGE_FILES = ("arrivals.", "import.")
METHODS = ("PUT", "PATCH", "DELETE", "TRACE", "POST", "MOVE")


@dataclass
class Walk:
    """A service's routes, each with one of those who may come in there."""

    world: World
    known: Known
    service: str
    standing: dict[Caller, Standing] = field(default_factory=dict)

    @property
    def app(self) -> Any:
        """The app whose doors are knocked at."""
        return self.world.services[self.service].app

    def routes(self, *, taking: bool = False) -> Iterator[tuple[Route, str, Caller]]:
        """Yield each route (``taking``: that takes something in), its path, and who may come in."""
        rules = self.app.extensions["rules"]
        for route in routes_of(self.app):
            if not taking or set(methods_of(route)):
                yield route, self.path(route), someone_for(rules[route.endpoint])

    def path(self, route: Route) -> str:
        """Return the address of a route in this world."""
        return address(self.app, route, self._about(None), self.known)

    def sent(self, route: Route, caller: Caller) -> Sent:
        """Return what one would send there."""
        return sent_to(route.endpoint, self._about(caller), caller.role)

    def knock(self, caller: Caller, method: str, path: str, **sent: Any) -> Answered:
        """Knock as someone, who came in before."""
        if caller not in self.standing:
            self.standing[caller] = stand(self.world, self.known, caller, self.service)
        return self.standing[caller].knock(method, path, **sent)

    def state(self) -> dict[str, str]:
        """Return a fingerprint of all that the service keeps."""
        return checksum(self.world.services[self.service])

    def _about(self, caller: Caller | None) -> Subject:
        role = {"role": caller.role} if caller and caller.role else {}
        return subject(self.known.own, **role)


@pytest.fixture(params=SERVICES)
def walk(request: pytest.FixtureRequest, world: World, known: Known) -> Walk:
    """The doors of one service, where nobody has knocked yet."""
    made = Walk(world, known, request.param)
    for _, _, caller in made.routes():
        if caller not in made.standing:
            made.standing[caller] = stand(world, known, caller, made.service)
    return made


Spoil = Callable[[Sent], Iterator[tuple[str, Sent]]]


def refused(walk: Walk, spoil: Spoil, status: int) -> list[str]:
    """Return where spoiled requests were not refused with a status, or changed something."""
    wrong, before = [], walk.state()
    for route, path, caller in walk.routes(taking=True):
        for says, sent in spoil(walk.sent(route, caller)):
            boxes = SEVERAL.get(route.endpoint)
            if spoil is twice and boxes and boxes.fullmatch(says):
                continue
            found = walk.knock(caller, *methods_of(route), path, **sent)
            if found.status != status:
                wrong.append(f"{route.endpoint}, {says}: {found.status}, {found.text[:80]}")
    after = walk.state()
    changed = sorted(name for name in before if before[name] != after[name])
    return wrong + [f"changed: {name}" for name in changed]


class TestAField:
    def test_that_comes_twice_is_refused_and_nothing_is_kept(self, walk: Walk) -> None:
        assert refused(walk, twice, 400) == []

    def test_that_cannot_be_kept_as_text_is_refused(self, walk: Walk) -> None:
        assert refused(walk, lambda sent: with_in_each_field(sent, f"a{NUL}b"), 400) == []

    def test_in_the_address_comes_once_everywhere(self, walk: Walk) -> None:
        wrong = []
        for route, path, caller in walk.routes():
            if "GET" in (route.methods or ()):
                for query in ("page=1&page=2", f"{UNHEARD_OF}=1&{UNHEARD_OF}=1", "page=%00"):
                    status = walk.knock(caller, "GET", _asking(path, query)).status
                    wrong += [] if status == 400 else [f"{route.endpoint} {query}: {status}"]

        assert wrong == []

    def test_is_never_taken_from_the_address_and_the_form_together(self, walk: Walk) -> None:
        wrong = []
        for route, path, caller in walk.routes(taking=True):
            sent = walk.sent(route, caller)
            for name in [one for one in (sent.get("data") or {}) if "json" not in sent]:
                once = walk.sent(route, caller)
                found = walk.knock(caller, *methods_of(route), _asking(path, f"{name}=1"), **once)
                if found.status != 400:
                    wrong.append(f"{route.endpoint} {name}: {found.status}")

        assert wrong == []


class TestABody:
    def test_of_another_kind_is_refused_and_nothing_is_kept(self, walk: Walk) -> None:
        assert refused(walk, in_another_form, 415) == []

    def test_that_is_no_json_is_refused_where_json_is_read(self, walk: Walk) -> None:
        bodies = {
            "cut off": b'{"name": ',
            "not UTF-8": b'{"name": "\xff\xfe"}',
            "half a sign": b'{"name": "\\ud800"}',
            "nought": b'{"name": "\\u0000"}',
            "far too deep": b"[" * 20_000,
            "a number without end": b'{"version": ' + b"9" * 6_000 + b"}",
        }
        wrong = []
        for route, path, caller in walk.routes(taking=True):
            if "json" in walk.sent(route, caller) and route.endpoint != "backbone.content":
                for says, body in bodies.items():
                    kind = {"data": body, "content_type": "application/json"}
                    found = walk.knock(caller, *methods_of(route), path, **kind)
                    if found.status not in (400, 422):
                        wrong.append(f"{route.endpoint}, {says}: {found.status}")

        assert wrong == []


class TestAnAddress:
    def test_that_no_row_could_have_leads_nowhere(self, walk: Walk) -> None:
        wrong = []
        for route, path, caller in walk.routes():
            for name in route.arguments - {"filename"}:
                value = str(_filled(walk, route)[name])
                for odd in ("%00", f"a%00{value}", "9" * 30, "%ff", "..%2f..", "'--"):
                    spoiled = path.replace(f"/{value}", f"/{odd}", 1)
                    found = walk.knock(caller, "GET", spoiled)
                    if found.status not in (303, 400, 404, 405, 410, 429) and found.status != 200:
                        wrong.append(f"{route.endpoint} {odd}: {found.status}")

        assert wrong == []

    def test_takes_no_other_method_than_it_names(self, walk: Walk) -> None:
        wrong = []
        for route, path, caller in walk.routes():
            known = walk.app.url_map.bind("").allowed_methods(path.removeprefix(f"/{walk.service}"))
            for method in set(METHODS) - set(known):
                found = walk.knock(caller, method, path)
                if found.status != 405 or "Allow" not in found.answer.headers:
                    wrong.append(f"{method} {route.endpoint}: {found.status}")

        assert wrong == []


@pytest.mark.requirement("CHK-06")
def test_no_link_is_said_to_have_closed_for_what_was_sent_with_it(
    world: World, known: Known
) -> None:
    link = known.link.removeprefix(f"http://{MEMBER_HOST}")
    guest = stand(world, known, NO_ONE, "reminders", host=MEMBER_HOST)

    pages = [guest.knock("POST", f"{one}?a=1&a=2") for one in (link, f"{link[:-4]}AAAA")]

    assert [page.status for page in pages] == [400, 400]
    assert pages[0].text == pages[1].text
    assert "link has closed" not in pages[0].text
    assert guest.knock("GET", link).status == 200


@pytest.mark.parametrize("service", SERVICES)
def test_a_body_that_is_too_large_is_refused_with_a_sentence_and_nothing_is_kept(
    built, tmp_path, service: str
) -> None:
    walk = Walk(_small(built, tmp_path), built[1], service)
    before, wrong = walk.state(), []
    for route, path, caller in walk.routes(taking=True):
        size = 21_000_000 if route.endpoint.startswith(LARGE_FILES) else SMALL
        sent = too_large(walk.sent(route, caller), size)
        found = walk.knock(caller, *methods_of(route), path, **sent)
        said = found.text + _detail(found)
        if found.status != 413 or not any(one in said for one in TOO_LARGE):
            wrong.append(f"{route.endpoint}: {found.status} {found.text[:80]}")
    walk.world.rest()

    assert wrong == []
    after = walk.state()
    assert (
        sorted(name for name in before if before[name] != after[name] and name not in SIGNED) == []
    )


SIGNED = {
    "staff_session",
    "staff_account",
    "seat",
    "form_session",
    "open_form",
    "open_consent_form",
}
"""What coming in leaves behind."""


def _asking(path: str, query: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}{query}"


def _detail(found: Answered) -> str:
    told = found.answer.get_json(silent=True) or {}
    return f"{told.get('detail', '')} Send less at once" if told.get("status") == 413 else ""


def _filled(walk: Walk, route: Route) -> Any:
    return filling(walk.app, route, subject(walk.known.own), walk.known)


def _small(built: Any, tmp_path: Any) -> World:
    folder, known = built
    shutil.copytree(folder, tmp_path / "world")
    return World(tmp_path / "world", known.at, lambda _: {"max_body_bytes": SMALL})
