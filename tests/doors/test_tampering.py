"""What was changed, moved or forged opens nothing, tells nothing, and is noted where it matters."""

import json
import re
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase

from shared.auth.actors import Door, Role, system
from shared.auth.tokens import STAFF_LIFETIME, service_token
from shared.keys import Tampered
from shared.settings import SERVICES, Settings
from shared.store.carrying import kinds_of_rows
from tests.doors.callers import Caller, Standing, cookies_of, stand
from tests.doors.lines import Lines, listening
from tests.doors.routes import address, routes_of, subject
from tests.doors.test_alike import difference, told
from tests.doors.test_canaries import sealed_columns
from tests.doors.world import MEMBER_HOST, SECRET, STAFF_HOST, Known, World
from tests.visitors import Visitor

pytestmark = pytest.mark.timeout(900)
CLINICIAN = Caller(Door.STAFF, Role.CLINICIAN)
PAGES = {
    "intake": "/intake/relationships",
    "sessions": "/sessions/",
    "reminders": "/reminders/schedules",
    "reports": "/reports/",
}
NAMES = re.compile(r"\b(Ana|Noa|Kit|Bo|Cy|Di|Ed|Ulla|Vito)\b")


@pytest.fixture
def lines() -> Iterator[Lines]:
    """What is logged during a test."""
    with listening() as found:
        yield found


def spoiled(text: str, other: str) -> Iterator[tuple[str, str]]:
    """Yield a cookie or a token changed in all the ways that one would try."""
    middle = len(text) // 2
    for at in (0, middle, len(text) - 3):
        yield f"changed at {at}", text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :]
    yield "cut off", text[:-5]
    yield "without its end", text.rpartition(".")[0]
    yield "longer", f"{text}AA"
    yield "doubled", f"{text}.{text}"
    yield "nothing", ""
    yield "something else", "x" * 40
    yield "not text", "é\x7f"
    yield "another's", other


@pytest.mark.requirement("PLT-18", "PLT-19")
@pytest.mark.parametrize("service", SERVICES)
def test_a_sign_in_that_was_changed_is_none(world: World, known: Known, service: str) -> None:
    role = Role.SUPERVISOR if service == "reports" else Role.CLINICIAN
    cookies = cookies_of(world, known, Caller(Door.STAFF, role), service)
    app, page = world.services[service].app, PAGES[service]
    stranger = told(Standing(app, STAFF_HOST).knock("GET", page))
    assert Standing(app, STAFF_HOST, cookies=cookies).knock("GET", page).status in (200, 302)
    wrong = []
    for says, value in spoiled(cookies["attune-staff"], cookies["attune-session"]):
        held = {**cookies, "attune-staff": value}
        found = Standing(app, STAFF_HOST, cookies=held).knock("GET", page)
        if (differs := difference(told(found), stranger)) is not None:
            wrong.append(f"{says}: {differs}")

    assert wrong == []


@pytest.mark.requirement("PLT-19")
@pytest.mark.parametrize("name", ["attune-session", "attune-seen"])
def test_what_renews_a_sign_in_renews_nothing_once_it_was_changed(
    world: World, known: Known, name: str
) -> None:
    cookies = cookies_of(world, known, CLINICIAN, "intake")
    app = world.services["intake"].app
    page = Standing(app, STAFF_HOST, cookies=cookies).knock("GET", PAGES["intake"])
    [seen] = re.findall(r"attune-seen=([^;]+)", str(page.answer.headers))
    cookies["attune-seen"] = seen
    wrong = []
    for says, value in spoiled(cookies[name], cookies["attune-staff"]):
        held = {**cookies, name: value}
        found = Standing(app, STAFF_HOST, cookies=held).knock("GET", "/intake/session/renew")
        to_sign_in = found.answer.headers["Location"].startswith("/intake/sign-in")
        if found.status != 303 or to_sign_in is not (name == "attune-session"):
            wrong.append(says)

    assert wrong == []


@pytest.mark.requirement("CHK-06", "INT-01")
@pytest.mark.parametrize(
    ("door", "service", "name", "page"),
    [
        (Door.SEAT, "intake", "attune-seat-intake", "/intake/seat/choices"),
        (Door.LINK, "reminders", "visit", "/reminders/form"),
    ],
)
def test_a_members_place_that_was_changed_is_closed_like_any_other(
    world: World, known: Known, door: Door, service: str, name: str, page: str
) -> None:
    cookies = cookies_of(world, known, Caller(door), service)
    staff = cookies_of(world, known, CLINICIAN, service)["attune-staff"]
    app = world.services[service].app
    closed = told(Standing(app, MEMBER_HOST).knock("GET", page))
    assert closed[0] == "410"
    assert Standing(app, MEMBER_HOST, cookies=cookies).knock("GET", page).status == 200
    wrong = []
    for says, value in spoiled(cookies[name], staff):
        found = Standing(app, MEMBER_HOST, cookies={name: value}).knock("GET", page)
        if found.status != 410 or difference(told(found)[-20:], closed[-20:]) is not None:
            wrong.append(f"{says}: {found.status}")

    assert wrong == []


def unsigned(token: str) -> str:
    """Return a token that says that it needs no signature."""
    _, claims, _ = token.split(".")
    head = json.dumps({"alg": "none", "typ": "attune-service+jwt", "kid": "sessions"})
    return f"{urlsafe_b64encode(head.encode()).decode().rstrip('=')}.{claims}."


