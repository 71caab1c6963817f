"""Which of the two worlds a page belongs to: the staff's, or the members' neutral one."""

from urllib.parse import urlsplit

from flask import current_app, request

from shared.auth.policy import current_rule
from shared.settings import Settings


def in_member_world() -> bool:
    """Whether this request is a member's, by its host or by its view."""
    rule = current_rule()
    return on_members_host() or (rule is not None and rule.for_members)


def on_members_host() -> bool:
    """Whether this request came to the members' host, where that is another than the staff's."""
    settings: Settings = current_app.extensions["settings"]
    staff, member = (urlsplit(url).netloc for url in (settings.staff_url, settings.member_url))
    return staff != member and request.host == member
