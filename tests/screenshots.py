"""Pictures of the pages that the README shows: `make screenshots` takes them anew.

Starts Attune with its invented network in a folder of its own, waits until everything is there,
and visits the pages as a member, a clinician and a supervisor would.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import which
from time import sleep

import httpx
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browsers import QUIETLY
from tests.servers.ground import free_port

PICTURES = Path("docs/pictures")
DESKTOP = {"width": 1280, "height": 860}
PHONE = {"width": 390, "height": 800}
PATIENCE_SECONDS = 900


@contextmanager
def attune(folder: Path, port: int) -> Iterator[str]:
    """Run Attune in a folder until everything is there; yields the address for staff."""
    command = [sys.executable, "-m", "deploy", "run", "--port", str(port)]
    with (folder / "run.txt").open("w") as log:
        running = subprocess.Popen(
            command,
            env={"PATH": str(Path(sys.executable).parent), "ATTUNE_DATA_DIR": str(folder)},
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
        )
        try:
            wait_until_ready(f"http://localhost:{port}")
            yield f"http://localhost:{port}"
        finally:
            running.terminate()
            running.wait(60)


def wait_until_ready(address: str) -> None:
    """Return once the invented network is complete, showing how far it is."""
    for _ in range(PATIENCE_SECONDS):
        sleep(1)
        try:
            told = httpx.get(f"{address}/front/progress.json").json()
        except (httpx.HTTPError, ValueError):
            continue
        sys.stdout.write(f"\r{told['percent']:3} %  {told['says']:60}")
        sys.stdout.flush()
        if told["ready"]:
            sys.stdout.write("\n")
            return
    raise TimeoutError("the invented network did not become ready")


def signed_in(browser: Browser, address: str, person: dict[str, str], size: dict[str, int]) -> Page:
    """Return a page on which one of the invented staff has signed in."""
    page = browser.new_context(viewport=size, device_scale_factor=1).new_page()
    page.goto(f"{address}/intake/sign-in")
    page.fill("#name", person["email"])
    page.fill("#password", person["password"])
    page.click("main button[type=submit]")
    page.wait_for_load_state()
    return page


def take(page: Page, name: str) -> None:
    """Keep what a person sees of a page without scrolling."""
    page.screenshot(path=PICTURES / f"{name}.png")


def clinician(browser: Browser, address: str, person: dict[str, str]) -> str:
    """Picture a relationship's timeline; return the link of the newest letter in the mailbox."""
    page = signed_in(browser, address, person, DESKTOP)
    take(page, "today")
    page.click("main a[href*='/sessions/relationships/']")
    page.wait_for_load_state()
    take(page, "clinician")
    page.click("main a[href*='/series/']")
    page.wait_for_load_state()
    take(page, "series")
    page.goto(f"{address}/reminders/mailbox")
    return page.locator("main a[href*='/reminders/f/']").first.get_attribute("href") or ""


def member(browser: Browser, link: str) -> None:
    """Picture the short form on a phone."""
    page = browser.new_context(viewport=PHONE, device_scale_factor=2).new_page()
    page.goto(link)
    take(page, "letter")
    page.click("main button[type=submit]")
    page.wait_for_load_state()
    take(page, "member")


def supervisor(browser: Browser, address: str, person: dict[str, str]) -> None:
    """Picture the newest release."""
    page = signed_in(browser, address, person, DESKTOP)
    page.click("main a[href*='/reports/releases/']")
    page.wait_for_load_state()
    page.locator("#communication").evaluate("section => section.scrollIntoView()")
    take(page, "supervisor")


def main() -> None:
    """Take every picture."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name, attune(Path(name), free_port()) as address:
        staff = json.loads((Path(name) / "sign-ins.json").read_text())
        people = {person["role"].split(",")[0]: person for person in staff}
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=which("chromium") or which("google-chrome"), args=QUIETLY
            )
            link = clinician(browser, address, people["clinician"])
            member(browser, link)
            supervisor(browser, address, people["supervisor"])
            browser.close()


if __name__ == "__main__":
    main()
