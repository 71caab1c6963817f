"""What people and programs write is shown as text, kept within bounds, and found in no log."""

import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from shared.auth.actors import Door, Role
from shared.settings import SERVICES
from tests.doors.callers import (
    MEMBERS,
    NO_ONE,
    STAFF,
    WITH_LINK,
    Answered,
    Caller,
    Standing,
    cookies_of,
    stand,
)
from tests.doors.lines import listening
from tests.doors.routes import address, filling, methods_of, routes_of, subject
from tests.doors.spoiling import someone_for, with_in_each_field
from tests.doors.test_alike import difference, told
from tests.doors.typed import sent_to
from tests.doors.world import MEMBER_HOST, STAFF_HOST, Known, World

pytestmark = pytest.mark.timeout(900)
CLINICIAN = Caller(Door.STAFF, Role.CLINICIAN)
MARKUP = "'\"><q9>{{7*7}}"
"""Ends an attribute, begins an element that we never use, and asks a template to count."""

CANARY = "canary4f1d"
ODD = {
    "very long": "x" * 50_000,
    "a number without end": "9" * 40,
    "less than nothing": "-1",
    "no number": "NaN",
    "beyond all numbers": "1e999",
    "other digits": "٣",
    "nothing": "",
    "another line": "two\r\nBcc: x@example.org",
    "a sum": "=1+1",
    "the last day": "9999-12-31",
    "the first day": "0001-01-01",
}


class Elements(HTMLParser):
    """The names of all elements of a page."""

    def __init__(self, text: str):
        super().__init__()
        self.names: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element, and attributes that no page of ours has."""
        self.names.add(tag)


Cookies = dict[str, dict[Caller, dict[str, str]]]


def everyone_comes_in(world: World, known: Known) -> Cookies:
    """Return what each one's browser holds, by the service that they come to."""
    same = [*STAFF, *(one for one in MEMBERS if one is not WITH_LINK)]
    held = {one: cookies_of(world, known, one, "intake") for one in same}
    links = {name: cookies_of(world, known, WITH_LINK, name) for name in ("intake", "reminders")}
    return {service: held | {WITH_LINK: links.get(service, {})} for service in SERVICES}


def everyone_looks(world: World, known: Known, cookies: Cookies) -> Iterator[tuple[str, str]]:
    """Yield each page of each service, as everyone who may see it sees it."""
    for service in SERVICES:
        app = world.services[service].app
        for caller, held in cookies[service].items():
            host = MEMBER_HOST if caller in MEMBERS else STAFF_HOST
            standing = Standing(app, host, cookies=held)
            for route in routes_of(app):
                if "GET" in (route.methods or ()) and not route.endpoint.endswith("static"):
                    path = address(app, route, subject(known.own), known)
                    found = standing.knock("GET", path)
                    if found.let_in and found.answer.mimetype == "text/html":
                        yield f"{caller} {route.endpoint}", found.text


def everything_typed(
    world: World, known: Known, service: str, value: str, cookies: Cookies
) -> Iterator[tuple[str, str, Answered]]:
    """Type a value into each field of each form in turn; yield view, field and what came back."""
    app = world.services[service].app
    for route in routes_of(app):
        if not set(methods_of(route)):
            continue
        caller = someone_for(app.extensions["rules"][route.endpoint])
        standing = stand(world, known, NO_ONE, service)
        if caller.door is Door.SERVICE:
            standing = stand(world, known, caller, service)
        elif caller in cookies[service]:
            standing = Standing(app, STAFF_HOST, cookies=cookies[service][caller])
        about = subject(known.own, **({"role": caller.role} if caller.role else {}))
        path = address(app, route, about, known)
        for name, sent in with_in_each_field(sent_to(route.endpoint, about, caller.role), value):
            yield route.endpoint, name, standing.knock(*methods_of(route), path, **sent)


def test_what_is_typed_comes_back_as_text(world: World, known: Known) -> None:
    wrong, shown, kept = [], 0, set()
    cookies = everyone_comes_in(world, known)
    for service in SERVICES:
        for endpoint, name, found in everything_typed(world, known, service, MARKUP, cookies):
            if found.answer.mimetype == "text/html":
                wrong += [f"{endpoint} {name}"] if not _as_text(found.text) else []
                shown += "q9&gt;{{7*7}}" in found.text
    for says, page in everyone_looks(world, known, cookies):
        wrong += [says] if not _as_text(page) else []
        kept |= {says} if "q9&gt;{{7*7}}" in page else set()

    assert wrong == []
    assert shown > 10
    assert len(kept) > 5


