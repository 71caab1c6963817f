"""Pages that staff meet rarely, and those that people are given: usable by everyone, on any screen.

They are visited by axe as they are when crowded and when empty, and after a mistake.
"""

from contextlib import contextmanager

import pytest

from services.intake.arrivals.domain import read_arrivals
from services.intake.arrivals.usecases import import_people
from services.intake.people import usecases as people
from services.intake.people.domain import Details
from tests.browsers import chromium_started, served
from tests.intake.conftest import PASSWORD
from tests.intake.test_arrivals import ANA, HEADER, NOA
from tests.intake.test_consent import answered
from tests.intake.test_consent_browser import mistakes_on

SIZES = ({"width": 1280, "height": 900}, {"width": 390, "height": 844})
PAPER = f"{HEADER},paper\n{ANA},checkin.email report.aggregate\n{NOA},checkin.email\n"
WRONG = PAPER.replace("Europe/Lisbon", "Atlantis").replace("report.aggregate", "gossip")
WHY = "They want it, and said so alone."
SENT = "2026-11-22T18:00:00+00:00"
ANSWERS = [
    {"code": "Q01", "question": "إلى أي حد كان الحديث سهلا؟", "answer": 7, "in_words": "7"},
    {"code": "Q19", "question": "هل ما زال مناسبا لك؟", "answer": "right", "in_words": "نعم"},
]
FORM = {
    "id": "0192f0c0-0000-7000-8000-000000000001",
    "set": "weekly",
    "version": 1,
    "sent_at": SENT,
    "answers": ANSWERS,
    "asked_to_stop": False,
}
SHARES = {
    "sessions": {
        "answers_read_by_the_clinician": [{"received_at": SENT, "answers": {"Q01": 7}}],
        "said_to_offers": [
            {"offer": "Ten minutes to talk", "said": "no", "at": SENT, "text_shown": None},
            {
                "offer": "Ten minutes to talk",
                "said": "not_now",
                "at": SENT,
                "text_shown": {
                    "version": 1,
                    "locale": "ar",
                    "question": "هل تود ذلك؟",
                    "points": ["يمكنك التوقف."],
                },
            },
        ],
    },
    "reminders": {
        "schedule": {"weekday": "Monday", "at": "18:30", "paused": False, "stopped_by_them": True},
        "occasions": [
            {"on": "2026-11-16", "state": "not_sent", "answered_at": None},
            {"on": "2026-11-22", "state": "accepted", "answered_at": SENT},
        ],
        "forms": [FORM],
    },
}

pytestmark = [pytest.mark.requirement("UXA-01"), pytest.mark.timeout(300)]


class Held:
    """What the other services would answer of someone."""

    def of(self, **_whose):
        return SHARES


@pytest.fixture
def browser(house, chromium):
    """A browser, and the address at which this intake is served; the others hold something."""
    house.service.app.extensions["shares"] = Held()
    with served(house.service.app) as address, chromium_started(chromium) as started:
        yield started, address


