"""What is withheld stays withheld, however one adds and subtracts what is printed."""

from collections.abc import Sequence
from uuid import UUID, uuid4

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as some

from services.reports.contributions.domain import Counted, Quarter, Teller
from services.reports.measures.domain import Category, Column, Measure, Plan
from services.reports.releases.domain.document import ClinicFigures, release_document
from services.reports.releases.domain.limits import rounded
from tests.reports.attacker import every_table, knowledge
from tests.reports.conftest import AFTER

THREE = [[0], [1], [2]]
GROUPED = [[0, 1], [2, 3], [4]]

pytestmark = pytest.mark.requirement("RPT-01")


def measure(groups: Sequence[Sequence[int]]) -> Measure:
    codes = [f"c{at}" for group in groups for at in group]
    return Measure(
        code="m",
        teller="sessions",
        name="Measure",
        question="?",
        method="",
        caution="",
        categories=[Category(code=code, name=code) for code in sorted(codes)],
        columns=[
            Column(code=f"g{at}", name=f"g{at}", holds=[f"c{one}" for one in group])
            for at, group in enumerate(groups)
        ],
    )


def print_table(truth: Sequence[Sequence[int]], groups: Sequence[Sequence[int]]) -> dict:
    """Return what is printed of a table of couples, by clinic and category."""
    clinics = [
        ClinicFigures(
            clinic_id=UUID(int=at + 1),
            name=f"Clinic {at:03}",
            tellers=set(Teller),
            rows=[
                Counted(uuid4(), "m", f"c{category}")
                for category, count in enumerate(row)
                for _ in range(count)
            ],
        )
        for at, row in enumerate(truth)
    ]
    document = release_document(
        plan=Plan(name="test", measures=[measure(groups)]),
        quarter=Quarter(2026, 3),
        organization_id=uuid4(),
        organization_name="Lantern",
        clinics=clinics,
        data_until=AFTER,
        number=1,
        previous_sha256=None,
    )
    return document["tables"][0]


def tables(categories: int, *, clinics: int, most: int = 45) -> some.SearchStrategy:
    counts = some.one_of(some.integers(0, 14), some.integers(0, most))
    rows = some.lists(counts, min_size=categories, max_size=categories)
    return some.lists(rows, min_size=1, max_size=clinics).filter(lambda t: any(map(any, t)))


def counts_of(row: dict) -> list[int | None]:
    return [row["couples"], *(cell["couples"] for cell in row["cells"])]


@settings(max_examples=150, deadline=None)
@given(truth=tables(5, clinics=7))
def test_no_withheld_number_is_found_by_adding_and_subtracting(truth):
    table = print_table(truth, GROUPED)
    assume(table["status"] == "printed")

    found = knowledge(table, truth, GROUPED).subtract()

    assert all(high - low >= 4 for low, high in found.values())


@settings(max_examples=60, deadline=None)
@given(truth=tables(3, clinics=2, most=18))
def test_every_withheld_number_keeps_five_values_among_all_tables_that_fit(truth):
    table = print_table(truth, THREE)
    assume(table["status"] == "printed")
    known = knowledge(table, truth, THREE)
    rows = [r for r in range(len(truth)) if f"row {r}" in known.ranges]
    withheld = [t for t in known.targets if t.startswith("cell")]
    assume(rows)

    fitting = list(every_table(known, rows, 3))

    for target in withheld:
        row, column = map(int, target.split()[1:])
        values = {one[rows.index(row)][column] for one in fitting}
        assert len(values) >= 5


@settings(max_examples=150, deadline=None)
@given(truth=tables(5, clinics=7))
def test_nothing_small_and_nothing_unrounded_is_ever_printed(truth):
    table = print_table(truth, GROUPED)

    for row, counts in zip(table["rows"], truth, strict=True):
        cells = [sum(counts[at] for at in group) for group in GROUPED]
        for shown, true in zip(counts_of(row), [sum(counts), *cells], strict=True):
            assert shown is None or (true >= 11 and shown == rounded(true) and shown % 5 == 0)


def test_the_attacker_finds_what_naive_blanking_hides():
    truth = [[20, 9, 15], [30, 14, 25]]
    shown = [[44, 20, None, 15], [69, 30, 14, 25], [113, 50, 23, 40]]
    *rows, everyone = (
        {
            "status": "printed",
            "counts": "all",
            "couples": couples,
            "cells": [{"couples": count} for count in cells],
        }
        for couples, *cells in shown
    )
    known = knowledge({"rows": rows, "organization": everyone}, truth, THREE)
    for name, (low, high) in known.ranges.items():
        if high - low == 4:  # exact counts were printed, not rounded ones
            known.ranges[name] = (low + 2, low + 2)

    assert known.subtract() == {"cell 0 1": (9, 9)}


def test_rounding_alone_would_give_a_cell_away_and_another_is_withheld_for_it():
    # Four counts are each two above what is printed, so the reader's ±2 leaves the fifth no room.
    truth = [[22, 22, 22, 22, 10]]
    alone = [[0], [1], [2], [3], [4]]

    row = print_table(truth, alone)["rows"][0]

    assert counts_of(row) == [100, None, 20, 20, 20, None]


def test_a_clinic_of_fewer_than_eleven_couples_is_withheld_whole():
    table = print_table([[6, 3, 1], [20, 15, 12]], THREE)

    assert counts_of(table["rows"][0]) == [None, None, None, None]
    assert table["rows"][0]["status"] == "withheld"


def test_a_single_small_clinic_is_not_in_the_total_from_which_it_could_be_subtracted():
    table = print_table([[6, 3, 1], [20, 15, 12]], THREE)

    assert table["organization"]["counts"] == "shown"
    assert counts_of(table["organization"])[0] == counts_of(table["rows"][1])[0]


def test_small_clinics_count_in_the_total_once_they_are_many_enough_together():
    table = print_table([[3, 2, 2], [2, 3, 1], [3, 3, 2], [20, 15, 12]], THREE)

    assert table["organization"]["counts"] == "all"
    assert table["organization"]["couples"] == 70


def test_an_organization_of_fewer_than_eleven_couples_prints_nothing():
    table = print_table([[2, 1, 1], [1, 2, 1]], THREE)

    assert {
        count for row in [table["organization"], *table["rows"]] for count in counts_of(row)
    } == {None}


@pytest.mark.parametrize("row", [[40, 0, 0], [13, 0, 1], [0, 0, 90]])
def test_a_group_in_which_all_are_alike_is_not_shown_as_such(row):
    table = print_table([row], THREE)

    assert {cell["couples"] for cell in table["rows"][0]["cells"]} == {None}
