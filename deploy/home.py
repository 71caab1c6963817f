"""Where ``/`` leads: to the home of the role that someone is signed in as."""

from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import quote

from shared.auth.actors import Role
from shared.auth.interrupted import RENEWAL
from shared.auth.staff_cookie import cookie_name
from shared.auth.tokens import BadToken, read_staff_assertion
from shared.clock import Clock
from shared.settings import Settings
from shared.web.menu import menu_for


class RoleHome:
    """Says where a request for ``/`` is to go."""

    def __init__(self, settings: Settings, wall_clock: Clock | None = None):
        self._settings = settings
        self._wall_clock = wall_clock or Clock()

    def __call__(self, environ: Mapping[str, Any]) -> str:
        """Return an address on this host."""
        role = self._role(environ.get("HTTP_COOKIE", ""))
        menu = menu_for(role, production=self._settings.production)
        return menu[0].url if menu else f"{RENEWAL}?next={quote('/')}"

    def _role(self, cookies: str) -> Role | None:
        try:
            kept = SimpleCookie(cookies).get(cookie_name(self._settings, "attune-staff"))
            if kept is None:
                return None
            return read_staff_assertion(self._settings, kept.value, now=self._wall_clock.now()).role
        except (BadToken, CookieError):
            return None
