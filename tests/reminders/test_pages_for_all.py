"""The pages of a short form in every language: usable by everyone, on any screen, and alike."""

from uuid import uuid4

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browsers import WCAG, chromium_started, served
from tests.reminders.test_items import asks_it, link_of, somebody
from tests.reminders.test_languages import WAYS

pytestmark = pytest.mark.left_to_the_build("looking at the pages of a form in every language")

PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
WIDTHS = (320, 344, 360, 375, 390, 393, 402, 412, 430, 480, 600, 768, 1280)
"""Those of telephones in use, folded and not, and of what is larger."""

FORM = "/reminders/form"


@pytest.fixture(scope="module")
def browser(chromium):
    with chromium_started(chromium) as started:
        yield started


def speaking(house, tag, *, permits=False):
    """Return someone who speaks a language, in care with another, in a week of all questions."""
    people = [somebody(), uuid4()]
    for person_id in people:
        house.describe(person_id, language=tag)
    house.open_relationship(*people)
    for person_id in people:
        house.consent(person_id)
    house.permit_items(people[0], permitted=permits)
    house.hear()
    return people[0]


def visited(page, address, path):
    """Walk through every page behind a link, giving the name of each while it is shown."""
    page.goto(f"{address}/reminders/f/{'x' * 27}")
    yield "closed"
    page.goto(f"{address}{path}/stop")
    yield "stopping"
    page.goto(address + path)
    page.locator("summary").click()
    yield "landing"
    page.locator("main form button").click()
    page.wait_for_url(f"**{FORM}")
    yield "form"
    page.locator("button.send").click()
    page.locator(".free-help").wait_for()
    yield "thanks"
    page.goto(f"{address}{path}/stop")
    page.locator("main form button").first.click()
    page.locator("main form").first.wait_for(state="detached")
    yield "stopped"


@pytest.mark.requirement("UXA-01", "UXA-04", "CHK-09")
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("tag", WAYS)
def test_axe_finds_nothing_and_nothing_is_too_wide(house, browser, tag, size):
    path = link_of(house, speaking(house, tag))
    page = browser.new_context(viewport=size).new_page()
    found = {}
    with served(house.reminders.app) as address:
        for name in visited(page, address, path):
            mistakes = Axe().run(page, options={"runOnly": WCAG}).response["violations"]
            wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
            found[name] = ([one["id"] for one in mistakes], wide)

    assert set(found) == {"closed", "stopping", "landing", "form", "thanks", "stopped"}
    assert found == dict.fromkeys(found, ([], False))


@pytest.mark.requirement("UXA-04")
@pytest.mark.parametrize(("tag", "side"), [("es", "left"), ("ar", "right")])
def test_what_stands_at_the_edge_stands_where_a_line_begins(house, browser, tag, side):
    path = link_of(house, speaking(house, tag))
    page = browser.new_context(viewport=PHONE).new_page()
    with served(house.reminders.app) as address:
        page.goto(address + path)
        arrow = page.locator("summary").evaluate(
            "one => getComputedStyle(one, '::before').getPropertyValue(document.dir == 'rtl'"
            " ? 'right' : 'left')"
        )
        room = page.locator("summary").evaluate(
            f"one => parseFloat(getComputedStyle(one).padding{side.capitalize()})"
        )

    assert arrow == "0px"
    assert room > 20


@pytest.mark.requirement("CHK-07", "CHK-16")
@pytest.mark.parametrize("tag", WAYS)
def test_a_form_with_the_item_is_as_tall_as_one_without_at_every_width(house, browser, tag):
    heights, asked = [], []
    with served(house.reminders.app) as address:
        for permits in (True, False):
            path = link_of(house, speaking(house, tag, permits=permits))
            page = browser.new_context().new_page()
            page.goto(address + path)
            page.locator("main form button").click()
            page.wait_for_url(f"**{FORM}")
            heights.append({width: _heights(page, width) for width in WIDTHS})
            asked.append(asks_it(page.content(), tag))

    assert asked == [True, False]
    assert {len(one) for one in heights[0].values()} == {8}
    assert heights[0] == heights[1]


def _heights(page, width):
    """Return how tall each part of the form that is open stands on such a screen."""
    page.set_viewport_size({"width": width, "height": 800})
    return page.locator("fieldset.question").evaluate_all("all => all.map(one => one.offsetHeight)")
