"""Signing in, and no longer being signed in, as all four services see it."""

import re
from datetime import timedelta

import pytest

from tests.journeys.browser import Browser
from tests.journeys.watched import PAGES, WatchedWorld, let_in
from tests.journeys.world import OWN_PASSWORD, Practice, new_practice

pytestmark = pytest.mark.left_to_the_build("signing in and out at four services")

BOSS = "boss@harbour.example"
OTHERS = {"sessions", "reminders", "reports"}
STAFF = re.compile(r'href="(/intake/staff/[0-9a-f-]{36})"')


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Four services whose time and lines this file has in hand."""
    made = WatchedWorld(tmp_path_factory.mktemp("watched"))
    made.practice = new_practice(made)
    yield made
    made.stop()


@pytest.fixture
def admin(world) -> Browser:
    """The organization's admin, just signed in, when all that was tried before is long ago."""
    world.clock.at += timedelta(minutes=6)
    return world.sign_in(BOSS)


@pytest.fixture
def clinician(world, admin) -> tuple[Browser, str]:
    """A clinician at work in all services, and their sign-in name."""
    return world.clinician(admin)


def of(admin: Browser, name: str) -> str:
    """Return the address of someone's page among the staff."""
    page = admin.open("/intake/staff").answer.text
    return STAFF.findall(page[: page.index(name)])[-1]


def signs_out(world, admin, browser, name):
    browser.open("/intake/account").press("Sign out")


def signs_out_everywhere(world, admin, browser, name):
    world.sign_in(name).open("/intake/account").press("Sign out everywhere")


def loses_all_roles(world, admin, browser, name):
    admin.open(of(admin, name)).press("Save roles", postings=[])


def is_given_another_role(world, admin, browser, name):
    page = admin.open(of(admin, name))
    duty = re.search(r'value="(duty@[^"]+)"', page.answer.text)[1]
    page.press("Save roles", postings=[duty])


def is_given_a_new_password(world, admin, browser, name):
    admin.open(of(admin, name)).press("Make a new one")


def switches_role(world, admin, browser, name):
    page = admin.open(of(admin, name))
    own = re.findall(r'value="(clinician@[^"]+)" checked', page.answer.text)
    page.press("Save roles", postings=[*own, "supervisor@"])
    world.settle()
    world.sign_in(name).open("/intake/role").press("Go on as supervisor")


WAYS = [
    signs_out,
    signs_out_everywhere,
    loses_all_roles,
    is_given_another_role,
    is_given_a_new_password,
    switches_role,
]


@pytest.mark.requirement("PLT-19")
class TestWhoeverIsNoLongerSignedIn:
    @pytest.mark.parametrize("way", WAYS)
    def test_is_refused_everywhere_once_it_is_told(self, world, admin, clinician, way):
        browser, name = clinician
        thief = world.copy_of(browser)

        way(world, admin, browser, name)
        world.settle()

        assert let_in(thief) == set()

    @pytest.mark.parametrize("way", WAYS)
    def test_is_refused_everywhere_in_a_minute_when_nothing_is_told(
        self, world, admin, clinician, way
    ):
        browser, name = clinician
        thief = world.copy_of(browser)

        way(world, admin, browser, name)
        world.pass_by(seconds=46)

        assert let_in(thief) == set()

    def test_is_refused_by_intake_at_once_and_by_the_others_when_they_hear_of_it(
        self, world, admin, clinician
    ):
        browser, _ = clinician
        thief = world.copy_of(browser)

        browser.open("/intake/account").press("Sign out")

        assert let_in(thief) == OTHERS
        world.pass_by(seconds=46)
        assert let_in(thief) == set()

    def test_sees_nothing_while_nobody_can_say_whether_they_are(self, world, clinician):
        browser, _ = clinician
        world.lines["intake"].cut = True
        world.pass_by(seconds=46)

        pages = {name: browser.new_tab().open(PAGES[name]) for name in sorted(OTHERS)}
        world.lines["intake"].cut = False

        assert [page.status for page in pages.values()] == [503, 503, 503]
        for page in pages.values():
            assert "Another part of Attune does not answer." in page.text
            assert "Someone" not in page.text
        assert let_in(browser) == set(PAGES)


