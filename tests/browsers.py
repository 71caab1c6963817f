"""A real browser for tests, and an app served to it on a port of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from flask import Flask
from playwright.sync_api import Browser, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

QUIETLY = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


class Silent(WSGIRequestHandler):
    """Serves without a word."""

    def log(self, type: str, message: str, *args: object) -> None:
        """Say nothing; the app has a log of its own."""


@contextmanager
def served(app: Flask, *, port: int = 0) -> Iterator[str]:
    """Serve an app to browsers of this machine, and give its address without a slash."""
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=Silent)
    server.daemon_threads = False  # so that closing waits for what a browser still asks
    serving = Thread(target=server.serve_forever, daemon=True)
    serving.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        serving.join()
        server.server_close()


@contextmanager
def chromium_started(program: Path) -> Iterator[Browser]:
    """Start a Chromium without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(program), args=QUIETLY)
        try:
            yield browser
        finally:
            browser.close()
