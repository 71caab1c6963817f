"""Pictures of numbers: each with one sentence that reads it and the same numbers as a table.

A picture is one SVG inside the page: no script, no style of its own, no request. Where the
extra ``charts`` is not installed, the sentence and the table stand alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from shared.drawing import (
    WITHHELD,
    Point,
    Scale,
    draw_bars,
    draw_course,
    draw_shares,
    draw_trends,
    drawn,
    plain_number,
    said,
)

__all__ = ["WITHHELD", "Chart", "Point", "Scale", "bars", "own_course", "shares", "trends"]


Cells = Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class Chart:
    """One figure of a page. ``id`` is unique on the page; ``{{ chart }}`` shows it.

    ``columns`` are (key, heading) pairs and ``rows`` the cells by key, like the picture.
    ``svg`` is None where no picture could be drawn; then the table is open.
    """

    id: str
    title: str
    sentence: str
    columns: Sequence[tuple[str, str]]
    rows: Sequence[Cells]
    svg: str | None = None

    def __html__(self) -> str:
        """Return the figure as HTML, everything that is text escaped."""
        picture = Markup('<div class="house-figure-picture">{}</div>')
        return FIGURE.format(
            id=self.id,
            title=self.title,
            sentence=self.sentence,
            picture=picture.format(Markup(self.svg)) if self.svg else "",
            open="" if self.svg else Markup(" open"),
            head=Markup("").join(HEAD_CELL.format(words) for _, words in self.columns),
            body=Markup("").join(self._row(row) for row in self.rows),
        )

    def _row(self, row: Cells) -> Markup:
        first, *others = (row.get(key, "") for key, _ in self.columns)
        cells = Markup("").join(CELL.format(cell) for cell in others)
        return ROW.format(first=first, cells=cells)


FIGURE = Markup(
    '<figure class="house-figure" aria-labelledby="{id}-title"><figcaption>'
    '<h3 id="{id}-title">{title}</h3><p id="{id}-reading">{sentence}</p></figcaption>{picture}'
    '<details{open}><summary>Show as table</summary><div class="table-responsive" tabindex="0"'
    ' role="region" aria-label="{title}"><table class="table house-table">'
    '<caption class="visually-hidden">{title}</caption><thead><tr>{head}</tr></thead>'
    "<tbody>{body}</tbody></table></div></details></figure>"
)
HEAD_CELL = Markup('<th scope="col">{}</th>')
ROW = Markup('<tr><th scope="row">{first}</th>{cells}</tr>')
CELL = Markup('<td class="house-number-cell">{}</td>')


def own_course(
    id: str,
    title: str,
    sentence: str,
    *,
    points: Sequence[Point],
    scale: Scale,
    usual: tuple[float, float] | None = None,
    middle: float | None = None,
) -> Chart:
    """Show one person's own answers over time, on the scale they answered on.

    ``usual`` is that person's own range so far, drawn as a band, and ``middle`` their own median.
    There is no other line to compare with, on purpose.
    """
    known = [point for point in points if point.value is not None]
    return Chart(
        id=id,
        title=title,
        sentence=sentence,
        columns=[("on", "Day"), ("value", "Answer")],
        rows=[{"on": day_words(point.on), "value": plain_number(point.value)} for point in points],
        svg=drawn(id, lambda alt: draw_course(alt, known, scale, usual, middle)),
    )


def bars(
    id: str,
    title: str,
    sentence: str,
    *,
    values: Sequence[tuple[str, float | None]],
    unit: str = "",
    heading: str = "Of",
    measured: str = "Number",
) -> Chart:
    """Show one number for each of some names, in the order given; None is withheld."""
    return Chart(
        id=id,
        title=title,
        sentence=sentence,
        columns=[("name", heading), ("value", measured)],
        rows=[{"name": name, "value": said(value, unit)} for name, value in values],
        svg=drawn(id, lambda alt: draw_bars(alt, values, unit)),
    )


def shares(
    id: str,
    title: str,
    sentence: str,
    *,
    parts: Sequence[str],
    values: Sequence[tuple[str, Sequence[float] | None]],
    heading: str = "Of",
) -> Chart:
    """Show, for each name, shares in percent of the same parts side by side; None is withheld."""
    rows: list[dict[str, object]] = []
    for name, numbers in values:
        cells = [said(n, " %") for n in numbers] if numbers else [WITHHELD] * len(parts)
        rows.append({"name": name, **dict(zip(parts, cells, strict=True))})
    return Chart(
        id=id,
        title=title,
        sentence=sentence,
        columns=[("name", heading), *((part, part) for part in parts)],
        rows=rows,
        svg=drawn(id, lambda alt: draw_shares(alt, parts, values)),
    )


def trends(
    id: str,
    title: str,
    sentence: str,
    *,
    periods: Sequence[str],
    values: Sequence[tuple[str, Sequence[float | None]]],
    unit: str = "",
    heading: str = "Period",
) -> Chart:
    """Show how a number went over periods, a line for each name; a withheld one leaves a gap."""
    by_period: list[dict[str, object]] = [
        {"period": period, **{name: said(numbers[at], unit) for name, numbers in values}}
        for at, period in enumerate(periods)
    ]
    return Chart(
        id=id,
        title=title,
        sentence=sentence,
        columns=[("period", heading), *((name, name) for name, _ in values)],
        rows=by_period,
        svg=drawn(id, lambda alt: draw_trends(alt, periods, values)),
    )


def day_words(day: date) -> str:
    """Return a day as people say it: 3 November 2026."""
    return f"{day.day} {day:%B %Y}"
