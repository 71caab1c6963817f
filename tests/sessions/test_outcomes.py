"""A quarter is closed once, from what everybody's own answers say, and is never touched again."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from services.sessions.outcomes import domain
from services.sessions.outcomes.domain import Change, Quarter
from shared.contracts.sessions import SessionsPeriodClosed
from shared.keys import KeyName, Scope
from tests.sessions.house import CLINIC
from tests.sessions.test_records import write
from tests.visitors import bearer

pytestmark = pytest.mark.left_to_the_build("closing quarters")

PERIOD = 20261
AFTER_GRACE = datetime(2026, 4, 8, 12, 0, tzinfo=UTC)
COURSES = st.lists(st.lists(st.integers(0, 10), max_size=6), max_size=5)


def contributions(house, period=PERIOD, *, caller="reports"):
    """Return what another service is given of a quarter."""
    reference = {"clinic_id": str(CLINIC), "subject_id": str(CLINIC), "version": period}
    answer = house.service.app.test_client().post(
        "/internal/content/sessions.contributions",
        json={"references": [reference]},
        headers=bearer(house.service.app, caller=caller, scopes=["content"]),
    )
    return answer.json.get("items")


def values(house, about, period=PERIOD):
    """Return {measure: category} of one relationship in a closed quarter."""
    [item] = contributions(house, period)
    rows = item["content"]["rows"]
    return {row["measure"]: row["value"] for row in rows if row["episode"] == str(about.episode)}


def answer(house, about, *courses, question="Q02"):
    """Let each member answer in turn; each course is one member's answers, a week apart."""
    for at in range(max(map(len, courses))):
        for person, course in zip(about.people, courses, strict=True):
            if at < len(course):
                house.form(about, person, answers={question: course[at]})
        house.clock.move(timedelta(days=7))
    house.settle()


def close(house, at=AFTER_GRACE):
    house.clock.at = at
    house.settle()


class TestTheFold:
    @given(COURSES)
    @pytest.mark.requirement("RPT-06")
    def test_every_relationship_falls_into_exactly_one_category(self, courses):
        change = domain.change_of(courses)

        moved = [one[-1] - one[0] for one in courses if len(one) >= 2]
        measured = len(moved) == len(courses) > 0
        assert (change is Change.NOT_MEASURED) is not measured
        if measured:
            assert (change is Change.ANY_LOWER) is any(step <= -1 for step in moved)
            assert (change is Change.ALL_HIGHER) is all(step >= 1 for step in moved)
            assert (change is Change.SAME) is all(step == 0 for step in moved)

    @given(st.permutations([[3, 5], [6, 7], [2, 9]]), st.integers(0, 5))
    def test_it_does_not_matter_who_is_who_or_what_lay_between(self, courses, between):
        padded = [[one[0], between, one[1]] for one in courses]

        assert domain.change_of(padded) is domain.change_of(courses) is Change.ALL_HIGHER

    def test_one_member_lower_outweighs_all_others(self):
        assert domain.change_of([[0, 10], [0, 10], [5, 4]]) is Change.ANY_LOWER

    def test_nothing_is_called_reliable(self):
        assert not any("reliab" in word for word in Change)

    @given(st.integers(0, 999))
    def test_every_count_has_one_band(self, count):
        bands = {"none": 0, "one": 1, "two_or_more": 1_000}

        expected = "none" if count == 0 else "one" if count == 1 else "two_or_more"
        assert domain.band_of(count, bands) == expected


class TestQuarters:
    @given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
    def test_quarters_follow_each_other_without_gaps(self, day):
        quarter = Quarter.of(day)

        begin, end = quarter.span("Pacific/Auckland")
        assert Quarter.read(quarter.code) == quarter
        assert quarter.first_day <= day < quarter.following.first_day
        assert quarter.following.span("Pacific/Auckland")[0] == end > begin

    def test_a_quarter_ends_by_the_clocks_of_the_clinic(self):
        assert Quarter(2026, 1).span("Pacific/Auckland")[1] == datetime(2026, 3, 31, 11, tzinfo=UTC)


