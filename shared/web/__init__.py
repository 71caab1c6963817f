"""What every service's web door has: one layout, one tone in errors, one way to be safe."""

from shared.web.application import new_app
from shared.web.links import service_url
from shared.web.page_context import show_place
from shared.web.readiness import add_check
from shared.web.requests import (
    now,
    reading,
    request_id,
    settings,
    store,
    unit_of_work,
)
from shared.web.worlds import in_member_world

__all__ = [
    "add_check",
    "in_member_world",
    "new_app",
    "now",
    "reading",
    "request_id",
    "service_url",
    "settings",
    "show_place",
    "store",
    "unit_of_work",
]
