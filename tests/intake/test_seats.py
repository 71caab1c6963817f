"""Both seats of intake: one present member, one purpose, half an hour, and nothing for the next."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import pytest
from werkzeug.test import TestResponse

from services.intake.app import create_service
from shared.auth.staff_cookie import cookie_name
from shared.service import Service
from shared.settings import Mode
from tests.intake.conftest import MEMBER_HOST, STAFF_HOST, House
from tests.visitors import Visitor

pytestmark = pytest.mark.left_to_the_build("going through all of intake")

ADDRESS = re.compile(r"http://127\.0\.0\.1:8000(/intake/seat/[\w=-]+)")
CLOSED = "This page is closed. You can hand the device back."
CLOSED_PAGE = "/intake/seat/closed"
COOKIE = "attune-seat-intake"
KEPT_BY_STAFF = ("attune-staff", "attune-session", "attune-seen")


@dataclass(frozen=True)
class Kind:
    """One of the two seats: what staff press, and where the member's pages are."""

    name: str
    more: str
    first: str
    typed: dict[str, Any]
    answers: dict[str, Any]
    back: str

    def __str__(self) -> str:
        return self.name


CONSENT = Kind("consent", "/hand-over", "/intake/seat/choices", {}, {"checkin.email": "no"}, "")
QUESTIONS = Kind(
    "questionnaires",
    "/questionnaires/hand-over",
    "/intake/seat/questions/1",
    {"packs": ["2"]},
    {"l1": "3"},
    "/questionnaires",
)
KINDS = [CONSENT, QUESTIONS]
both = pytest.mark.parametrize("kind", KINDS, ids=str)


class Practice:
    """A relationship of two, and whoever sits down or hands over there."""

    def __init__(self, house: House, relationship: Any):
        self.house = house
        self.relationship = relationship
        self.ana = house.person(relationship, "Ana")
        self.noa = house.person(relationship, "Noa")

    def hand_over(self, staff: Visitor, kind: Kind, person_id: UUID) -> str:
        """Let staff hand the device over; return the path of the seat."""
        page = staff.post(self.house.page(self.relationship, person_id, kind.more), kind.typed)
        assert page.status_code == 200, page.text
        [path] = set(ADDRESS.findall(page.text))
        return path

    def sit_down(self, kind: Kind, person_id: UUID) -> Visitor:
        """Return a member who took a seat."""
        return self.take(self.hand_over(self.house.visitor("ines"), kind, person_id))

    def take(self, path: str) -> Visitor:
        """Return a member who opened a seat's address and pressed Start."""
        member = self.house.member()
        assert member.get(path).status_code == 200
        assert member.post(path).status_code == 303
        return member


@pytest.fixture
def practice(house: House, ana_and_noa: Any) -> Practice:
    """Ana and Noa at Harbour Street, who both noted the policy on what is said alone."""
    made = Practice(house, ana_and_noa)
    house.choose_policy()
    house.note_policy(made.ana, made.noa)
    return made


def is_closed(member: Visitor, path: str) -> bool:
    """Say whether a member finds the closed page at an address."""
    page = member.get(path)
    return page.status_code == 410 and CLOSED in page.text


def cookie(visitor: Visitor, name: str = COOKIE, domain: str = "127.0.0.1") -> str | None:
    """Return what a browser keeps under a name."""
    found = visitor.browser.get_cookie(name, domain=domain)
    return found.value if found else None


