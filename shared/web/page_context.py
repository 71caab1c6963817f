"""What every template can use without being given it."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from flask import Flask, current_app, request, url_for

from shared.auth.actors import Actor
from shared.auth.policy import current_actor
from shared.settings import SERVICES
from shared.spoken import Spoken, speaks, spoken, spoken_for
from shared.web.headers import csp_nonce
from shared.web.links import service_url, static_url
from shared.web.menu import ROLE_WORDS, here, menu_for
from shared.web.requests import settings

WORDS = Path(__file__).with_name("words")

NameOfPlace = Callable[[Actor], str]


def show_place(app: Flask, name_of: NameOfPlace) -> None:
    """Show above the menu what ``name_of`` says of who is signed in: their clinic's name."""
    app.extensions["place"] = name_of


def page_context(app: Flask) -> None:
    """Give every template of an app the menu, the role, and ways to make addresses."""
    app.jinja_env.globals.update(
        csp_nonce=csp_nonce,
        member_words=member_words,
        service_url=service_url,
        static_url=static_url,
        url_for=url_for,
    )
    app.context_processor(_context)


def member_words(language: str | None = None) -> Sequence[Spoken]:
    """Return what stands around a member's page: in their language, where it is known and spoken.

    Otherwise in every language, for nobody is to guess.
    """
    if language and speaks(WORDS, language):
        return [spoken_for(WORDS, language)]
    return list(spoken(WORDS).values())


def _context() -> dict[str, Any]:
    actor = current_actor()
    menu = menu_for(actor.role, production=settings().production)
    name_of: NameOfPlace = current_app.extensions.get("place", lambda _: "")
    return {
        "place": name_of(actor) if actor.role else "",
        "menu": menu,
        "menu_here": here(menu, service=settings().service, path=request.path),
        "role": actor.role,
        "role_words": ROLE_WORDS.get(actor.role, "") if actor.role else "",
        "signed_in": actor.role is not None,
        "service": settings().service,
        "services": SERVICES,
        "production": settings().production,
    }
