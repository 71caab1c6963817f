"""Questionnaires and talks in a real browser: either direction of script, phone and desk."""

import re
from contextlib import ExitStack

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browsers import WCAG, chromium_started, served
from tests.intake.test_questionnaires import asked_alone, at, page_of, seated, speaks

WIDTHS = (390, 1280)
SEATED = ("first", "last", "published")
PAGES = (*SEATED, "list", "one", "paper", "catalogue", "talk")


def filled(house, relationship, person_id):
    """Let Ana finish one in Arabic, with two scores from paper and a talk; return its id."""
    member = seated(house, relationship, person_id, 1)
    for number in range(1, 6):
        member.post(at(number), {"v1": "الصدق", "p1": "المساء", "c1": ["work", "sleep"], "c2": "3"})
    staff = house.visitor("ines")
    for score, day in (("40", "2026-10-01"), ("54", "2026-11-01")):
        staff.post(
            page_of(house, relationship, person_id, "/scores"),
            {"pack": "31", "score": score, "filled_on": day},
        )
    staff.post(
        house.page(relationship, person_id, "/talk"),
        {"held_on": "2026-11-20", "alone": "yes", "module": "own", "notes": "Calm and open."},
    )
    listed = staff.get(page_of(house, relationship, person_id)).text
    return re.search(r"/questionnaires/([0-9a-f-]{36})", listed)[1]


@pytest.fixture
def open_page(house, ana_and_noa, chromium):
    """Return a function that opens one of the pages at a width, in a window of its own."""
    ana = asked_alone(house, house.person(ana_and_noa, "Ana"))
    speaks(house, ana, "ar")
    one = filled(house, ana_and_noa, ana)
    member, staff = seated(house, ana_and_noa, ana, 1, 11), house.visitor("ines")
    cookies = {
        "attune-seat-intake": member.browser.get_cookie("attune-seat-intake", domain="127.0.0.1"),
        "attune-staff": staff.browser.get_cookie("attune-staff", domain="localhost"),
    }
    paths = {
        "first": at(1),
        "last": at(5),
        "published": at(7),
        "list": page_of(house, ana_and_noa, ana),
        "one": page_of(house, ana_and_noa, ana, f"/{one}"),
        "paper": page_of(house, ana_and_noa, ana, "/paper/1"),
        "catalogue": "/intake/questionnaires",
        "talk": house.page(ana_and_noa, ana, "/talk"),
    }
    with ExitStack() as open_things:
        address = open_things.enter_context(served(house.service.app))
        browser = open_things.enter_context(chromium_started(chromium))

        def open_one(name, width):
            window = browser.new_context(viewport={"width": width, "height": 900}, bypass_csp=True)
            open_things.callback(window.close)
            window.add_cookies(
                [{"name": at, "value": c.value, "url": address} for at, c in cookies.items()]
            )
            page = window.new_page()
            assert page.goto(address + paths[name]).ok, page.content()
            return page

        yield open_one


@pytest.mark.requirement("UXA-01")
@pytest.mark.timeout(300)
@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_passes_axe_and_fits_its_window(open_page, width):
    found = {}
    for name in PAGES:
        page = open_page(name, width)
        wrong = Axe().run(page, options={"runOnly": WCAG}).response["violations"]
        said = [(one["id"], [node["target"] for node in one["nodes"]]) for one in wrong]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            said.append(("too wide", width))
        if said:
            found[name] = said

    assert found == {}


def test_an_arabic_page_runs_from_right_to_left(open_page):
    page = open_page("first", 390)

    leave = page.locator(".leave").bounding_box()
    words = page.locator(".question label").first
    assert page.evaluate("getComputedStyle(document.body).direction") == "rtl"
    assert leave["x"] + leave["width"] < 195
    assert words.evaluate("label => getComputedStyle(label).float") in ("right", "inline-start")


def test_what_is_typed_is_there_again_after_going_back(open_page):
    page = open_page("first", 390)
    page.fill("textarea", "الصدق والوقت")
    page.click("button[value=onwards]")
    page.click("main a.govuk-link")

    assert page.input_value("textarea") == "الصدق والوقت"
