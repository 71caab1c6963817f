"""The members' pages in a real browser: on a small screen, without script, and left at once."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe

from shared.contracts.reminders import FormReceived
from tests.browsers import WCAG, chromium_started, served

SMALL = {"width": 320, "height": 700}


@pytest.fixture
def phone(house, chromium):
    """A house, the address at which a link stands, and a browser to open it with."""
    house.couple()
    while not house.letters():
        house.pass_time(house.clock.at + timedelta(hours=12))
    path = house.path_of(house.letters()[-1])
    with served(house.reminders.app) as address, chromium_started(chromium) as browser:
        yield house, address + path, browser


@pytest.mark.requirement("CHK-10", "CHK-05")
def test_a_form_is_answered_without_any_script(phone):
    house, link, browser = phone
    page = browser.new_context(java_script_enabled=False, viewport=SMALL).new_page()
    page.goto(link)

    page.get_by_role("button", name="Start").click()
    started_at = page.url
    question = page.get_by_role("group", name="How much did you feel listened to?")
    question.get_by_role("radio", name="7", exact=True).check()
    page.get_by_role("button", name="Send").click()

    assert link.split("/")[-1] not in started_at
    assert page.get_by_role("heading", level=1).inner_text() == "Thank you"
    assert len(house.told(FormReceived)) == 1


@pytest.mark.requirement("CHK-08", "CHK-09", "UXA-01")
def test_a_form_keeps_to_itself_fits_a_small_screen_and_can_be_left(phone):
    _, link, browser = phone
    window = browser.new_context(viewport=SMALL)
    page = window.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(link)
    page.get_by_role("button", name="Start").click()

    mistakes = Axe().run(page, options={"runOnly": WCAG}).response["violations"]
    too_wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    stored = page.evaluate("localStorage.length + sessionStorage.length")
    cookies = [cookie["name"] for cookie in window.cookies()]
    page.get_by_role("link", name="Leave", exact=True).click()
    page.wait_for_url("**/leave")
    page.go_back()

    assert [mistake["id"] for mistake in mistakes] == []
    assert not too_wide
    assert stored == 0
    assert cookies == ["visit"]
    assert {url.split("/reminders")[0] for url in asked} == {link.split("/reminders")[0]}
    assert "Your short form" not in page.content()