@pytest.mark.requirement("PLT-19")
class TestASignIn:
    def test_goes_on_while_it_is_used_wherever_that_is(self, world, clinician):
        browser, _ = clinician
        for page in (*PAGES.values(), *PAGES.values()):
            world.pass_by(minutes=14)
            assert browser.open(page).path == page

    def test_is_over_when_it_was_left_alone_for_a_quarter_of_an_hour(self, world, clinician):
        browser, _ = clinician
        world.pass_by(minutes=9)
        browser.open(PAGES["reports"])

        world.pass_by(minutes=14, seconds=59)
        assert let_in(world.copy_of(browser)) == set(PAGES)
        world.pass_by(seconds=1)

        assert let_in(browser) == set()

    def test_is_over_after_ten_hours_however_much_it_is_used(self, world, clinician):
        browser, _ = clinician
        for _ in range(46):
            world.pass_by(minutes=13)
            assert browser.open(PAGES["sessions"]).path == PAGES["sessions"]

        world.pass_by(minutes=1, seconds=59)
        assert let_in(world.copy_of(browser)) == set(PAGES)
        world.pass_by(seconds=1)

        assert let_in(browser) == set()


class TestWhatWasBeingWritten:
    @pytest.fixture
    def practice(self, world) -> Practice:
        """The clinic, with its clinician just signed in."""
        world.practice.clinician = world.sign_in("clinician@harbour.example")
        return world.practice

    def test_waits_while_a_sign_in_that_ran_out_is_made_again(self, world, practice):
        relationship = practice.open_relationship("Robin", "Amal")
        world.settle()
        writing = practice.clinician
        writing.open(f"/sessions/relationships/{relationship}/entries/new")
        wish = next(name for form in writing.page.forms for name in form.values if "wish" in name)
        world.pass_by(minutes=20)

        writing.press("Keep the entry", kind="session", **{wish: "One evening; “without” plans."})
        assert "Nothing you typed is lost" in writing.text
        tab = writing.new_tab().follow("Sign in in another tab")
        assert tab.path == "/intake/sign-in"
        tab.press("Sign in", name="clinician@harbour.example", password=OWN_PASSWORD)
        assert "Close this tab" in tab.text
        writing.press("Send again")

        assert "One evening; “without” plans." in writing.text
        assert writing.path == f"/sessions/relationships/{relationship}"

    def test_is_kept_for_the_one_who_wrote_it_when_another_signs_in(self, world, practice):
        relationship = practice.open_relationship("Noor", "Kim")
        world.settle()
        writing = practice.clinician
        writing.open(f"/sessions/relationships/{relationship}/entries/new")
        world.pass_by(minutes=20)
        writing.press("Keep the entry", kind="session")

        tab = writing.new_tab().open("/intake/sign-in")
        tab.press("Sign in", name=BOSS, password=OWN_PASSWORD)
        writing.press("Send again")

        assert writing.status in (403, 409)

    def test_goes_on_once_an_admin_has_shown_that_it_is_them(self, world, admin):
        page = admin.open("/intake/staff").follow("Register someone")
        posting = re.search(r'value="(duty@[^"]+)"', page.answer.text)[1]
        world.pass_by(minutes=6)
        world.copy_of(admin).open("/intake/staff")
        world.pass_by(minutes=5)
        admin.new_tab().open("/intake/session/renew")

        page.press("Register", name="Nélia Prado", sign_in="nelia@x.example", postings=[posting])
        assert "Please show that it is you" in page.text
        assert "Nothing you typed is lost" in page.text
        page.press("Go on", proof_password=OWN_PASSWORD)

        assert "A starting password for Nélia Prado" in page.text
