"""Lets an app answer under its service's name too, so that no gateway need rewrite addresses."""

from collections.abc import Iterable
from typing import Any

Wsgi = Any


class Mounted:
    """Takes ``/<service>`` off the front of an address and remembers it as the place of the app."""

    def __init__(self, app: Wsgi, service: str):
        self._app = app
        self._front = f"/{service}"

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer a request, whether or not its address begins with the service's name."""
        path: str = environ.get("PATH_INFO", "")
        if path == self._front or path.startswith(f"{self._front}/"):
            environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + self._front
            environ["PATH_INFO"] = path.removeprefix(self._front) or "/"
        answer: Iterable[bytes] = self._app(environ, start_response)
        return answer
