"""Drawing: how the pictures of shared/charts.py are put together, with Altair, as SVG."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from markupsafe import escape

INK, INK_SOFT, LINE = "#22302f", "#55574f", "#e6dfd2"
PINE, PINE_MIST, CLAY, SAND = "#1c5d58", "#e3efec", "#a4492a", "#f4efe6"
PALETTE = (PINE, "#b25e00", "#2b5f8a", "#8b8475")
"""Colours that stay apart for all kinds of colour vision; their order carries no rank."""

DASHES = ([1, 0], [7, 4], [2, 3], [9, 3, 2, 3])
WITHHELD = "withheld"
NOTHING = "\N{EN DASH}"
WIDTH, COURSE_WIDTH, ROW_HEIGHT = 540, 260, 34
FONT = "Atkinson Hyperlegible Next, system-ui, sans-serif"


@dataclass(frozen=True)
class Point:
    """A value on a day; None where there is none to show."""

    on: date
    value: float | None


@dataclass(frozen=True)
class Scale:
    """The ends of a scale, and the words that stand at them."""

    low: float
    high: float
    low_words: str = ""
    high_words: str = ""


def plain_number(value: float | None) -> str:
    """Return a number without needless decimals; a dash for none."""
    if value is None:
        return NOTHING
    return str(int(value)) if float(value).is_integer() else f"{value:.1f}"


def said(value: float | None, unit: str) -> str:
    return WITHHELD if value is None else f"{plain_number(value)}{unit}"


def drawn(id: str, draw: Callable[[Any], Any]) -> str | None:
    """Return a picture as SVG that belongs to the figure's title and sentence."""
    tools = _tools()
    if tools is None:
        return None
    altair, converter = tools
    with altair.data_transformers.enable("default"):
        described = draw(altair).configure(**_theme()).to_dict()
    svg: str = converter.vegalite_to_svg(described)
    named = f'role="img" aria-labelledby="{escape(id)}-title {escape(id)}-reading" class="marks"'
    return svg.replace('class="marks"', named, 1)


@cache
def _tools() -> tuple[Any, Any] | None:
    try:
        import altair
        import vl_convert
    except ImportError:
        return None
    return altair, vl_convert


def _theme() -> dict[str, Any]:
    words = {"labelFont": FONT, "titleFont": FONT, "labelColor": INK_SOFT, "titleColor": INK}
    return {
        "background": "transparent",
        "font": FONT,
        "view": {"stroke": None},
        "axis": words
        | {"labelFontSize": 13, "gridColor": LINE, "domainColor": LINE, "tickColor": LINE},
        "legend": words | {"labelFontSize": 13, "orient": "top", "title": None, "symbolSize": 120},
        "text": {"font": FONT, "fontSize": 13, "color": INK},
    }


def draw_course(
    alt: Any,
    points: Sequence[Point],
    scale: Scale,
    usual: tuple[float, float] | None,
    middle: float | None,
) -> Any:
    ends = {scale.low: scale.low_words, scale.high: scale.high_words}
    words = " : ".join(f"datum.value == {at} ? '{at:g} {_safe(ends[at])}'" for at in ends)
    data = [{"on": point.on.isoformat(), "value": point.value} for point in points]
    across = alt.X("on:T", title=None, axis=alt.Axis(format="%-d %b", tickCount=4, grid=False))
    up = alt.Y(
        "value:Q",
        title=None,
        scale=alt.Scale(domain=[scale.low, scale.high]),
        axis=alt.Axis(
            values=sorted({scale.low, (scale.low + scale.high) / 2, scale.high}),
            labelExpr=f"{words} : datum.label",
            labelLimit=150,
        ),
    )
    line = alt.Chart(alt.Data(values=data)).encode(x=across, y=up)
    layers = [
        line.mark_line(color=PINE, strokeWidth=2.5),
        line.mark_point(color=PINE, filled=True, size=70, opacity=1),
    ]
    if middle is not None:
        median = alt.Chart(alt.Data(values=[{"value": middle}]))
        layers.insert(0, median.mark_rule(color=PINE, strokeDash=[3, 4]).encode(y="value:Q"))
    if usual is not None:
        band = alt.Chart(alt.Data(values=[{"from": usual[0], "to": usual[1]}]))
        layers.insert(0, band.mark_rect(color=PINE_MIST).encode(y="from:Q", y2="to:Q"))
    return alt.layer(*layers).properties(width=COURSE_WIDTH, height=130)


