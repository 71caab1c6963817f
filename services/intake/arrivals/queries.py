"""The list of a clinic's people as another system, or another Attune, would take it in."""

import csv
from collections import defaultdict
from collections.abc import Iterator, Sequence
from io import StringIO

from services.intake.arrivals.domain.cells import DAY_NAMES
from services.intake.arrivals.domain.rows import COLUMNS
from services.intake.people import queries as people
from services.intake.people.domain import Contact, Window
from services.intake.people.queries import RelationshipFacts
from shared.clock import Now
from shared.contracts.words import IN_CARE
from shared.store import UnitOfWork


def people_list(work: UnitOfWork, now: Now) -> str:
    """Return everyone present in this work's open relationships, as the import reads them.

    A list has one span of hours a person: the one that holds on the most days; all of them are in
    the rows of contact cards.
    """
    written = StringIO()
    sheet = csv.DictWriter(written, COLUMNS, lineterminator="\n")
    sheet.writeheader()
    for facts in _open_relationships(work, now):
        sheet.writerows(_lines(work, facts))
    return written.getvalue()


def _open_relationships(work: UnitOfWork, now: Now) -> Iterator[RelationshipFacts]:
    page, (_, count) = 1, people.relationships(work, states=IN_CARE)
    while (page - 1) * people.PAGE < count:
        rows, _ = people.relationships(work, page=page, states=IN_CARE)
        yield from people.facts_of(work, rows, now=now())
        page += 1


def _lines(work: UnitOfWork, facts: RelationshipFacts) -> Iterator[dict[str, str]]:
    present = [member for member in facts.members if member.active]
    cards = people.cards_of(work, [member.person_id for member in present])
    for member in present:
        contact = people.contact_of(work, cards.get(member.person_id))
        yield {
            "relationship": str(facts.id),
            "member": str(member.person_id),
            "name": member.details.name,
            "email": contact.email or "",
            "zone": member.details.zone,
            "language": member.details.language,
            **_hours(contact),
            "pronouns": member.details.pronouns or "",
            "label": facts.label or "",
        }


def _hours(contact: Contact) -> dict[str, str]:
    spans: dict[tuple[str, str], list[Window]] = defaultdict(list)
    for window in contact.windows:
        spans[f"{window.begins:%H:%M}", f"{window.ends:%H:%M}"].append(window)
    if not spans:
        return dict.fromkeys(("window_days", "window_from", "window_to"), "")
    (begins, ends), windows = max(spans.items(), key=lambda span: len(span[1]))
    return {"window_days": _days(windows), "window_from": begins, "window_to": ends}


def _days(windows: Sequence[Window]) -> str:
    return " ".join(DAY_NAMES[window.day] for window in sorted(windows, key=lambda one: one.day))
