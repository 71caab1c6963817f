"""A member's course stands beside nothing but that member's own earlier answers."""

import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.sessions.series import domain
from tests.sessions.house import COLLEAGUE

VALUES = st.lists(st.integers(0, 10), max_size=30)


@pytest.fixture
def answered(house, pair):
    """Both members answer week by week, the second always ten."""
    for value in (4, 6, 5, 8):
        house.form(pair, pair.people[0], answers={"Q02": value, "Q19": "right"})
        house.form(pair, pair.people[1], answers={"Q02": 10})
        house.clock.move(timedelta(days=7))
    house.settle()
    return pair


def page_of(clinician, about, person):
    return clinician.get(f"/relationships/{about.id}/series/{person}").text


def test_the_sentence_reads_the_latest_answer_against_the_persons_own_range(answered, clinician):
    page = page_of(clinician, answered, answered.people[0])

    assert "Earlier answers lie between 4 and 6, with 5 in the middle" in page
    assert "the latest, 8, lies above." in page


@pytest.mark.requirement("CHK-15")
def test_a_course_is_the_same_whatever_the_other_member_answers(house, answered, clinician):
    before = page_of(clinician, answered, answered.people[0])
    for value in (0, 1, 2):
        house.form(answered, answered.people[1], answers={"Q02": value, "Q19": "stop"})
    house.settle()

    after = page_of(clinician, answered, answered.people[0])

    assert _without_tokens(after) == _without_tokens(before)


def test_every_picture_has_a_sentence_and_the_same_answers_as_a_table(answered, clinician):
    page = page_of(clinician, answered, answered.people[0])

    figure = page[page.index('id="question-Q02-title"') :]
    figure = figure[: figure.index("</figure>")]
    assert "<svg" in figure
    assert re.findall(r'class="house-number-cell">(\d+)<', figure) == ["4", "6", "5", "8"]
    assert "2 March 2026" in figure


def test_there_is_no_norm_no_average_over_members_and_no_comparison(answered, clinician):
    page = page_of(clinician, answered, answered.people[0])

    figures = page[page.index('class="sessions-series"') : page.index("Chosen answers")]
    assert "Birch" not in figures
    assert not re.search(r"\b(norm|average|mean|score|better|worse|target)\b", figures)


def test_it_depends_leaves_a_gap_and_not_a_number(house, pair, clinician):
    for answer in (3, "depends", 5):
        house.form(pair, pair.people[0], answers={"Q02": answer})
        house.clock.move(timedelta(days=7))
    house.settle()

    page = page_of(clinician, pair, pair.people[0])

    assert "Two answers so far; the latest is 5." in page
    assert re.findall(r'class="house-number-cell">(.)<', page) == ["3", "\N{EN DASH}", "5"]


def test_a_question_that_was_not_asked_leaves_a_gap_that_nothing_explains(house, pair, clinician):
    for answers in ({"Q05": 3}, {"Q33": 9}, {"Q33": 8}, {"Q05": 7}):
        house.form(pair, pair.people[0], answers={"Q01": 5, **answers})
        house.form(pair, pair.people[1], answers={"Q01": 5, "Q33": 9})
        house.clock.move(timedelta(days=7))
    house.settle()

    pages = [page_of(clinician, pair, person) for person in pair.people]

    for page, shown in zip(pages, (["3", "7"], []), strict=True):
        figure = page.partition('id="question-Q05-title"')[2].partition("</figure>")[0]
        assert re.findall(r'class="house-number-cell">(.)<', figure) == shown
        words = re.sub(r"<[^>]+>", " ", page.partition("sessions-series")[2])
        assert not re.search(r"refus|permi|declin|withdr|consent|not asked", words, re.IGNORECASE)
    assert "No answers so far: " in pages[1]
    assert "Felt free to say yes, no or not now" in pages[1].partition("No answers so far")[2]


def test_nobody_but_the_treating_clinician_sees_a_course(house, answered):
    address = f"/relationships/{answered.id}/series/{answered.people[0]}"

    assert house.visitor(staff_id=COLLEAGUE).get(address).status_code == 404


def test_a_course_belongs_to_one_relationship(house, answered, clinician):
    other = house.relationship("Elm", "Fir")

    address = f"/relationships/{other.id}/series/{answered.people[0]}"

    assert clinician.get(address).status_code == 404


@given(VALUES)
def test_the_usual_range_is_that_of_earlier_answers_and_needs_three(values):
    own = domain.usual(values)

    earlier = values[:-1]
    assert (own is None) is (len(earlier) < 3)
    if own:
        assert own.low == min(earlier) <= own.middle <= max(earlier) == own.high


@given(VALUES)
def test_a_reading_is_one_sentence_that_names_the_latest_answer(values):
    said = domain.reading(values)

    assert said.endswith(".")
    assert ". " not in said
    assert not values or str(values[-1]) in said


@given(st.one_of(st.integers(), st.booleans(), st.text(), st.none(), st.floats()))
def test_only_whole_numbers_of_the_scale_are_drawn(answer):
    value = domain.on_scale(answer)

    assert value is None or (type(answer) is int and 0 <= value == answer <= 10)


def _without_tokens(page):
    return re.sub(r"(nonce|value|X-CSRFToken)[^>]*", "", page)
