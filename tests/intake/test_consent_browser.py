"""Consent in a browser: on a small screen, without script, in three languages, for staff."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

from shared.consent.terms import State
from tests.browsers import WCAG, chromium_started, served
from tests.intake.conftest import PASSWORD
from tests.intake.test_consent import answered, ledger
from tests.intake.test_consent_links import link_for

SMALL, LARGE = {"width": 320, "height": 700}, {"width": 1280, "height": 900}


@pytest.fixture
def browser(house, chromium):
    """A browser, and the address at which this intake is served."""
    with served(house.service.app) as address, chromium_started(chromium) as started:
        yield started, address


def mistakes_on(page):
    """Return what axe finds wrong, and whether the page is wider than its window."""
    found = Axe().run(page, options={"runOnly": WCAG}).response["violations"]
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return [mistake["id"] for mistake in found] + ["too wide"] * wide


@pytest.mark.requirement("INT-07", "CHK-10", "UXA-01")
def test_a_yes_and_a_no_by_link_take_the_same_presses_without_script(house, ana_and_noa, browser):
    started, address = browser
    ana = house.person(ana_and_noa, "Ana")
    presses = []
    for word in ("Yes", "No"):
        page = started.new_context(java_script_enabled=False, viewport=SMALL).new_page()
        page.goto(address + link_for(house, ana_and_noa, ana, purposes=["checkin.email"]))
        page.get_by_role("button", name="Start").click()
        page.get_by_role("radio", name=word, exact=True).check()
        page.get_by_role("button", name="Save and close").click()
        presses.append(page.get_by_role("heading", level=1).inner_text())

    assert presses == ["Thank you. That is all for now."] * 2
    assert [row.state for row in ledger(house, ana)] == [State.GIVEN, State.WITHDRAWN]


@pytest.mark.requirement("UXA-01")
def test_the_clinicians_steps_and_a_seat_work_without_script(house, browser):
    started, address = browser
    page = started.new_context(
        java_script_enabled=False, viewport=SMALL, base_url=address
    ).new_page()
    seen = []

    def press(name):
        page.get_by_role("button", name=name).click()
        seen.append(page.get_by_role("heading", level=1).inner_text())

    page.goto("/intake/sign-in")
    page.get_by_label("Sign-in name").fill("ines")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.goto("/intake/relationships/new")
    for name, label in zip(("Ana", "Noa"), page.get_by_label("Chosen name").all(), strict=True):
        label.fill(name)
    press("Open the relationship")
    relationship = page.url.removeprefix(address)
    page.get_by_role("link", name="Consent of Ana").click()
    own = page.url.removeprefix(address)
    page.goto(f"{own}/what-if")
    page.get_by_label("About").select_option("contact.voicemail")
    page.get_by_role("radio", name="They say yes").check()
    press("Show what would change")
    page.get_by_text("Ana has said so: keep it").click()
    page.get_by_role("radio", name="In words").check()
    page.get_by_role("radio", name="Alone at the clinic").check()
    press("Keep this answer")
    page.goto(relationship)
    page.get_by_text("Go on with each of them alone").click()
    press("Go on with each alone")
    apart = page.locator("main").inner_text()
    page.goto(relationship)
    press("Hand over to Noa")

    member = started.new_context(java_script_enabled=False, viewport=SMALL).new_page()
    member.goto(address + re.search(r"/intake/seat/[\w=-]+", page.content()).group())
    member.get_by_role("button", name="Start").click()
    for no in member.get_by_role("radio", name="No", exact=True).all():
        no.check()
    member.get_by_role("button", name="Save and close").click()

    assert seen[1:3] == ["What would change for Ana", "Consent of Ana"]
    assert "Each in care alone" in apart
    assert "Thank you" in member.get_by_role("heading", level=1).inner_text()


@pytest.mark.requirement("UXA-01", "UXA-04")
@pytest.mark.parametrize(("language", "edge"), [("en", "left"), ("es", "left"), ("ar", "right")])
def test_questions_are_laid_out_as_the_language_runs(house, ana_and_noa, browser, language, edge):
    started, address = browser
    ana = house.person(ana_and_noa, "Ana")
    house.speaks(ana, language)
    page = started.new_context(viewport=SMALL).new_page()

    page.goto(address + link_for(house, ana_and_noa, ana))
    landing = mistakes_on(page)
    page.get_by_role("button").click()

    assert landing + mistakes_on(page) == []
    label = page.locator(".govuk-radios__label").first
    circle = label.evaluate(f"one => getComputedStyle(one, '::before').{edge}")
    assert circle == "2px"


@pytest.mark.requirement("UXA-01")
def test_the_clinicians_pages_can_be_used_by_everyone(house, ana_and_noa, browser):
    started, address = browser
    ana = house.person(ana_and_noa, "Ana")
    answered(house, ana)
    house.clock.pass_by(days=340)
    page = started.new_context(viewport=LARGE).new_page()
    page.goto(f"{address}/intake/sign-in")
    page.get_by_label("Sign-in name").fill("ines")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    own = house.page(ana_and_noa, ana, "/consent")
    places = [own, f"{own}/why", f"{own}/link", f"{own}/what-if?act=withdraw&purpose=checkin.email"]
    places += [house.page(ana_and_noa, None, "/consent"), "/intake/consent/endings"]
    places += ["/intake/consent/texts"]

    found = {}
    for place in places:
        page.goto(address + place)
        for size in (LARGE, {"width": 390, "height": 900}):
            page.set_viewport_size(size)
            found[place, size["width"]] = mistakes_on(page)

    assert {place: said for place, said in found.items() if said} == {}