@both
@pytest.mark.requirement("INT-01")
class TestASeat:
    def test_is_for_one_member_and_for_one_purpose(self, practice: Practice, kind: Kind) -> None:
        [other] = [one for one in KINDS if one is not kind]
        member = practice.sit_down(kind, practice.ana)

        assert member.get(kind.first).status_code == 200
        assert is_closed(member, other.first)
        assert member.post(other.first, other.answers).status_code == 410

    def test_opens_no_page_of_staff_on_either_host(self, practice: Practice, kind: Kind) -> None:
        member = practice.sit_down(kind, practice.ana)
        held = cookie(member)
        about = practice.house.page(practice.relationship)

        assert member.get(about).status_code == 404
        beside = Visitor(member.app, host=STAFF_HOST)
        beside.browser.set_cookie(COOKIE, str(held), domain="localhost")
        assert beside.get(about).status_code == 303

    def test_is_over_after_half_an_hour_whatever_was_pressed(
        self, practice: Practice, kind: Kind
    ) -> None:
        member = practice.sit_down(kind, practice.ana)
        practice.house.clock.pass_by(minutes=29)
        assert member.get(kind.first).status_code == 200

        practice.house.clock.pass_by(minutes=1)

        assert is_closed(member, kind.first)
        assert member.post(kind.first, kind.answers).status_code == 410

    def test_waits_no_longer_than_that_to_be_taken(self, practice: Practice, kind: Kind) -> None:
        path = practice.hand_over(practice.house.visitor("ines"), kind, practice.ana)
        practice.house.clock.pass_by(minutes=30)

        member = practice.house.member()

        assert is_closed(member, path)
        assert member.post(path).status_code == 410

    def test_ends_with_the_answers_and_shows_the_next_person_nothing(
        self, practice: Practice, kind: Kind
    ) -> None:
        path = practice.hand_over(practice.house.visitor("ines"), kind, practice.ana)
        member = practice.take(path)

        sent = reply(member, kind)

        assert sent.headers["Location"] == CLOSED_PAGE
        assert sent.headers["Clear-Site-Data"] == '"cache", "storage"'
        assert (cookie(member), cookie(member, "visit")) == (None, None)
        assert is_closed(member, kind.first)
        assert is_closed(member, path)
        assert "Thank you" in member.get(CLOSED_PAGE).text

    def test_is_emptied_by_leave(self, practice: Practice, kind: Kind) -> None:
        member = practice.sit_down(kind, practice.ana)
        assert 'href="/intake/leave"' in member.get(kind.first).text

        left = member.get("/intake/leave")

        assert left.headers["Clear-Site-Data"] == '"cache", "storage"'
        assert (cookie(member), cookie(member, "visit")) == (None, None)
        assert is_closed(member, kind.first)

    def test_is_not_given_back_by_the_browsers_back_button(
        self, practice: Practice, kind: Kind
    ) -> None:
        member = practice.sit_down(kind, practice.ana)

        pages = [member.get(kind.first), member.get("/intake/leave"), member.get(kind.first)]

        assert [page.headers["Cache-Control"] for page in pages] == ["no-store"] * 3

    def test_of_one_member_stays_open_while_the_other_sits_elsewhere(
        self, practice: Practice, kind: Kind
    ) -> None:
        ana = practice.sit_down(kind, practice.ana)
        noa = practice.sit_down(kind, practice.noa)

        reply(noa, kind)

        assert ana.get(kind.first).status_code == 200

    def test_begun_anew_for_the_same_person_ends_the_earlier(
        self, practice: Practice, kind: Kind
    ) -> None:
        earlier = practice.sit_down(kind, practice.ana)

        practice.hand_over(practice.house.visitor("ines"), kind, practice.ana)

        assert is_closed(earlier, kind.first)

    @pytest.mark.parametrize("at", [0, 15, 16, 31, 32, 47])
    def test_is_not_opened_by_a_cookie_or_an_address_that_was_changed(
        self, practice: Practice, kind: Kind, at: int
    ) -> None:
        path = practice.hand_over(practice.house.visitor("ines"), kind, practice.ana)
        front, _, key = path.rpartition("/")
        changed = practice.house.member()
        assert is_closed(changed, f"{front}/{with_other_byte(key, at)}")
        member = practice.take(path)

        held = str(cookie(member))
        member.browser.set_cookie(COOKIE, with_other_byte(held, at), domain="127.0.0.1")

        assert is_closed(member, kind.first)

    def test_is_not_opened_by_the_address_as_cookie(self, practice: Practice, kind: Kind) -> None:
        path = practice.hand_over(practice.house.visitor("ines"), kind, practice.ana)
        member = practice.house.member()

        member.browser.set_cookie(COOKIE, path.rpartition("/")[2], domain="127.0.0.1")

        assert is_closed(member, kind.first)

    def test_is_started_by_whoever_treats_them_alone(self, practice: Practice, kind: Kind) -> None:
        url = practice.house.page(practice.relationship, practice.ana, kind.more)
        never = practice.house.page(practice.relationship, UUID(int=7), kind.more)

        assert practice.house.visitor("joao").post(url, kind.typed).status_code == 404
        assert practice.house.visitor("marta").post(url, kind.typed).status_code == 403
        assert practice.house.visitor("ines").post(never, kind.typed).status_code == 404


