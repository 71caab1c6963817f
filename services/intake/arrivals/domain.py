"""Reading a clinic's own list of people: text in, rows or mistakes out, and nothing else.

One line is one member. Lines with the same ``relationship`` belong together; ``member`` is what
the clinic calls that person in its own list, and by which they are known again next time.
"""

import csv
import io
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from functools import partial
from typing import Any, TypeVar

from services.intake.people import domain as people
from services.intake.people.domain import Contact, Details
from shared.errors import Refusal

NEEDED = (
    "relationship",
    "member",
    "email",
    "zone",
    "language",
    "window_days",
    "window_from",
    "window_to",
)
OPTIONAL = ("name", "pronouns", "label")
COLUMNS = (*NEEDED, *OPTIONAL)
DELIMITERS = (",", ";", "\t")
MOST_ROWS = 50_000
LONGEST_KEY = 120
DAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CLOCK = re.compile(r"([01]?\d|2[0-3])[:.h]([0-5]\d)(?::00)?")
Found = TypeVar("Found")
SAVE_AS = 'In Excel, choose "Save as" and the type "CSV UTF-8 (comma delimited)".'

DETAILS_ADVICE = {
    "name": "Use 1 to 120 letters.",
    "pronouns": "Shorten it.",
    "zone": "Write it like Europe/Lisbon.",
    "language": "Write it like en or pt-BR.",
}


class FileNotUsable(Refusal):
    """This file cannot be read as a list of people."""


class NothingWaits(Refusal):
    """This file is no longer waiting. Choose it once more."""

    status = 410


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """What is wrong in one line (1 is the first of the file), and what to do about it."""

    line: int
    column: str
    reason: str
    advice: str


@dataclass(frozen=True, kw_only=True)
class Row:
    """One member as the file has them."""

    line: int
    relationship: str
    member: str
    details: Details
    contact: Contact
    label: str | None


@dataclass(frozen=True, kw_only=True)
class Arrivals:
    """What a file holds: usable only where there is no mistake."""

    rows: tuple[Row, ...] = ()
    mistakes: tuple[Mistake, ...] = ()

    @property
    def groups(self) -> Mapping[str, Sequence[Row]]:
        """Return the rows by relationship, in the order of the file."""
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self.rows:
            found[row.relationship].append(row)
        return found


def read_arrivals(content: bytes | str) -> Arrivals:
    """Return what a CSV file holds: its rows, or every mistake in it."""
    try:
        text = content if isinstance(content, str) else _decoded(content)
        return _read(text.removeprefix("\ufeff"))
    except _Unreadable as problem:
        return Arrivals(mistakes=(problem.mistake,))


class _Unreadable(Exception):
    def __init__(self, line: int, reason: str, advice: str, column: str = "the whole file"):
        super().__init__(reason)
        self.mistake = Mistake(line=line, column=column, reason=reason, advice=advice)


def _decoded(content: bytes) -> str:
    if content.startswith(b"PK"):
        raise _Unreadable(1, "This is an Excel workbook, not a CSV file.", SAVE_AS)
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _Unreadable(1, "This is Excel's Unicode text (UTF-16), not UTF-8.", SAVE_AS)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = content[: problem.start].count(b"\n") + 1
        reason = "A letter in this line is not UTF-8, as in older Excel files."
        raise _Unreadable(line, reason, SAVE_AS) from None


def _read(text: str) -> Arrivals:
    first, delimiter, start = _beginning(text)
    lines = _lines(text, delimiter)
    for _ in range(start):
        next(lines)
    header = [_column(cell) for cell in first]
    mistakes = _header_mistakes(header, start + 1)
    if mistakes:
        return Arrivals(mistakes=tuple(mistakes))
    next(lines)
    rows: list[Row] = []
    for count, (line, cells) in enumerate(lines, start=1):
        if count > MOST_ROWS:
            raise _Unreadable(line, f"There are more than {MOST_ROWS:,} rows.", "Split the file.")
        found, wrong = _row(line, header, cells)
        mistakes += wrong
        rows += found
    if not rows and not mistakes:
        raise _Unreadable(start + 1, "There is no row below the header.", "Add a line per member.")
    arrivals = Arrivals(rows=tuple(rows))
    mistakes += [mistake for group in arrivals.groups.values() for mistake in _together(group)]
    if mistakes:
        return Arrivals(mistakes=tuple(sorted(mistakes, key=lambda one: one.line)))
    return arrivals


