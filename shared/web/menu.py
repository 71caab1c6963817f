"""The one menu over all four services: what each role finds in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.auth.actors import Role
from shared.web.links import service_url


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of the menu. ``path`` is within the service, or within each of the four."""

    says: str
    service: str
    path: str
    outside_production: bool = False
    in_each_service: bool = False

    @property
    def url(self) -> str:
        """Return the address of the page."""
        return service_url(self.service, self.path)


MAILBOX = Entry(says="Mailbox", service="reminders", path="/mailbox", outside_production=True)
SET_UP = (
    Entry(says="Set-up", service="intake", path="/setup"),
    Entry(says="People", service="intake", path="/people"),
    Entry(says="Staff", service="intake", path="/staff"),
    Entry(says="Import", service="intake", path="/import"),
    Entry(says="Questionnaires", service="intake", path="/questionnaires"),
    Entry(says="Coverage", service="reports", path="/coverage"),
)

MENU: Mapping[Role, Sequence[Entry]] = {
    Role.CLINICIAN: (
        Entry(says="Today", service="sessions", path="/"),
        Entry(says="Relationships", service="intake", path="/relationships"),
        Entry(says="Check-ins", service="reminders", path="/schedules"),
        MAILBOX,
    ),
    Role.DUTY: (
        Entry(says="Tasks", service="reminders", path="/tasks"),
        MAILBOX,
    ),
    Role.CLINIC_ADMIN: (*SET_UP, MAILBOX),
    Role.ORGANIZATION_ADMIN: SET_UP,
    Role.SUPERVISOR: (Entry(says="Releases", service="reports", path="/releases"),),
    Role.AUDITOR: (
        Entry(says="Audit trail", service="intake", path="/audit", in_each_service=True),
        Entry(says="What people were shown", service="intake", path="/consent/texts"),
        Entry(says="Releases", service="reports", path="/releases"),
    ),
    Role.OPERATOR: (
        Entry(says="Health", service="intake", path="/operations", in_each_service=True),
        Entry(says="Undelivered", service="intake", path="/undelivered", in_each_service=True),
    ),
}

ROLE_WORDS: Mapping[Role, str] = {
    Role.OPERATOR: "Operator",
    Role.ORGANIZATION_ADMIN: "Organization admin",
    Role.CLINIC_ADMIN: "Clinic admin",
    Role.CLINICIAN: "Clinician",
    Role.DUTY: "Duty",
    Role.SUPERVISOR: "Supervisor",
    Role.AUDITOR: "Auditor",
}


def menu_for(role: Role | None, *, production: bool) -> list[Entry]:
    """Return what someone in a role finds in the menu; nothing for nobody."""
    entries = MENU.get(role, ()) if role else ()
    return [entry for entry in entries if not (production and entry.outside_production)]


def here(entries: Sequence[Entry], *, service: str, path: str) -> Entry | None:
    """Return the entry that an address belongs to: the longest that it begins with."""
    fitting = [
        entry
        for entry in entries
        if (entry.in_each_service or entry.service == service)
        and f"{path.rstrip('/')}/".startswith(_front(entry.path))
    ]
    return max(fitting, key=lambda entry: len(entry.path), default=None)


def _front(path: str) -> str:
    return f"{path.rstrip('/')}/"
