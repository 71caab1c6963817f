"""Reading the cells of one line, each mistake noted."""

import re
from collections.abc import Callable, Mapping
from datetime import time
from functools import partial
from typing import Any, TypeVar

from services.intake.arrivals.domain.rows import Mistake, Row
from services.intake.consent.domain import ASKED_NOW, BY_SCREEN
from services.intake.people import domain as people
from services.intake.people.domain import Contact, Details, NotAsked
from shared.errors import Refusal

LONGEST_KEY = 120
DAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CLOCK = re.compile(r"([01]?\d|2[0-3])[:.h]([0-5]\d)(?::00)?")
DETAILS_ADVICE = {
    "name": "Use 1 to 120 letters.",
    "pronouns": "Shorten it.",
    "zone": "Write it like Europe/Lisbon.",
    "language": "Write it like en or pt-BR.",
}
Found = TypeVar("Found")


class Cells:
    """Reads the cells of one line, noting every mistake."""

    def __init__(self, line: int, cells: Mapping[str, str]):
        self.line = line
        self.cells = cells
        self.mistakes: list[Mistake] = []

    def row(self) -> Row | None:
        """Return the line as a row, or None when something in it is wrong."""
        for column in ("relationship", "member"):
            if not 0 < len(self.cells[column]) <= LONGEST_KEY:
                self._wrong(column, "This cell is empty or too long.", "Use 1 to 120 letters.")
        details = self._details()
        contact = self._contact()
        label = self._try("label", lambda: people.check_label(self.cells["label"]), "Shorten it.")
        paper = self._paper()
        not_asked = self._not_asked()
        if self.mistakes or details is None or contact is None:
            return None
        return Row(
            line=self.line,
            relationship=self.cells["relationship"],
            member=self.cells["member"],
            details=details,
            contact=contact,
            label=label,
            paper=paper,
            not_asked=not_asked,
        )

    def _details(self) -> Details | None:
        given: dict[str, Any] = {
            "name": self.cells["name"] or self.cells["member"],
            "pronouns": self.cells["pronouns"] or None,
            "zone": self.cells["zone"],
            "language": self.cells["language"],
        }
        for column, advice in DETAILS_ADVICE.items():
            self._try(column, partial(_with, column, given[column]), advice)
        return None if self.mistakes else Details(**given)

    def _contact(self) -> Contact | None:
        email = self.cells["email"] or None
        advice = "Write one address, or leave the cell empty."
        checked = self._try("email", lambda: Contact(email=email), advice)
        windows = self._windows()
        if checked is None or windows is None:
            return None
        return Contact(email=email, windows=windows)

    def _not_asked(self) -> NotAsked | None:
        text = self.cells["not_asked"].casefold()
        if text and text not in set(NotAsked):
            reason = "This is no reason why someone is not asked for consent yet."
            self._wrong("not_asked", reason, "Write age or doubt, or leave the cell empty.")
            return None
        return NotAsked(text) if text else None

    def _windows(self) -> tuple[people.Window, ...] | None:
        names = ("window_days", "window_from", "window_to")
        if not any(self.cells[name] for name in names):
            return ()
        days = _days(self.cells["window_days"])
        begins, ends = _clock(self.cells["window_from"]), _clock(self.cells["window_to"])
        if not days:
            reason = "This is not a list of days."
            self._wrong("window_days", reason, "Write mon wed fri, or mon-fri.")
        for column, at in (("window_from", begins), ("window_to", ends)):
            if at is None:
                self._wrong(column, "This is not a time of day.", "Write it like 18:30.")
        if not days or begins is None or ends is None:
            return None
        advice = "Let it begin before it ends, on the same day, half an hour or more."
        return self._try("window_to", lambda: people.windows_on(days, begins, ends), advice)

    def _paper(self) -> tuple[str, ...]:
        named = tuple(dict.fromkeys(re.findall(r"[^\s,;]+", self.cells["paper"])))
        if not set(named) <= set(BY_SCREEN):
            advice = f"Write {' or '.join(ASKED_NOW)}, with a space between."
            self._wrong("paper", "This is not something that people are asked here.", advice)
        return named

    def _try(self, column: str, read: Callable[[], Found], advice: str) -> Found | None:
        try:
            return read()
        except Refusal as refusal:
            self._wrong(column, str(refusal), advice)
            return None

    def _wrong(self, column: str, reason: str, advice: str) -> None:
        mistake = Mistake(line=self.line, column=column, reason=reason, advice=advice)
        self.mistakes.append(mistake)


def _with(column: str, value: str | None) -> Details:
    """Return details that are right but for one column, to see whether that is right too."""
    right: dict[str, Any] = {"name": "someone", "zone": "UTC"}
    return Details(**{**right, column: value})


def _days(text: str) -> tuple[int, ...]:
    """Return the days that a cell names, such as ``mon wed`` or ``mon-fri``; none if unreadable."""
    found: set[int] = set()
    for part in re.split(r"[\s,;/+&]+", re.sub(r"\s*-\s*", "-", text.strip().casefold())):
        ends = [DAY_NAMES.index(end[:3]) if end[:3] in DAY_NAMES else -1 for end in part.split("-")]
        if len(ends) > 2 or min(ends) < 0 or ends[0] > ends[-1]:
            return ()
        found.update(range(ends[0], ends[-1] + 1))
    return tuple(sorted(found))


def _clock(text: str) -> time | None:
    found = CLOCK.fullmatch(text.strip())
    return time(int(found.group(1)), int(found.group(2))) if found else None