@pytest.mark.requirement("PLT-20")
@pytest.mark.parametrize("service", SERVICES)
def test_no_door_of_services_opens_to_a_token_that_is_old_foreign_or_for_another(
    world: World, known: Known, service: str
) -> None:
    app = world.services[service].app
    scopes = ["feed", "content", "metrics"]
    caller, *others = [name for name in SERVICES if name != service]
    ours = Settings(service=caller, secret_key=SECRET)
    foreign = Settings(service=caller, secret_key="of another house, and long enough")
    now = datetime.now(UTC)
    good = service_token(ours, service, scopes)
    tokens = {
        "old": service_token(ours, service, scopes, now=now - timedelta(minutes=5, seconds=1)),
        "of tomorrow": service_token(ours, service, scopes, now=now + timedelta(days=1)),
        "for another": service_token(ours, others[0], scopes),
        "for no scope": service_token(ours, service, []),
        "of another house": service_token(foreign, service, scopes),
        "unsigned": unsigned(good),
        "a sign-in": cookies_of(world, known, CLINICIAN, service)["attune-staff"],
        **dict(spoiled(good, good[::-1])),
    }
    rules, doors, wrong = app.extensions["rules"], 0, []
    for route in routes_of(app):
        rule = rules[route.endpoint]
        if not rule.scopes or rule.roles or rule.words:
            continue
        doors += 1
        method = "POST" if "POST" in (route.methods or ()) else "GET"
        path = address(app, route, subject(known.own), known)
        for says, token in tokens.items():
            headers = {"Authorization": f"Bearer {token}"}
            found = Standing(app, STAFF_HOST, headers=headers).knock(method, path)
            refused = found.status in (401, 403) and not found.let_in
            if not refused or found.answer.content_type != "application/problem+json":
                wrong.append(f"{route.endpoint}, {says}: {found.status}")
        opened = Standing(app, STAFF_HOST, headers={"Authorization": f"Bearer {good}"})
        assert opened.knock(method, path).let_in

    assert doors >= 3
    assert wrong == []


def swap(world: World, known: Known, service: str) -> list[tuple[Any, str]]:
    """Let each sealed column of each kind of row change places with that of another row."""
    store, swapped = world.services[service].store, []
    clinics = {known.own.clinic_id, known.foreign.clinic_id}
    with store.unit_of_work(clinics=clinics, actor=system(service)) as work:
        for kind in kinds_of_rows(world.services[service].store, DeclarativeBase):
            for column in sealed_columns(kind):
                rows = [r for r in work.session.scalars(select(kind)) if getattr(r, column)]
                values = [getattr(row, column) for row in rows]
                for row, value in zip(rows, [*values[1:], *values[:1]], strict=True):
                    setattr(row, column, value)
                if len(rows) > 1:
                    swapped.append((kind, column))
    return swapped


@pytest.mark.requirement("PLT-07")
@pytest.mark.parametrize("service", ["intake", "sessions", "reminders"])
def test_what_is_sealed_and_was_moved_to_another_row_opens_nowhere(
    world: World, known: Known, service: str
) -> None:
    swapped = swap(world, known, service)
    store = world.services[service].store
    clinics = {known.own.clinic_id, known.foreign.clinic_id}

    opened = []
    with store.reading(clinics=clinics, actor=system(service)) as work:
        for kind, column in swapped:
            for row in work.session.scalars(select(kind)):
                try:
                    found = work.open(row, column)
                except Tampered:
                    continue
                opened += [] if found is None else [f"{kind.__name__}.{column}"]

    assert len(swapped) >= 1
    assert opened == []


@pytest.mark.requirement("PLT-07")
@pytest.mark.parametrize("service", ["intake", "sessions", "reminders"])
def test_a_page_that_meets_something_moved_says_nothing_of_it_and_the_log_says_where(
    world: World, known: Known, service: str, lines: Lines
) -> None:
    clinician = stand(world, known, CLINICIAN, service)
    swap(world, known, service)
    shown, stopped = [], 0
    for route in routes_of(clinician.app):
        if "GET" not in (route.methods or ()):
            continue
        found = clinician.knock("GET", address(clinician.app, route, subject(known.own), known))
        if found.status == 500:
            stopped += 1
            if NAMES.search(found.text) or "Nothing of what you sent was kept" not in found.text:
                shown.append(route.endpoint)

    noted = [line for line in lines() if line["event"] == "integrity"]
    assert stopped > 0
    assert shown == []
    assert noted
    for line in noted:
        assert line["code"] == "changed"
        assert set(line) <= {
            "event", "level", "logger", "service", "timestamp", "code", "kind",
            "clinic_id", "row_id", "trace_id", "request_id",
        }  # fmt: skip
    assert not NAMES.search(lines.text())


def test_a_sign_in_lasts_ten_minutes_without_being_renewed(world: World, known: Known) -> None:
    app = world.services["sessions"].app
    late = datetime.now(UTC) - STAFF_LIFETIME - timedelta(seconds=1)

    visitor = Visitor(app, host=STAFF_HOST).sign_in(Role.CLINICIAN, now=late)

    assert visitor.get("/sessions/").headers["Location"].startswith("/intake/session/renew")