@contextmanager
def signed_in(browser, name):
    """A page on which one of the staff has signed in, and what was found wrong on any."""
    started, address = browser
    window = started.new_context(viewport=SIZES[0], base_url=address)
    page = window.new_page()
    page.goto("/intake/sign-in")
    page.get_by_label("Sign-in name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    yield page
    window.close()


def wrong_on(page, name):
    """Return what is wrong with a page at both sizes, with everything on it unfolded."""
    page.locator("main details").evaluate_all("all => all.forEach(one => one.open = true)")
    found = []
    for size in SIZES:
        page.set_viewport_size(size)
        found += [(name, size["width"], mistake) for mistake in mistakes_on(page)]
    return found


def speaks(house, person_id, language):
    with house.work() as work:
        people.change_details(
            work,
            clinic_id=house.clinic,
            person_id=person_id,
            details=Details(name="Ana", zone="UTC", language=language, pronouns="they/them"),
            now=house.clock.now(),
        )


def on_paper(house):
    """Let a list say what Ana and Noa once signed for."""
    with house.work() as work:
        import_people(
            work,
            clinic_id=house.clinic,
            clinician_id=house.staff["ines"],
            arrivals=read_arrivals(PAPER.encode()),
            now=house.clock.now(),
        )


@pytest.mark.requirement("INT-06")
def test_what_ends_soon_and_what_is_to_renew(house, ana_and_noa, browser):
    with signed_in(browser, "ines") as page:
        page.goto("/intake/consent/endings")
        found = wrong_on(page, "endings empty")
    answered(house, house.person(ana_and_noa, "Ana"))
    house.clock.pass_by(days=340)
    on_paper(house)
    with signed_in(browser, "ines") as page:
        page.goto("/intake/consent/endings")
        found += wrong_on(page, "endings")
        shown = page.locator("main").inner_text()
        page.goto(house.page(ana_and_noa, None, "/consent"))
        found += wrong_on(page, "consent overview")

    assert found == []
    assert "Within a month" in shown
    assert "something was signed on paper before" in shown


@pytest.mark.requirement("INT-17")
def test_a_relationship_before_and_after_its_members_part(house, ana_and_noa, browser):
    with signed_in(browser, "ines") as page:
        page.goto(house.page(ana_and_noa))
        found = wrong_on(page, "relationship")
        lacks = page.locator(".house-next").first.inner_text()
        leads = page.locator(".house-next a").evaluate_all("all => all.map(one => one.pathname)")
        page.goto(house.page(ana_and_noa, None, "/members/new"))
        found += wrong_on(page, "add a member")
        page.get_by_role("button", name="Add this member").click()
        found += wrong_on(page, "add a member, mistaken")
        page.goto(house.page(ana_and_noa))
        page.get_by_text("Go on with each of them alone").click()
        page.get_by_role("button", name="Go on with each alone").click()
        found += wrong_on(page, "apart")

    assert found == []
    assert "An address to write to" in lacks
    assert {path.rsplit("/", 1)[1] for path in leads} == {"contact", "consent"}


@pytest.mark.requirement("INT-20", "UXA-04")
def test_requests_from_the_first_word_to_the_copy_and_the_receipt(house, ana_and_noa, browser):
    ana = house.person(ana_and_noa, "Ana")
    requests = house.page(ana_and_noa, ana, "/requests")
    answered(house, ana)
    speaks(house, ana, "ar")
    with signed_in(browser, "ines") as page:
        page.goto("/intake/requests")
        found = wrong_on(page, "waiting, empty")
        page.goto(requests)
        found += wrong_on(page, "requests, empty")
        page.get_by_role("button", name="Take it down").click()
        found += wrong_on(page, "requests, mistaken")
        for kind in ("access", "erasure"):
            page.goto(requests)
            page.locator(f"input[value={kind}]").check()
            page.locator("input[name=came]").first.check()
            page.locator("input[name=alone]").check()
            page.get_by_role("button", name="Take it down").click()
        found += wrong_on(page, "requests")
        page.goto("/intake/requests")
        found += wrong_on(page, "waiting")
        page.goto(requests)
        page.get_by_role("link", name="Open to be erased").click()
        found += wrong_on(page, "to be erased, quiet")
        page.get_by_role("button", name="Keep the decision").click()
        found += wrong_on(page, "to be erased, mistaken")
        decided(page, requests, "Open a copy of what is kept")
        found += wrong_on(page, "a copy, granted")
        page.get_by_role("button", name="Show it").click()
        found += wrong_on(page, "the copy")
        copy = page.locator(".house-for-them")
        assert (copy.get_attribute("lang"), copy.get_attribute("dir")) == ("ar", "rtl")
        assert "نسختك" in copy.inner_text()
    house.clock.pass_by(days=8)
    with signed_in(browser, "ines") as page:
        decided(page, requests, "Open to be erased")
        found += wrong_on(page, "erased")
        page.get_by_role("button", name="Receipt to print").click()
        found += wrong_on(page, "the receipt")
        page.goto(requests)
        found += wrong_on(page, "requests of someone erased")

    assert found == []


def decided(page, requests, name):
    """Grant a request."""
    page.goto(requests)
    page.get_by_role("link", name=name).click()
    page.locator("input[value=grant]").check()
    page.locator("textarea").fill(WHY)
    page.get_by_role("button", name="Keep the decision").click()


def test_set_up_and_the_import_of_a_list(house, browser):
    with signed_in(browser, "marta") as page:
        page.goto("/intake/setup")
        found = wrong_on(page, "set-up")
        for place in ("", "/requests", "/policy"):
            page.goto(f"/intake/setup/clinics/{house.clinic}{place}")
            found += wrong_on(page, f"clinic{place}")
        for name, text in (("wrong", WRONG), ("right", PAPER)):
            page.goto("/intake/import")
            found += wrong_on(page, "import")
            file = {"name": "people.csv", "mimeType": "text/csv", "buffer": text.encode()}
            page.set_input_files("input[type=file]", file)
            page.locator("select[name=clinician]").select_option(index=1)
            page.get_by_role("button", name="Read the file").click()
            found += wrong_on(page, f"import, {name}")
        report = page.locator("main").inner_text()
        page.get_by_role("button", name="Take them in").click()
        told = page.locator("main").inner_text()

    assert found == []
    assert "Consents on paper, to renew 3" in " ".join(report.split())
    assert "3 consents on paper are listed, to be asked anew" in told


@pytest.mark.requirement("UXA-04")
@pytest.mark.parametrize(("tag", "edge"), [("en", "left"), ("es", "left"), ("ar", "right")])
def test_members_pages_in_every_language(house, ana_and_noa, browser, tag, edge):
    started, address = browser
    ana = house.person(ana_and_noa, "Ana")
    speaks(house, ana, tag)
    page = started.new_context(viewport=SIZES[1], base_url=address).new_page()
    page.goto(house.seat(house.visitor("ines"), ana_and_noa, ana))
    found = wrong_on(page, "seat")
    starts = page.locator("h1").evaluate("one => getComputedStyle(one).textAlign")
    direction = page.evaluate("getComputedStyle(document.body).direction")
    for more in ("a/" + "x" * 27, "leave", "seat/closed", "seat/x"):
        place = f"/intake/{more}"
        page.goto(place)
        found += wrong_on(page, place)

    assert found == []
    assert starts in ("start", edge)
    assert direction == ("rtl" if edge == "right" else "ltr")
