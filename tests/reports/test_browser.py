"""The coverage calculator in a real browser: open to everyone, and no wider than its window."""

from contextlib import ExitStack

import pytest
from axe_playwright_python.sync_playwright import Axe

from shared.auth.actors import Role
from tests.browsers import WCAG, chromium_started, served
from tests.reports.test_coverage import address, line

PAGES = {
    "empty": "/coverage",
    "answered": address(line(), line("Quay Street", couples=20, therapists=2, largest=10)),
    "mistaken": address(line(largest=90)),
}


@pytest.fixture
def visit(world, organization_id, chromium):
    """Return a function that opens one of the pages in a window so many pixels wide."""
    for name in ("Mill Lane", "Quay Street"):
        world.register(name, organization_id)
    world.settle()
    admin = world.visitor(organization_id, role=Role.ORGANIZATION_ADMIN)
    token = admin.browser.get_cookie("attune-staff").value
    with ExitStack() as open_things:
        url = open_things.enter_context(served(world.service.app))
        browser = open_things.enter_context(chromium_started(chromium))

        def open_page(name, width):
            window = browser.new_context(viewport={"width": width, "height": 900}, bypass_csp=True)
            window.add_cookies([{"name": "attune-staff", "value": token, "url": url}])
            page = window.new_page()
            page.goto(url + PAGES[name])
            return page

        yield open_page


@pytest.mark.requirement("UXA-01")
@pytest.mark.parametrize("width", [1280, 390])
def test_the_calculator_passes_axe_and_fits_its_window(visit, width):
    for name in PAGES:
        page = visit(name, width)

        found = Axe().run(page, options={"runOnly": WCAG}).response["violations"]

        assert [(x["id"], [node["target"] for node in x["nodes"]]) for x in found] == [], name
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