def _beginning(text: str) -> tuple[list[str], str, int]:
    """Return the header's cells, the delimiter, and how many lines come before the header."""
    start, said = 0, ""
    head = text.lstrip("\r\n")
    if not head.strip():
        raise _Unreadable(1, "The file is empty.", "Choose the file that holds your list.")
    announced = re.match(r'"?sep=(.)"?\r?\n', head)
    if announced:
        start, said, head = 1, announced.group(1), head[announced.end() :]
    line = re.split(r"\r\n|\r|\n", head, maxsplit=1)[0]
    delimiter = said or max(DELIMITERS, key=line.count)
    cells = next(csv.reader([line], delimiter=delimiter), [])
    return cells, delimiter, start


def _lines(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each record that is not empty with the line on which it begins."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    before = 0
    while True:
        try:
            cells = next(reader, None)
        except csv.Error:
            reason = "The quotation marks in this line do not match, or a cell is far too long."
            advice = 'Write a " inside a cell as "", and close every cell that you open with ".'
            raise _Unreadable(before + 1, reason, advice) from None
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            yield before + 1, cells
        before = reader.line_num


def _column(cell: str) -> str:
    return re.sub(r"[\s-]+", "_", cell.strip().casefold())


def _header_mistakes(header: Sequence[str], line: int) -> list[Mistake]:
    missing = [name for name in NEEDED if name not in header]
    counted = Counter(name for name in header if name)
    twice = [name for name, count in counted.items() if count > 1]
    unknown = sorted({name for name in counted if name not in COLUMNS})
    offered = f"The columns are {', '.join(COLUMNS)}."
    return [
        *(
            Mistake(line=line, column=name, reason="This column is missing.", advice=offered)
            for name in missing
        ),
        *(
            Mistake(
                line=line,
                column=name,
                reason="This column is there twice.",
                advice="Keep the one that counts, and delete the other.",
            )
            for name in twice
        ),
        *(
            Mistake(
                line=line,
                column=name[:40],
                reason="This column is not known.",
                advice=f"Delete or rename it. {offered}",
            )
            for name in unknown
        ),
    ]


def _row(line: int, header: Sequence[str], cells: Sequence[str]) -> tuple[list[Row], list[Mistake]]:
    if [_column(cell) for cell in cells] == list(header):
        reason = "The header is there once more."
        return [], [Mistake(line=line, column="the whole line", reason=reason, advice="Delete it.")]
    if len(cells) > len(header) and any(cell.strip() for cell in cells[len(header) :]):
        return [], [
            Mistake(
                line=line,
                column="the whole line",
                reason="This line has more cells than the header.",
                advice='Put a cell that holds the separator itself between " and ".',
            )
        ]
    cell = {name: text.strip() for name, text in zip(header, cells, strict=False)}
    reader = _Cells(line, {name: cell.get(name, "") for name in COLUMNS})
    row = reader.row()
    return ([row] if row else []), reader.mistakes


class _Cells:
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
        if self.mistakes or details is None or contact is None:
            return None
        return Row(
            line=self.line,
            relationship=self.cells["relationship"],
            member=self.cells["member"],
            details=details,
            contact=contact,
            label=label,
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


def _together(group: Sequence[Row]) -> Iterator[Mistake]:
    """Yield what is wrong among the members of one relationship."""
    first = group[0]
    if len(group) < people.FEWEST_MEMBERS:
        reason = "This relationship has one member in the file."
        advice = "Add a line for each further member, or correct the relationship's name."
        yield Mistake(line=first.line, column="relationship", reason=reason, advice=advice)
    if len(group) > people.MOST_MEMBERS:
        reason = "This relationship has more than twelve members."
        advice = "Correct the relationship's name where lines do not belong together."
        yield Mistake(line=first.line, column="relationship", reason=reason, advice=advice)
    yield from _repeated(group, "member", lambda row: row.member.casefold())
    yield from _repeated(
        group, "email", lambda row: row.contact.email and people.same_address(row.contact.email)
    )
    labels = {row.label for row in group if row.label}
    if len(labels) > 1:
        reason = "The lines of this relationship have different labels."
        advice = "Write the same label in each line, or in one only."
        yield Mistake(line=first.line, column="label", reason=reason, advice=advice)


def _repeated(
    group: Sequence[Row], column: str, value: Callable[[Row], str | None]
) -> Iterator[Mistake]:
    seen: dict[str, int] = {}
    for row in group:
        text = value(row)
        if text and text in seen:
            reason = f"This relationship has the same {column} in line {seen[text]}."
            advice = {
                "member": "Keep one of the two lines.",
                "email": "Leave the cell empty: each member needs an address of their own.",
            }[column]
            yield Mistake(line=row.line, column=column, reason=reason, advice=advice)
        elif text:
            seen[text] = row.line