class TestClosing:
    @pytest.mark.parametrize(
        ("courses", "category"),
        [
            ([[3, 5], [6, 7]], "all_higher"),
            ([[3, 5], [6, 5]], "any_lower"),
            ([[3, 5], [6, 6]], "some_higher"),
            ([[5, 5], [6, 6]], "same"),
            ([[3, 5], [6]], "not_measured"),
        ],
    )
    def test_a_relationship_contributes_one_category(self, house, pair, courses, category):
        answer(house, pair, *courses)
        close(house)

        assert values(house, pair)["listened"] == category

    def test_how_a_relationship_fared_stands_sealed(self, house, pair):
        answer(house, pair, [3, 5], [6, 5])
        close(house)

        with house.service.store.engine.connect() as connection:
            kept = connection.execute(text("SELECT value FROM contribution")).scalars().all()
        assert kept
        assert not [one for one in kept if b"lower" in bytes(one)]
        assert values(house, pair)["listened"] == "any_lower"

    @pytest.mark.parametrize("gone", ["before the quarter closes", "after it"])
    def test_nothing_is_told_of_one_whose_key_was_destroyed(self, house, pair, gone):
        answer(house, pair, [3, 5], [6, 5])
        other = house.relationship("Cedar", "Drift")
        house.settle()
        if gone == "after it":
            close(house)

        house.service.store.keys.destroy(KeyName(CLINIC, Scope.RELATIONSHIP, pair.id))
        close(house)

        assert values(house, pair) == {}
        assert values(house, other)

    def test_sessions_and_things_tried_are_told_in_bands(self, house, pair, clinician):
        for _ in range(2):
            write(clinician, pair)
        close(house)

        assert values(house, pair)["sessions.held"] == "one_to_three"
        assert values(house, pair)["experiments.tried"] == "none"

    def test_only_the_episode_stands_in_what_is_told(self, house, pair):
        answer(house, pair, [3, 5], [6, 7])
        close(house)

        told = str(contributions(house))
        assert str(pair.episode) in told
        assert not any(str(one) in told for one in (pair.id, *pair.people))

    def test_a_quarter_is_closed_once_and_told_once(self, house, pair):
        close(house)
        close(house, AFTER_GRACE + timedelta(days=3))

        [told] = house.told(SessionsPeriodClosed)
        assert told.period == PERIOD

    def test_what_comes_after_the_closing_changes_nothing(self, house, pair):
        answer(house, pair, [3, 5], [6, 7])
        close(house)
        before = contributions(house)
        answer(house, pair, [0], [0])

        assert contributions(house) == before

    def test_nothing_is_closed_before_the_grace_is_over(self, house, pair):
        close(house, AFTER_GRACE - timedelta(days=1))

        assert house.told(SessionsPeriodClosed) == []
        assert contributions(house) == []

    def test_nothing_is_closed_while_a_neighbour_cannot_be_read(self, house, pair):
        house.lines["reminders"].cut = True
        close(house)
        assert house.told(SessionsPeriodClosed) == []

        house.lines["reminders"].cut = False
        close(house)
        assert len(house.told(SessionsPeriodClosed)) == 1

    def test_nothing_is_closed_while_answers_are_still_to_come(self, house, pair):
        house.form(pair, pair.people[0], arrives=False)
        close(house)

        assert house.told(SessionsPeriodClosed) == []

    def test_an_answer_on_its_way_when_the_quarter_ended_is_counted(self, house, pair):
        answer(house, pair, [3], [6, 7])
        house.form(pair, pair.people[0], answers={"Q02": 5})
        close(house)

        assert values(house, pair)["listened"] == "all_higher"

    def test_a_quarter_without_a_fresh_answer_is_not_measured(self, house, pair):
        answer(house, pair, [3, 5], [6, 7])
        close(house)
        close(house, datetime(2026, 7, 9, 12, tzinfo=UTC))

        assert values(house, pair, 20262)["listened"] == "not_measured"

    def test_no_measure_is_made_of_what_some_are_not_asked(self, house, pair):
        other = house.relationship("Elm", "Fir")
        for about, free in ((pair, True), (other, False)):
            for value in (2, 9):
                more = {"Q05": value} if free else {"Q33": value}
                for person in about.people:
                    house.form(about, person, answers={"Q02": 5, **more})
        house.settle()
        close(house)

        assert values(house, pair) == values(house, other)
        assert "safe_no" not in values(house, pair)

    def test_quarters_missed_while_nothing_ran_are_closed_one_by_one(self, house, pair):
        close(house, datetime(2026, 10, 9, 12, tzinfo=UTC))

        periods = [told.period for told in house.told(SessionsPeriodClosed)]
        assert periods == [20261, 20262, 20263]

    @pytest.mark.parametrize("caller", ["intake", "reminders"])
    def test_only_reports_is_given_contributions(self, house, pair, caller):
        close(house)

        assert contributions(house, caller=caller) is None

    def test_a_clinic_without_anyone_closes_with_nothing_to_tell(self, house):
        close(house)

        [item] = contributions(house)
        assert item["content"] == {"period": PERIOD, "rows": []}
