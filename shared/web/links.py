"""Addresses of pages, whichever service shows them."""

from functools import cache
from hashlib import sha256
from pathlib import Path

from flask import url_for

from shared.settings import SERVICES

STATIC = Path(__file__).parent / "static"


def service_url(service: str, path: str = "/") -> str:
    """Return the address of a page of any service, on the host the person is on.

    >>> service_url("reminders", "/tasks")
    '/reminders/tasks'
    """
    if service not in SERVICES:
        raise ValueError(f"There is no service called {service!r}.")
    return f"/{service}/{path.lstrip('/')}"


def static_url(filename: str) -> str:
    """Return the address of one of our own files; it changes when the file does."""
    return url_for("shared.static", filename=filename, v=_mark(filename))


@cache
def _mark(filename: str) -> str:
    return sha256((STATIC / filename).read_bytes()).hexdigest()[:12]