def draw_bars(alt: Any, values: Sequence[tuple[str, float | None]], unit: str) -> Any:
    data = [
        {"name": name, "value": value or 0, "said": said(value, unit)} for name, value in values
    ]
    base = alt.Chart(alt.Data(values=data)).encode(
        y=alt.Y("name:N", title=None, sort=None, axis=alt.Axis(ticks=False, labelLimit=200)),
        x=alt.X("value:Q", title=None, axis=alt.Axis(tickCount=5)),
    )
    words = base.mark_text(align="left", dx=6).encode(text="said:N")
    picture = alt.layer(base.mark_bar(color=PINE, height=18), words)
    return picture.properties(width=WIDTH, height=ROW_HEIGHT * len(values))


def draw_shares(
    alt: Any, parts: Sequence[str], values: Sequence[tuple[str, Sequence[float] | None]]
) -> Any:
    data = [
        {"name": name, "part": part, "order": at, "value": numbers[at]}
        for name, numbers in values
        if numbers
        for at, part in enumerate(parts)
    ]
    colours = alt.Scale(domain=list(parts), range=list(PALETTE[: len(parts)]))
    names = alt.Scale(domain=[name for name, _ in values])
    gone = [{"name": name, "said": WITHHELD} for name, numbers in values if not numbers]
    words = alt.Chart(alt.Data(values=gone)).mark_text(align="left", dx=6)
    stacks = alt.Chart(alt.Data(values=data)).mark_bar(height=18, stroke=SAND, strokeWidth=1.5)
    stacks = stacks.encode(
        y=alt.Y("name:N", title=None, sort=None, scale=names, axis=alt.Axis(ticks=False)),
        x=alt.X("value:Q", title="%", scale=alt.Scale(domain=[0, 100]), stack="zero"),
        color=alt.Color("part:N", scale=colours),
        order="order:Q",
    )
    words = words.encode(y=alt.Y("name:N", sort=None, scale=names), x=alt.datum(0), text="said:N")
    return alt.layer(stacks, words).properties(width=WIDTH, height=ROW_HEIGHT * len(values))


def draw_trends(
    alt: Any, periods: Sequence[str], values: Sequence[tuple[str, Sequence[float | None]]]
) -> Any:
    data = [
        {"period": period, "name": name, "value": numbers[at]}
        for name, numbers in values
        for at, period in enumerate(periods)
    ]
    names = [name for name, _ in values]
    looks = {
        "color": alt.Color(
            "name:N", scale=_named(alt, names, PALETTE), legend=alt.Legend(symbolType="stroke")
        ),
        "strokeDash": alt.StrokeDash("name:N", scale=_named(alt, names, DASHES)),
    }
    base = alt.Chart(alt.Data(values=data)).encode(
        x=alt.X("period:O", title=None, sort=list(periods), axis=alt.Axis(labelAngle=0)),
        y=alt.Y("value:Q", title=None, scale=alt.Scale(zero=True)),
    )
    lines = base.mark_line(strokeWidth=2.5).encode(**looks)
    dots = base.mark_point(filled=True, size=60, opacity=1).encode(color=looks["color"])
    return alt.layer(lines, dots).properties(width=WIDTH, height=200)


def _named(alt: Any, names: Sequence[str], looks: Sequence[Any]) -> Any:
    return alt.Scale(domain=list(names), range=[looks[at % len(looks)] for at in range(len(names))])


def _safe(words: str) -> str:
    """Return words that cannot leave their place in a Vega expression."""
    return re.sub(r"[^\w ,.-]", "", words)
