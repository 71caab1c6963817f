"""A clinician's first page, opened with a sign-in, and the same page as if it were open to all."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Flask, g
from flask.typing import ResponseReturnValue

from shared.auth.actors import Actor, Role
from shared.auth.matrix import Word
from shared.auth.policy import current_actor
from tests.doors.callers import sign_in
from tests.doors.world import STAFF_HOST, World, build
from tests.visitors import Visitor

SIGNED_IN, FOR_ALL = "a page, signed in", "the same page for all"
PAGE, OPEN_PAGE = "/sessions/", "/sessions/open-to-all"
A_NAME = "Ana"


def ways() -> dict[str, Callable[[], object]]:
    """Return how to open the page in either way; each raises AssertionError for another page."""
    visitor = _clinician()
    return {SIGNED_IN: lambda: _opened(visitor, PAGE), FOR_ALL: lambda: _opened(visitor, OPEN_PAGE)}


def _opened(visitor: Visitor, path: str) -> None:
    answer = visitor.get(path)
    assert answer.status_code == 200, path
    assert A_NAME in answer.text, path


@cache
def _clinician() -> Visitor:
    """Return a clinician of a small clinic, who has opened the page once."""
    folder = TemporaryDirectory()
    world, known = build(Path(folder.name) / "house")
    world = World(world.folder, known.at)
    app, acting = world.services["sessions"].app, []
    _open_to_all(app, acting)
    visitor = Visitor(app, host=STAFF_HOST)
    for name, value in sign_in(world, known.own.sign_in_of(Role.CLINICIAN)).items():
        visitor.browser.set_cookie(name, value, domain=STAFF_HOST.partition(":")[0])
    with visitor.browser:
        _opened(visitor, PAGE)
        acting.append(current_actor())
    app.extensions["bench folder"] = folder  # goes when the app goes
    return visitor


def _open_to_all(app: Flask, acting: list[Actor]) -> None:
    """Let the page also stand at an address that asks nobody who they are."""
    endpoint, _ = app.url_map.bind("localhost").match(PAGE.removeprefix("/sessions"))
    view, rules = app.view_functions[endpoint], app.extensions["rules"]

    def as_if_signed_in() -> ResponseReturnValue:
        g.actor = acting[0]
        return view()

    beside = f"{endpoint.rpartition('.')[0]}.open_to_all"
    app.add_url_rule(OPEN_PAGE.removeprefix("/sessions"), beside, as_if_signed_in)
    to_all = replace(rules[endpoint], words=frozenset({Word.ADDRESS}), roles=frozenset())
    app.extensions["rules"] = {**rules, beside: to_all}
