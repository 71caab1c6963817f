"""Links: secret addresses that may add and never show, known by keyed hashes alone.

A link is opened as often as one likes and spent by what is sent in; opening it leaves an open form
in one browser, under a key of its own. Their rows are in shared/auth/link_rows.py.
"""

import hmac
from datetime import timedelta
from hashlib import sha256
from secrets import token_urlsafe

from shared.errors import Refusal

SECRET_BYTES = 20
OPEN_FOR = timedelta(hours=2)
"""How long a form may stay open in a browser once started."""

MOST_OPEN = 10
"""How many times one form may be open at once: a scanner may start it, and so may the person."""


class LinkClosed(Refusal):
    """This link has closed. You do not need to do anything. Your next one will come as planned."""

    status = 410


class KnockedTooOften(LinkClosed):
    """This link has closed. You do not need to do anything. Your next one will come as planned."""

    status = 429


def new_secret() -> str:
    """Return the secret of a link or of an open form: 160 random bits that name nobody."""
    return token_urlsafe(SECRET_BYTES)


def hash_of_link(secret: bytes, token: str) -> bytes:
    """Return the keyed hash under which a link is kept."""
    return hmac.digest(secret, b"link" + token.encode(), sha256)


def hash_of_form(secret: bytes, key: str) -> bytes:
    """Return the keyed hash under which an open form is kept."""
    return hmac.digest(secret, b"form" + key.encode(), sha256)
