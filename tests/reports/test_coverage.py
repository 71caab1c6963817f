"""The coverage calculator: which rows a report would print, from numbers that were typed."""

import re
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reports.coverage.domain import EVERYONE, SMALLER, Caseload, rows
from shared.auth.actors import Role


def caseload(name="Mill Lane", couples=80, therapists=4, largest=20, consent=100) -> Caseload:
    return Caseload(
        name=name, couples=couples, therapists=therapists, largest=largest, consent=consent
    )


def address(*lines: dict[str, object]) -> str:
    typed = {f"{at}-{n}": value for n, line in enumerate(lines, 1) for at, value in line.items()}
    return f"/coverage?{urlencode(typed)}"


def line(name="Mill Lane", couples=80, therapists=4, largest=20, consent=100) -> dict[str, object]:
    return {
        "name": name,
        "couples": couples,
        "therapists": therapists,
        "largest": largest,
        "consent": consent,
    }


class TestRules:
    def test_a_clinic_of_enough_couples_and_therapists_has_a_row_of_its_own(self):
        [own, everyone] = rows([caseload()])

        assert (own.name, own.quarter.couples, own.quarter.prints) == ("Mill Lane", 20, True)
        assert (everyone.name, everyone.year.prints) == (EVERYONE, True)

    def test_a_row_that_one_caseload_makes_is_not_printed(self):
        [own, _] = rows([caseload(couples=80, largest=60)])

        assert own.quarter.why == "fewer than 11 couples without the largest caseload"

    def test_only_couples_in_which_everyone_agrees_are_counted(self):
        [own, _] = rows([caseload(couples=100, consent=50)])

        assert (own.year.couples, own.quarter.couples) == (50, 12)

    def test_small_clinics_stand_together_and_take_in_the_next_smallest(self):
        found = rows(
            [
                caseload("Small", couples=12, therapists=2, largest=6),
                caseload("Next", couples=60),
                caseload("Large", couples=200, largest=30),
            ]
        )

        assert [row.name for row in found] == ["Large", SMALLER, EVERYONE]
        assert set(found[1].clinics) == {"Small", "Next"}

    def test_where_even_that_is_too_small_only_the_organization_is_printed(self):
        found = rows([caseload("A", couples=12, largest=4), caseload("B", couples=12, largest=4)])

        assert [row.name for row in found] == [EVERYONE]


@given(
    st.lists(
        st.builds(
            caseload,
            name=st.sampled_from("ABCDEFGH"),
            couples=st.integers(0, 300),
            therapists=st.integers(0, 12),
            largest=st.just(0),
            consent=st.integers(0, 100),
        ),
        max_size=8,
    )
)
def test_every_clinic_is_counted_once_and_no_printed_row_is_small(caseloads):
    *clinics, everyone = rows(caseloads)

    counted = sorted(name for row in clinics for name in row.clinics)
    assert not clinics or counted == sorted(one.name for one in caseloads)
    assert everyone.year.couples == sum(one.counted for one in caseloads)
    for row in (*clinics, everyone):
        assert not row.quarter.prints or row.quarter.couples >= 11
        assert not row.year.prints or row.year.couples >= 11


class TestPage:
    @pytest.fixture
    def admin(self, world, organization_id):
        world.register("Mill Lane", organization_id)
        world.settle()
        return world.visitor(organization_id, role=Role.ORGANIZATION_ADMIN)

    def test_begins_with_the_clinics_that_are_known(self, admin):
        page = admin.get("/coverage")

        assert page.status_code == 200
        assert 'value="Mill Lane"' in page.text

    def test_says_which_rows_would_be_printed_and_why_not(self, admin):
        page = admin.get(address(line(), line("Quay", couples=20, therapists=2, largest=10))).text

        said = re.findall(r'role="img" aria-label="([^"]*)"', page)
        assert "Smaller clinics, year: about 100 couples, is printed" in said
        assert "the whole organization would be printed in a quarter" in page

    @pytest.mark.parametrize("typed", [{"couples": "many"}, {"consent": 101}, {"largest": 81}])
    def test_names_the_line_that_makes_no_sense_and_keeps_what_was_typed(self, admin, typed):
        page = admin.get(address(line() | typed)).text

        assert "Line 1: " in page
        assert 'value="Mill Lane"' in page
        assert "What would be printed" not in page

    def test_more_lines_keep_what_was_typed(self, admin):
        page = admin.get(f"{address(line())}&more=yes").text

        assert 'name="name-4"' in page
        assert 'value="80"' in page