def _as_text(page: str) -> bool:
    return "q9" not in Elements(page).names and "q9&gt;49" not in page


@pytest.mark.parametrize("service", SERVICES)
def test_no_value_of_any_field_breaks_a_page(world: World, known: Known, service: str) -> None:
    wrong, cookies = [], everyone_comes_in(world, known)
    world.keep()
    for says, value in ODD.items():
        for endpoint, name, found in everything_typed(world, known, service, value, cookies):
            if found.status >= 500:
                wrong.append(f"{endpoint} {name}, {says}: {found.status}")
        world.rewind()

    assert wrong == []


@pytest.mark.parametrize("service", SERVICES)
def test_no_value_in_an_address_breaks_a_page(world: World, known: Known, service: str) -> None:
    wrong, cookies = [], everyone_comes_in(world, known)
    app = world.services[service].app
    for route in routes_of(app):
        caller = someone_for(app.extensions["rules"][route.endpoint])
        if "GET" not in (route.methods or ()) or caller.door is Door.SERVICE:
            continue
        standing = Standing(app, STAFF_HOST, cookies=cookies[service].get(caller, {}))
        path = address(app, route, subject(known.own), known)
        for says, value in ODD.items():
            for names in ([name] for name in FAR[says]) if says in FAR else [QUERIES]:
                asked = dict.fromkeys(names, value)
                status = standing.knock("GET", path, query_string=asked).status
                wrong += [f"{route.endpoint} {names}, {says}: {status}"] if status >= 500 else []

    assert wrong == []


FAR = {
    "a number without end": ["page", "clinic", "state", "weekday", "v"],
    "the last day": ["before", "day", "at"],
}
"""What breaks where the others only fit badly; by itself, for each is looked at before the next."""

QUERIES = ["page", "before", "day", "role", "act", "who", "clinic", "state", "next", "at"]
QUERIES += ["weekday", "purpose", "v"]
"""Names that some view or other asks an address for."""


class TestALog:
    @pytest.mark.parametrize("service", SERVICES)
    def test_and_an_error_hold_nothing_of_what_was_asked(
        self, world: World, known: Known, service: str
    ) -> None:
        app = world.services[service].app
        headers = {
            "User-Agent": CANARY,
            "Referer": f"http://{STAFF_HOST}/{CANARY}",
            "X-Forwarded-For": f"192.0.2.1, {CANARY}",
            "X-Request-Id": CANARY,
            "Traceparent": f"00-{CANARY}-{CANARY}-01",
            "Accept-Language": CANARY,
            "Sec-Fetch-Site": CANARY,
        }
        wrong = []
        with listening() as lines:
            for caller in (NO_ONE, CLINICIAN, *MEMBERS):
                standing = stand(world, known, caller, service)
                for route in routes_of(app):
                    path = _with_canaries(app, route, known)
                    for method in ("GET", "POST", CANARY.upper()):
                        typed = {"data": {CANARY: CANARY}} if method == "POST" else {}
                        found = standing.knock(
                            method, path, query_string={CANARY: CANARY}, headers=headers, **typed
                        )
                        error = found.status >= 400 and found.status != 401
                        if error and CANARY in found.text.lower():
                            wrong.append(f"{method} {route.endpoint}: {found.status}")

        assert wrong == []
        assert len(lines()) > 50
        assert CANARY not in lines.text().lower()


def _with_canaries(app: Any, route: Any, known: Known) -> str:
    """Return an address in which what may be any text is the canary."""
    values = dict(filling(app, route, subject(known.own), known))
    for name in ("token", "key", "code", "kind", "stream"):
        values[name] = CANARY
    built = route.build({name: values[name] for name in route.arguments}, append_unknown=False)
    assert built is not None
    return f"/{app.extensions['settings'].service}{built[1]}"


THROUGH_THE_GATEWAY = {"X-Forwarded-For": "192.0.2.1"}


def claims_of_a_proxy(known: Known) -> dict[str, str]:
    """Return headers by which one would like to be taken for another, or led elsewhere."""
    return {
        **THROUGH_THE_GATEWAY,
        "X-Forwarded-Host": "elsewhere.invalid",
        "X-Forwarded-Proto": "http",
        "X-Forwarded-Prefix": "/elsewhere",
        "X-Forwarded-User": known.own.sign_in_of(Role.OPERATOR),
        "X-Original-URL": "/intake/people",
        "X-Rewrite-URL": "/intake/people",
        "X-HTTP-Method-Override": "DELETE",
        "X-Method-Override": "POST",
        "X-Clinic-Id": str(known.foreign.clinic_id),
        "X-Tenant-Id": str(known.foreign.clinic_id),
        "X-Real-IP": "127.0.0.1",
        "True-Client-IP": "127.0.0.1",
        "Remote-User": known.own.sign_in_of(Role.OPERATOR),
        "Script-Name": "/elsewhere",
    }


