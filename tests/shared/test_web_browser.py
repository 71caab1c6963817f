"""Pages in a real browser: they look right, load nothing foreign, and Leave leaves."""

from contextlib import ExitStack
from uuid import UUID

import pytest
from axe_playwright_python.sync_playwright import Axe

from shared.auth.actors import Role
from tests.browsers import WCAG, chromium_started, served
from tests.shared.showcase import showcase
from tests.visitors import Visitor

STAFF = ["/", f"/relationships/{UUID(int=1)}", "/form", "/release", "/refused", "/sign-in"]
MEMBERS = ["/c/secret-address", "/f", "/leave"]
WIDTHS = (1280, 390)
FONT = "Atkinson Hyperlegible Next"


@pytest.fixture(scope="module")
def stage(chromium, tmp_path_factory):
    """The invented service, served, a browser, and the staff assertion it may carry."""
    with ExitStack() as open_things:
        app = showcase(tmp_path_factory.mktemp("stage"))
        open_things.callback(app.extensions["store"].engine.dispose)
        address = open_things.enter_context(served(app))
        browser = open_things.enter_context(chromium_started(chromium))
        token = Visitor(app).sign_in(Role.CLINICIAN).browser.get_cookie("attune-staff").value
        yield address, browser, token


def opened(stage, path, *, width=1280, height=800, **more):
    """Open a page in a window of its own, noting what it asks for and complains about."""
    address, browser, token = stage
    window = browser.new_context(viewport={"width": width, "height": height}, **more)
    window.add_cookies([{"name": "attune-staff", "value": token, "url": address}])
    page = window.new_page()
    page.asked, page.complaints = [], []
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("console", lambda said: page.complaints.append(said.text))
    page.goto(address + path)
    return page


@pytest.fixture
def visit(stage):
    """Return a function that opens a page in a fresh browser window."""
    pages = []

    def open_page(path, **more):
        pages.append(opened(stage, path, **more))
        return pages[-1]

    yield open_page
    for page in pages:
        page.context.close()


@pytest.fixture(scope="module", params=STAFF + MEMBERS)
def seen(request, stage):
    """Each page in turn, for tests that only look."""
    page = opened(stage, request.param)
    yield page
    page.context.close()


@pytest.mark.requirement("UXA-01")
class TestEveryPage:
    @pytest.mark.parametrize("width", WIDTHS)
    @pytest.mark.parametrize("path", STAFF + MEMBERS)
    def test_passes_axe(self, visit, path, width):
        page = visit(path, width=width, bypass_csp=True)

        found = Axe().run(page, options={"runOnly": WCAG}).response["violations"]

        assert [(x["id"], [node["target"] for node in x["nodes"]]) for x in found] == []

    @pytest.mark.requirement("CHK-08")
    def test_asks_nobody_else_and_breaks_no_rule_of_its_own(self, seen, stage):
        assert [url for url in seen.asked if not url.startswith((stage[0], "data:"))] == []
        assert [said for said in seen.complaints if "Content Security" in said] == []

    def test_keeps_nothing_in_the_browser(self, seen):
        kept = "[localStorage.length, sessionStorage.length]"
        assert seen.evaluate(kept) == [0, 0]

    def test_fits_a_narrow_screen(self, seen):
        seen.set_viewport_size({"width": 320, "height": 800})

        assert seen.evaluate("document.documentElement.scrollWidth") <= 320

    def test_is_set_in_our_own_font(self, visit):
        page = visit("/")

        loaded = f"document.fonts.ready.then(() => document.fonts.check('16px \"{FONT}\"'))"
        assert page.evaluate(loaded) is True
        assert any(url.endswith("latin.woff2") for url in page.asked)


class TestStaffPages:
    def test_open_with_the_keyboard_on_a_link_past_the_menu(self, visit):
        page = visit("/")

        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the page"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"

    def test_show_mistakes_and_lead_to_their_fields(self, visit):
        page = visit("/form")

        page.click("text=Plan the session")
        page.click("text=Say where you will meet. >> nth=0")

        assert page.evaluate("document.activeElement.id") == "where"

    def test_send_a_form_and_say_what_happened(self, visit):
        page = visit("/form")

        page.fill("#where", "room 3")
        page.click("text=Plan the session")

        assert "The session is planned." in page.inner_text("main")

    def test_send_the_token_with_pieces_that_are_exchanged(self, visit):
        page = visit("/form")
        page.evaluate("document.querySelector('form.house-form').setAttribute('hx-post', '/form')")
        page.evaluate("document.querySelector('[name=csrf_token]').remove()")
        page.evaluate("htmx.process(document.querySelector('form.house-form'))")

        with page.expect_response("**/form") as answered:
            page.click("text=Plan the session")

        assert answered.value.request.headers["x-csrftoken"]
        assert answered.value.status == 422
        assert [said for said in page.complaints if "Content Security" in said] == []


@pytest.mark.requirement("CHK-09")
class TestLeave:
    def test_is_the_first_stop_after_the_skip_link(self, visit):
        page = visit("/f", width=320)

        page.keyboard.press("Tab")
        page.keyboard.press("Tab")

        assert page.evaluate("document.activeElement.textContent").startswith("Leave")

    def test_stays_in_sight_and_on_top(self, visit):
        page = visit("/f", width=320, height=500)

        page.mouse.wheel(0, 600)
        page.wait_for_function("window.scrollY > 100")

        box = page.locator(".leave").bounding_box()
        middle = [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2]
        assert 0 <= box["y"] < 100
        on_top = page.evaluate("([x, y]) => document.elementFromPoint(x, y).textContent", middle)
        assert on_top in page.locator(".leave").inner_text()

    @pytest.mark.parametrize("link", [".leave", ".member-foot a"])
    def test_replaces_the_page(self, visit, link):
        page = visit("/sign-in")
        page.goto(page.url.replace("/sign-in", "/f"))

        page.click(link)
        page.wait_for_url("**/leave")
        page.go_back()

        assert page.url.endswith("/sign-in")

    def test_comes_at_three_presses_of_shift(self, visit):
        page = visit("/f")

        for _ in range(3):
            page.keyboard.press("Shift")

        page.wait_for_url("**/leave")
        assert "form" not in page.content().lower()

    def test_does_not_come_while_one_writes_capital_letters(self, visit):
        page = visit("/f")

        page.focus("#more")
        for _ in range(4):
            page.keyboard.press("Shift+A")
        page.wait_for_timeout(300)

        assert page.url.endswith("/f")
        assert page.input_value("#more") == "AAAA"

    def test_ends_the_visit(self, visit):
        page = visit("/f")
        assert "visit" in [cookie["name"] for cookie in page.context.cookies()]

        page.click(".leave")
        page.wait_for_url("**/leave")

        assert "visit" not in [cookie["name"] for cookie in page.context.cookies()]

    def test_leaves_staff_signed_in(self, visit):
        page = visit("/f")

        page.click(".leave")
        page.wait_for_url("**/leave")

        assert "attune-staff" in [cookie["name"] for cookie in page.context.cookies()]

    @pytest.mark.requirement("CHK-10")
    def test_works_without_scripts(self, visit):
        page = visit("/f", java_script_enabled=False)

        page.click(".leave")

        assert page.url.endswith("/leave")
        assert "visit" not in [cookie["name"] for cookie in page.context.cookies()]

    @pytest.mark.requirement("CHK-01")
    def test_stands_on_pages_about_nothing_in_particular(self, visit):
        page = visit("/f")

        words = (page.title() + page.content()).lower()
        for word in ("attune", "clinic", "couple", "therap", "partner", "session", "relationship"):
            assert word not in words
