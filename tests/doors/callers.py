"""Everyone who may stand before a door: each role, nobody, a seat, a link, a service by scope."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask import Flask
from werkzeug.test import TestResponse

from services.intake.consent import usecases as consent
from services.intake.questionnaires import usecases as questionnaires
from shared.auth.actors import Actor, Door, Role
from shared.auth.matrix import whole_matrix
from shared.auth.policy import current_actor
from shared.settings import SERVICES
from shared.web.seating import seat_address
from tests.doors.keeping import FIRST_CONVERSATION
from tests.doors.world import MEMBER_HOST, PASSWORD, STAFF_HOST, House, Known, World
from tests.visitors import Visitor, bearer

SCOPES = sorted(
    {s for rules in whole_matrix().values() for rule in rules.values() for s in rule.scopes}
)
COOKIES = ("attune-staff", "attune-session", "attune-seat-intake", "visit")


@dataclass(frozen=True)
class Caller:
    """Someone before a door, by what they show there; a seat by what it is for, if not consent."""

    door: Door
    role: Role | None = None
    scope: str = ""
    purpose: str = ""

    def __str__(self) -> str:
        return " ".join(filter(None, [str(self.role or self.door), self.scope, self.purpose]))


NO_ONE, SEATED, WITH_LINK = Caller(Door.NOBODY), Caller(Door.SEAT), Caller(Door.LINK)
SEATED_WITH_QUESTIONS = Caller(Door.SEAT, purpose="questions")
STAFF = [Caller(Door.STAFF, role) for role in Role]
SERVICES_BY_SCOPE = [Caller(Door.SERVICE, scope=scope) for scope in (*SCOPES, "unheard-of")]
MEMBERS = [SEATED, SEATED_WITH_QUESTIONS, WITH_LINK]
EVERYONE = [*STAFF, NO_ONE, *MEMBERS, *SERVICES_BY_SCOPE]


@dataclass
class Answered:
    """What came back, and who the service believed it was talking with."""

    answer: TestResponse
    text: str
    actor: Actor

    @property
    def status(self) -> int:
        """The status of the answer."""
        return self.answer.status_code

    @property
    def let_in(self) -> bool:
        """Whether the view ran for this caller: only then is there a place where they act."""
        return bool(self.actor.at)


@dataclass
class Standing:
    """One caller before the doors of one service."""

    app: Flask
    host: str
    cookies: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.visitor = Visitor(self.app, host=self.host)

    def knock(self, method: str, path: str, **sent: Any) -> Answered:
        """Knock at a door, with the token that a page would hold where a form is sent."""
        for name, value in self.cookies.items():  # anew: what was knocked at before may clear them
            domain = self.host.partition(":")[0]
            self.visitor.browser.set_cookie(name, value, domain=domain)
        headers = {**self.headers, **sent.pop("headers", {})}
        if "query_string" in sent:  # instead of what the address asks by itself
            path = path.partition("?")[0]
        if method not in ("GET", "HEAD", "OPTIONS"):
            headers.setdefault("X-CSRFToken", self.visitor.form_token())
        with self.visitor.browser as browser:
            answer = browser.open(
                path, method=method, base_url=f"http://{self.host}", headers=headers, **sent
            )
            text = answer.get_data().decode(errors="replace")
            found = Answered(answer, text, current_actor())
        answer.close()
        return found


def stand(
    world: World, known: Known, caller: Caller, service: str, *, host: str = STAFF_HOST
) -> Standing:
    """Let someone of Harbour stand before a service's doors, having come in as people do."""
    app = world.services[service].app
    if caller.door is Door.SERVICE:
        others = [name for name in SERVICES if name != service]
        headers = bearer(app, caller=others[0], scopes=[caller.scope])
        return Standing(app, host, headers=headers)
    return Standing(app, host, cookies=cookies_of(world, known, caller, service))


def cookies_of(world: World, known: Known, caller: Caller, service: str) -> dict[str, str]:
    """Return what the browser of someone of Harbour holds when they come to a service."""
    if caller.door is Door.STAFF and caller.role is not None:
        return sign_in(world, known.own.sign_in_of(caller.role))
    if caller.door is Door.SEAT:
        return take_seat(world, known.own, caller.purpose)
    if caller.door is Door.LINK and service == "intake":
        return open_form(world, service, known.asking)
    if caller.door is Door.LINK:
        return open_form(world, "reminders", known.link)
    return {}


def sign_in(world: World, name: str) -> dict[str, str]:
    """Sign in by name and password; return the cookies."""
    visitor = Visitor(world.services["intake"].app, host=STAFF_HOST)
    answer = visitor.post("/intake/sign-in", {"name": name, "password": PASSWORD})
    assert answer.status_code == 303, answer.text
    return _kept(visitor)


def take_seat(world: World, house: House, purpose: str) -> dict[str, str]:
    """Hand over to the member of a household who takes such seats; return the cookies."""
    intake = world.services["intake"]
    whose = {
        "relationship_id": house.households[0].relationship_id,
        "person_id": seated_at(house, purpose),
        "now": world.clock.now(),
    }
    with world.work("intake", house.clinic_id, actor=house.actor(Role.CLINICIAN)) as work:
        if purpose:
            _, key = questionnaires.hand_over(work, **whose, packs=[FIRST_CONVERSATION])
        else:
            _, key = consent.hand_over(work, **whose)
    path = seat_address(intake.settings, key).removeprefix(intake.settings.member_url)
    visitor = Visitor(intake.app, host=MEMBER_HOST)
    assert visitor.post(path).status_code == 303
    return _kept(visitor)


def seated_at(house: House, purpose: str) -> UUID:
    """Return who sits: one person has one seat at a time."""
    return house.households[0].people[1 if purpose else 0]


def open_form(world: World, service: str, link: str) -> dict[str, str]:
    """Start the form behind a link of a service; return the cookies."""
    behind = world.services[service]
    visitor = Visitor(behind.app, host=MEMBER_HOST)
    assert visitor.post(link.removeprefix(behind.settings.member_url)).status_code == 303
    return _kept(visitor)


def _kept(visitor: Visitor) -> dict[str, str]:
    domain = str(visitor.base_url).removeprefix("http://").partition(":")[0]
    found = {name: visitor.browser.get_cookie(name, domain=domain) for name in COOKIES}
    return {name: cookie.value for name, cookie in found.items() if cookie is not None}