@pytest.mark.requirement("PLT-06")
@pytest.mark.parametrize("caller", [NO_ONE, CLINICIAN], ids=str)
@pytest.mark.parametrize("service", SERVICES)
def test_claims_of_a_proxy_change_nothing(
    world: World, known: Known, service: str, caller: Caller
) -> None:
    standing = stand(world, known, caller, service)
    claims, wrong = claims_of_a_proxy(known), []
    for route in routes_of(standing.app):
        if "GET" in (route.methods or ()) and route.endpoint not in NEW_AT_EVERY_LOOK:
            path = address(standing.app, route, subject(known.own), known)
            plain = standing.knock("GET", path, headers=THROUGH_THE_GATEWAY)
            claimed = standing.knock("GET", path, headers=claims)
            if (differs := difference(*map(lasting, (plain, claimed)))) is not None:
                wrong.append(f"{route.endpoint}: {differs}")

    assert wrong == []


NEW_AT_EVERY_LOOK = ("health.metrics", "second_step.first", "second_step.another")
"""Views that show something of their own at every look: counts, and secrets to be set up."""


def lasting(found: Answered) -> list[str]:
    """Return what an answer says, but for the second, and cookies, given anew at some visits."""
    passing = ("Set-Cookie", "Content-Length", "Date")
    return [line for line in told(found) if not line.startswith(passing)]


@pytest.mark.parametrize("host", ["elsewhere.invalid", "localhost.elsewhere.invalid", "", "a b"])
@pytest.mark.parametrize("service", SERVICES)
def test_no_door_opens_on_a_host_that_is_not_ours(
    built: tuple[Path, Known], tmp_path: Path, world: World, service: str, host: str
) -> None:
    known = built[1]
    cookies = cookies_of(world, known, CLINICIAN, service)
    hosts = {"trusted_hosts": (STAFF_HOST.partition(":")[0], MEMBER_HOST.partition(":")[0])}
    world.rest()
    shutil.copytree(world.folder, tmp_path / "hosts")
    strict = World(tmp_path / "hosts", known.at, lambda _: hosts)
    standing, wrong = Standing(strict.services[service].app, STAFF_HOST, cookies=cookies), []
    for route in routes_of(standing.app):
        path = address(standing.app, route, subject(known.own), known)
        for method in ("GET", *methods_of(route)):
            if method in (route.methods or ()):
                found = standing.knock(method, path, headers={"Host": host})
                leads = found.answer.headers.get("Location", "")
                if found.status != 400 or found.let_in or "elsewhere" in found.text + leads:
                    wrong.append(f"{method} {route.endpoint}: {found.status}")
    strict.rest()

    assert wrong == []


def test_a_word_that_would_break_a_mails_head_is_not_kept(world: World, known: Known) -> None:
    admin = stand(world, known, Caller(Door.STAFF, Role.ORGANIZATION_ADMIN), "intake")
    [route] = [r for r in routes_of(admin.app) if r.endpoint == "set_up.change_clinic"]
    path = address(admin.app, route, subject(known.own), known)
    clinic = {"name": "Quay", "zone": "Europe/Lisbon", "help": "Call 112."}

    answers = [
        admin.knock("POST", path, data={**clinic, "sender": sender}).status
        for sender in ("Har\r\nBcc: x", "Har\nbour", "Har\rbour", "Har\tbour", "Har\x0bbour")
    ]

    assert answers == [422] * 5
    assert admin.knock("POST", path, data={**clinic, "sender": "Harbour"}).status == 303


def test_a_mail_address_with_another_line_in_it_is_not_kept(world: World, known: Known) -> None:
    clinician = stand(world, known, CLINICIAN, "intake")
    [route] = [r for r in routes_of(clinician.app) if r.endpoint == "cards.change"]
    path = address(clinician.app, route, subject(known.own), known)
    card = sent_to("cards.change", subject(known.own), None)["data"]

    answers = [
        clinician.knock("POST", path, data={**card, "email": email}).status
        for email in (
            "a@b.org\r\nBcc: x@y.org",
            "a\n@b.org",
            "a@b.org\x00",
            "a@b.o\x0brg",
            "a@b.org,c@d.org",
        )
    ]

    assert set(answers) <= {400, 422}
