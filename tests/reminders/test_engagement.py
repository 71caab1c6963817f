"""At a quarter's end, what was answered is frozen once, after a complete reading."""

import json
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reminders.engagement.domain import Quarter, ended_quarters, share_word
from shared.contracts.reminders import RemindersPeriodClosed
from tests.visitors import bearer

LATE_MARCH = datetime(2026, 3, 20, 9, 0, tzinfo=UTC)
AFTER_GRACE = datetime(2026, 4, 8, 0, 0, tzinfo=UTC)
NEW_YORK = ZoneInfo("America/New_York")


@pytest.fixture
def quarter(new_house):
    """A house in the last days of a quarter, in which one of two members answered."""
    house = new_house(at=LATE_MARCH)
    _, people = house.couple()
    house.pass_time(LATE_MARCH + timedelta(days=8), at_least=timedelta(hours=2))
    for letter in max(map(house.letters, people), key=len):
        house.clock.at = letter["at"]
        member = house.member()
        member.post(house.path_of(letter))
        member.post("/reminders/form", {"Q01": "5"})
    house.clock.at = AFTER_GRACE
    return house


def contributions(house, period=20261, caller="reports"):
    """Return what reports gets for a quarter."""
    asked = {
        "clinic_id": str(house.clinic_id),
        "subject_id": str(house.clinic_id),
        "version": period,
    }
    answer = house.reminders.app.test_client().post(
        "/internal/content/reminders.contributions",
        data=json.dumps({"references": [asked]}),
        content_type="application/json",
        headers=bearer(house.reminders.app, caller=caller, scopes=["content"]),
    )
    return [item["content"] for item in answer.json["items"]]


class TestClosing:
    def test_freezes_a_word_per_episode_and_tells_it_once(self, quarter):
        quarter.run("close")
        quarter.run("close")

        [told] = quarter.told(RemindersPeriodClosed)
        [content] = contributions(quarter)
        [row] = content["rows"]
        assert told.period == content["period"] == 20261
        assert (row["measure"], row["value"]) == ("checkins.answered", "some")

    def test_waits_for_the_grace_after_the_end(self, quarter):
        quarter.clock.at = AFTER_GRACE - timedelta(days=1, hours=3)

        quarter.run("close")

        assert quarter.told(RemindersPeriodClosed) == []
        assert contributions(quarter) == []

    def test_waits_until_it_can_read_everything(self, quarter):
        quarter.sessions.reachable = False

        quarter.run("close")
        while_away = quarter.told(RemindersPeriodClosed)
        quarter.sessions.reachable = True
        quarter.run("close")

        assert while_away == []
        assert len(quarter.told(RemindersPeriodClosed)) == 1

    def test_is_never_restated(self, quarter):
        quarter.run("close")
        before = contributions(quarter)

        with quarter.writing() as work:
            for prompt in quarter.prompts():
                work.session.merge(prompt).answered_at = AFTER_GRACE
        quarter.run("close")

        assert contributions(quarter) == before


class TestQuarter:
    @given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
    def test_holds_each_of_its_days(self, day):
        quarter = Quarter.of(day)

        assert quarter.begins_on <= day < quarter.following.begins_on
        assert quarter.code == day.year * 10 + (day.month - 1) // 3 + 1

    def test_ends_by_the_clocks_of_the_clinic(self):
        assert Quarter(2026, 1).ended_at(NEW_YORK) == datetime(2026, 4, 1, 4, tzinfo=UTC)

    def test_is_due_from_the_one_in_which_a_clinic_came(self):
        due = ended_quarters(
            since=datetime(2025, 11, 1, tzinfo=UTC),
            now=datetime(2026, 7, 9, tzinfo=UTC),
            zone=NEW_YORK,
        )

        assert [quarter.code for quarter in due] == [20254, 20261, 20262]


@pytest.mark.parametrize(
    ("answered", "word"), [(0, "none"), (1, "few"), (4, "some"), (7, "some"), (8, "most")]
)
def test_a_share_is_told_in_four_words(answered, word):
    assert share_word(sent=10, answered=answered) == word
