"""Percentages and intervals, against published values."""

import pytest

from services.reports.releases.domain.figures import Edge, effective, share, wilson
from services.reports.releases.domain.limits import behind, rounded

NEWCOMBE = {
    (81, 263): (0.2553, 0.3662),
    (15, 148): (0.0624, 0.1605),
    (0, 20): (0.0000, 0.1611),
    (1, 29): (0.0061, 0.1718),
    (29, 29): (0.8830, 1.0000),
    (65, 100): (0.5525, 0.7364),
    (1045, 5000): (0.1980, 0.2205),
}
"""Newcombe 1998, table I, method 3, and UKHSA PHEindicatormethods."""


@pytest.mark.parametrize(("seen", "of"), NEWCOMBE)
def test_the_interval_is_wilsons(seen, of):
    assert wilson(seen / of, of) == pytest.approx(NEWCOMBE[seen, of], abs=5e-5)


@pytest.mark.parametrize(("count", "of"), [(10, 20), (20, 20), (0, 40), (15, 100), (95, 100)])
def test_rounding_makes_the_interval_wider_never_narrower(count, of):
    assert effective(count, of) < of


@pytest.mark.requirement("RPT-01")
def test_there_is_no_percentage_below_twenty_printed_couples():
    assert share(10, 15) is None
    assert share(10, 20) is not None


@pytest.mark.requirement("RPT-01")
@pytest.mark.parametrize(
    ("count", "of", "percent", "edge"),
    [
        (10, 300, 5, Edge.OR_LESS),
        (300, 300, 95, Edge.OR_MORE),
        (45, 40, 95, Edge.OR_MORE),
        (15, 40, 38, Edge.EXACT),
    ],
)
def test_percentages_stop_at_five_and_ninety_five(count, of, percent, edge):
    found = share(count, of)

    assert (found.percent, found.edge) == (percent, edge)


@pytest.mark.parametrize("count", range(11, 200))
def test_a_printed_number_stands_for_the_counts_around_it(count):
    low, high = behind(rounded(count))

    assert low <= count <= high
    assert rounded(count) % 5 == 0
