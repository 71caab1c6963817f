"""Where a person may be sent after signing in: only back to a page of ours."""

import re

OWN_PAGE = re.compile(r"/(?![/\\])[^\x00-\x20\x7f\\]*")


def safe_next(wanted: str | None, *, otherwise: str = "/") -> str:
    """Return a page of this site to go on to; ``otherwise`` where another was asked for."""
    return wanted if wanted and OWN_PAGE.fullmatch(wanted) else otherwise
