"""What the matrix file says must happen to a caller at a view, worked out from the file alone."""

from shared.auth.actors import Door
from shared.auth.matrix import Rule, Word
from tests.doors.callers import Caller

OPEN_TO_ALL = {Word.PUBLIC, Word.ADDRESS, Word.INSIDE}
"""The walk comes from inside, as the gateway is not there; what it adds is tested besides."""

FOR_A_MEMBER = {Word.SEAT: Door.SEAT, Word.LINK: Door.LINK}
CLOSED, NOT_HERE, NOT_THIS_ROLE, SIGN_IN = 410, 404, 403, 401


def comes_in(rule: Rule, caller: Caller) -> bool:
    """Say whether a view lets a caller in."""
    if rule.words & OPEN_TO_ALL:
        return True
    if caller.door is Door.SERVICE:
        return caller.scope in rule.scopes
    if caller.door is Door.STAFF:
        return caller.role in rule.roles
    return any(FOR_A_MEMBER.get(word) is caller.door for word in rule.words)


def refusals(rule: Rule, caller: Caller, *, method: str, path: str, service: str) -> set[int]:
    """Return the statuses by which a view may turn away a caller who does not come in."""
    service_calls = caller.door is Door.SERVICE
    if (service_calls and rule.scopes) or (caller.door is Door.STAFF and rule.roles):
        return {NOT_THIS_ROLE}
    if rule.words & set(FOR_A_MEMBER):
        return {CLOSED, NOT_HERE} if service_calls else {CLOSED}
    if not rule.roles:
        return {SIGN_IN if rule.scopes else NOT_HERE}
    for_programs = path.startswith((f"/{service}/api/", f"/{service}/internal/"))
    return {303} if method in ("GET", "HEAD") and not for_programs else {SIGN_IN}
