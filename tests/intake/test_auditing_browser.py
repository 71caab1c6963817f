"""The auditor's pages in a real browser: on a phone and on a desk, for everyone."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from shared.keys import HOUSE
from tests.browsers import WCAG, chromium_started, served
from tests.intake.test_auditing import new_auditor, with_card


@pytest.mark.requirement("UXA-01")
@pytest.mark.timeout(300)
@pytest.mark.parametrize("width", [390, 1280])
def test_every_page_passes_axe_and_fits_its_window(house, ana_and_noa, chromium, width):
    ana, auditor = with_card(house, ana_and_noa), new_auditor(house)
    for name in ("ines", "marta"):
        house.visitor(name).get(house.page(ana_and_noa))
    pages = {
        "trail": "/intake/audit",
        "nothing": "/intake/audit?day=2020-01-01&role=operator",
        "account": f"/intake/audit/people/{ana}",
        "staff": "/intake/audit/staff",
        "of no clinic": f"/intake/audit?clinic={HOUSE}",
        "staff of no clinic": f"/intake/audit/staff?clinic={HOUSE}",
    }
    carried = auditor.browser.get_cookie("attune-staff", domain="localhost").value
    found = {}
    with served(house.service.app) as address, chromium_started(chromium) as browser:
        window = browser.new_context(viewport={"width": width, "height": 900}, bypass_csp=True)
        window.add_cookies([{"name": "attune-staff", "value": carried, "url": address}])
        for name, path in pages.items():
            page = window.new_page()
            assert page.goto(address + path).ok, page.content()
            wrong = Axe().run(page, options={"runOnly": WCAG}).response["violations"]
            said = [(one["id"], [node["target"] for node in one["nodes"]]) for one in wrong]
            if page.evaluate("document.documentElement.scrollWidth") > width:
                said.append(("too wide", width))
            if said:
                found[name] = said

    assert found == {}
