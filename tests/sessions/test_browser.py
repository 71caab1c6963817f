"""The clinician's pages in a real browser: equal space, no sideways scrolling, open to everyone."""

from contextlib import ExitStack

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browsers import WCAG, chromium_started, served
from tests.sessions.house import House
from tests.sessions.test_plans import Trying, offer
from tests.sessions.test_records import write

WIDTHS = (1280, 390)
PAGES = ("today", "course", "entry", "plan", "menu", "offer", "answer", "series", "texts")


@pytest.fixture(scope="module")
def stage(chromium, tmp_path_factory):
    """Sessions with one relationship of three in the middle of things, served to a browser."""
    with ExitStack() as open_things:
        house = House(tmp_path_factory.mktemp("house"))
        open_things.callback(house.close)
        house.register()
        house.settle()
        about = house.relationship("Rowan", "Sorrel", "Thyme")
        clinician = house.visitor()
        write(clinician, about)
        offer(clinician, about)
        for value in (3, 6, 5, 7):
            house.form(about, about.people[0], answers={"Q02": value, "Q19": "right"})
        house.message(about, about.people[1])
        house.settle()
        base, trying = f"/relationships/{about.id}", Trying(house, about, clinician)
        trying.says(about.people[1], "not_now")
        addresses = {
            "today": "/",
            "course": base,
            "entry": f"{base}/entries/new",
            "plan": f"{base}/plan",
            "menu": f"{base}/plan/menu",
            "offer": f"{base}/plan/offers/X12",
            "answer": f"{base}/plan/{trying.plan}/answers/{about.people[0]}",
            "series": f"{base}/series/{about.people[0]}",
            "texts": "/consent/texts",
        }
        address = open_things.enter_context(served(house.service.app))
        browser = open_things.enter_context(chromium_started(chromium))
        token = clinician.browser.get_cookie("attune-staff").value
        yield address, browser, token, addresses


@pytest.fixture
def visit(stage):
    """Return a function that opens one of the pages in a fresh window."""
    address, browser, token, addresses = stage
    windows = []

    def open_page(name, width):
        windows.append(
            browser.new_context(viewport={"width": width, "height": 900}, bypass_csp=True)
        )
        windows[-1].add_cookies([{"name": "attune-staff", "value": token, "url": address}])
        page = windows[-1].new_page()
        page.goto(address + addresses[name])
        return page

    yield open_page
    for window in windows:
        window.close()


@pytest.mark.requirement("UXA-01")
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_passes_axe_and_fits_its_window(visit, name, width):
    page = visit(name, width)

    found = Axe().run(page, options={"runOnly": WCAG}).response["violations"]

    assert [(x["id"], [node["target"] for node in x["nodes"]]) for x in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.requirement("REC-06")
@pytest.mark.parametrize("width", WIDTHS)
def test_every_member_has_the_same_space_to_be_written_about(visit, width):
    page = visit("entry", width)

    boxes = [box.bounding_box() for box in page.locator("textarea").all()]

    assert len(boxes) == 12
    assert len({(round(box["width"]), round(box["height"])) for box in boxes}) == 1


@pytest.mark.requirement("REC-06")
@pytest.mark.parametrize("width", WIDTHS)
def test_every_member_has_an_equal_column_in_an_entry(visit, width):
    page = visit("course", width)

    columns = page.locator(".sessions-entry .sessions-column").all()

    assert len(columns) == 3
    assert len({round(column.bounding_box()["width"]) for column in columns}) == 1
