"""Columns for a terminal, each as wide as what stands in it: nothing is ever cut off."""

from collections.abc import Iterator, Sequence

GAP = "   "


def columns(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Return the lines of a small table, its headings first."""
    lines = [headings, *rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        yield GAP.join(map(str.ljust, line, widths)).rstrip()
