"""Who may come how often: by source before anyone is known, by person where programs call."""

from collections.abc import Mapping

from flask import current_app, request
from limits import RateLimitItem

from shared.auth.actors import Door
from shared.auth.policy import current_actor
from shared.rates.rates import CALLS, SEATS, SIGN_INS, Rates
from shared.web.source import source

BY_SOURCE: Mapping[str, RateLimitItem] = {
    "door.signing_in": SIGN_INS,
    "door.own_password": SIGN_INS,
    "seat.take": SEATS,
}
"""What a source may do so often, by view."""


def rates() -> Rates:
    """Return where this service counts tries."""
    found: Rates = current_app.extensions["rates"]
    return found


def slow_down_sources() -> None:
    """Count a request against where it comes from; raises TooOften."""
    limit = BY_SOURCE.get(request.endpoint or "")
    if limit is not None:
        rates().refuse_more(limit, source())


def slow_down_programs() -> None:
    """Count a call against the member of staff it is made as; raises TooOften."""
    actor = current_actor()
    if actor.door is Door.STAFF and request.path.startswith("/api/"):
        rates().refuse_more(CALLS, str(actor.id))