@both
@pytest.mark.requirement("INT-01")
class TestHandingOver:
    def test_signs_staff_out_for_good_on_this_device(self, practice: Practice, kind: Kind) -> None:
        staff = practice.house.visitor("ines")
        about = practice.house.page(practice.relationship)
        assert staff.get(about).status_code == 200
        held = {name: cookie(staff, name, "localhost") for name in KEPT_BY_STAFF}

        practice.hand_over(staff, kind, practice.ana)

        assert {name: cookie(staff, name, "localhost") for name in KEPT_BY_STAFF} == dict.fromkeys(
            KEPT_BY_STAFF
        )
        for name, value in held.items():  # as someone would who copied them before
            staff.browser.set_cookie(name, str(value), domain="localhost")
        assert staff.get(about).status_code == 303
        renewed = staff.get("/intake/session/renew")
        assert renewed.headers["Location"].startswith("/intake/sign-in")

    def test_leads_back_to_where_staff_were_once_they_signed_in(
        self, practice: Practice, kind: Kind
    ) -> None:
        staff = practice.house.visitor("ines")
        practice.hand_over(staff, kind, practice.ana)
        place = practice.house.page(practice.relationship)
        if kind.back:
            place = practice.house.page(practice.relationship, practice.ana, kind.back)
        assert staff.get(place).headers["Location"].startswith("/intake/session/renew")

        back = staff.post("/intake/sign-in", {"name": "ines", "password": "a good password"})

        assert back.headers["Location"] == place
        assert staff.get(place).status_code == 200

    def test_shows_no_name_and_no_id_of_whom_it_is_for(
        self, practice: Practice, kind: Kind
    ) -> None:
        staff, about = practice.house.visitor("ines"), practice.house
        url = about.page(practice.relationship, practice.ana, kind.more)

        page = staff.post(url, kind.typed)

        for told in ("Ana", "Noa", str(practice.ana), str(practice.relationship.id)):
            assert told not in page.text
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["Referrer-Policy"] == "no-referrer"


def reply(member: Visitor, kind: Kind) -> TestResponse:
    """Send answers, with what the member's own page holds, as a browser would."""
    hidden = re.findall(r'name="(shown\.[\w.]+)" value="(\w+)"', member.get(kind.first).text)
    return member.post(kind.first, {**dict(hidden), **kind.answers})


def with_other_byte(text: str, at: int) -> str:
    """Return a key with one byte changed, spelt as keys are."""
    raw = bytearray(urlsafe_b64decode(text))
    raw[at] ^= 1
    return urlsafe_b64encode(bytes(raw)).decode()


@pytest.fixture
def in_production(practice: Practice) -> Callable[[], Service]:
    """Return a function that builds the same intake as production would, over the same rows."""

    def build() -> Service:
        settings = replace(practice.house.service.settings, mode=Mode.PRODUCTION)
        return create_service(
            settings, clock=practice.house.clock, wall_clock=practice.house.wall_clock
        )

    return build


@both
@pytest.mark.requirement("CHK-08", "INT-01")
def test_in_production_its_cookies_are_bound_to_the_host_and_given_back_as_they_were(
    practice: Practice, kind: Kind, in_production: Callable[[], Service]
) -> None:
    path = practice.hand_over(practice.house.visitor("ines"), kind, practice.ana)
    member = Visitor(in_production().app, host=MEMBER_HOST)
    taken = member.post(path)
    page = member.get(kind.first)

    sent = reply(member, kind)

    named = {cookie_name(member.settings, name) for name in (COOKIE, "visit")}
    for answer in (taken, page, sent):
        for given in answer.headers.getlist("Set-Cookie"):
            assert given.partition("=")[0] in named
            for mark in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
                assert mark in given, given
            assert "Domain" not in given
    ended = [one for one in sent.headers.getlist("Set-Cookie") if "Max-Age=0" in one]
    assert {one.partition("=")[0] for one in ended} == named
