"""Reading a CSV file as clinics have them: any separator, any quoting, and clear words if not."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from services.intake.arrivals.domain.cells import Cells
from services.intake.arrivals.domain.groups import together
from services.intake.arrivals.domain.rows import (
    COLUMNS,
    MOST_ROWS,
    NEEDED,
    Arrivals,
    Mistake,
    Row,
)

DELIMITERS = (",", ";", "\t")
SAVE_AS = 'In Excel, choose "Save as" and the type "CSV UTF-8 (comma delimited)".'


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
    spoilt: set[str] = set()
    for count, (line, cells) in enumerate(lines, start=1):
        if count > MOST_ROWS:
            raise _Unreadable(line, f"There are more than {MOST_ROWS:,} rows.", "Split the file.")
        found = _row(line, header, cells)
        if isinstance(found, Row):
            rows.append(found)
        else:
            mistakes += found
            spoilt |= {cell.strip().casefold() for cell in cells}
    if not rows and not mistakes:
        raise _Unreadable(start + 1, "There is no row below the header.", "Add a line per member.")
    arrivals = Arrivals(rows=tuple(rows))
    for name, group in arrivals.groups.items():
        mistakes += [] if name in spoilt else together(group)
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


def _row(line: int, header: Sequence[str], cells: Sequence[str]) -> Row | list[Mistake]:
    if [_column(cell) for cell in cells] == list(header):
        reason = "The header is there once more."
        return [Mistake(line=line, column="the whole line", reason=reason, advice="Delete it.")]
    if len(cells) > len(header) and any(cell.strip() for cell in cells[len(header) :]):
        return [
            Mistake(
                line=line,
                column="the whole line",
                reason="This line has more cells than the header.",
                advice='Put a cell that holds the separator itself between " and ".',
            )
        ]
    cell = {name: text.strip() for name, text in zip(header, cells, strict=False)}
    reader = Cells(line, {name: cell.get(name, "") for name in COLUMNS})
    return reader.row() or reader.mistakes
