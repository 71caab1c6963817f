"""When a form is due: by the person's own clock, in their safe hours, whatever the clocks do."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reminders.roster.domain import Card, Window
from services.reminders.schedules.domain import Rule, first_rule, next_slots
from tests.reminders.house import BERLIN, START

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC")
SUNDAY = 6


def card(zone=BERLIN, windows=None):
    every_day = tuple(Window(day, time(0), time(23, 59)) for day in range(7))
    return Card(ZoneInfo(zone), "en", "a@example.org", windows or every_day, True, date(2026, 1, 1))


class TestAcrossClockChanges:
    def test_the_wall_clock_stays_and_the_instant_moves_in_spring(self):
        found = next_slots(
            Rule(SUNDAY, time(18)), card(), after=datetime(2026, 3, 20, tzinfo=UTC), count=2
        )

        assert [slot.due_at.hour for slot in found] == [17, 16]
        assert {slot.due_at.astimezone(ZoneInfo(BERLIN)).hour for slot in found} == {18}

    def test_the_wall_clock_stays_and_the_instant_moves_in_autumn(self):
        found = next_slots(
            Rule(SUNDAY, time(18)), card(), after=datetime(2026, 10, 17, tzinfo=UTC), count=2
        )

        assert [slot.due_at.hour for slot in found] == [16, 17]

    def test_a_time_that_is_skipped_moves_on_by_the_change(self):
        [slot] = next_slots(
            Rule(SUNDAY, time(2, 30)), card(), after=datetime(2026, 3, 28, tzinfo=UTC), count=1
        )

        assert slot.due_at.astimezone(ZoneInfo(BERLIN)).time() == time(3, 30)

    def test_a_time_that_comes_twice_is_taken_once_and_first(self):
        found = next_slots(
            Rule(SUNDAY, time(2, 30)), card(), after=datetime(2026, 10, 24, tzinfo=UTC), count=2
        )

        assert found[0].due_at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
        assert found[1].day == date(2026, 11, 1)

    def test_a_week_whose_only_safe_hour_is_skipped_has_none(self):
        night = (Window(SUNDAY, time(2), time(2, 59)),)

        [slot] = next_slots(
            Rule(SUNDAY, time(2, 30)),
            card(windows=night),
            after=datetime(2026, 3, 28, tzinfo=UTC),
            count=1,
        )

        assert slot.day == date(2026, 4, 5)


@st.composite
def hours(draw):
    opens = draw(st.integers(0, 22))
    closes = draw(st.integers(opens + 1, 23))
    return Window(draw(st.integers(0, 6)), time(opens), time(closes))


@pytest.mark.requirement("CHK-02")
@given(
    zone=st.sampled_from(ZONES),
    windows=st.lists(hours(), min_size=1, max_size=6),
    weekday=st.integers(0, 6),
    at=st.times(max_value=time(23, 59)).map(lambda t: t.replace(second=0, microsecond=0)),
    after=st.integers(0, 2 * 365 * 24).map(lambda hours: START + timedelta(hours=hours)),
)
def test_every_occasion_is_in_safe_hours_on_a_date_of_its_own(zone, windows, weekday, at, after):
    safe = card(zone, tuple(windows))

    found = next_slots(Rule(weekday, at), safe, after=after, count=6)

    assert all(safe.open_at(slot.due_at) for slot in found)
    assert all(safe.local(slot.due_at).date() == slot.day for slot in found)
    assert len({slot.day for slot in found}) == len(found)
    assert [slot.due_at for slot in found] == sorted({slot.due_at for slot in found})


@given(st.uuids(), st.lists(st.uuids(), min_size=2, max_size=7, unique=True))
def test_members_begin_on_different_days(relationship_id, people):
    days = [first_rule(relationship_id, who, place).weekday for place, who in enumerate(people)]

    assert len(set(days)) == len(people)


class TestPlanning:
    def test_writes_down_only_what_is_near(self, house):
        house.couple()

        house.run("plan")

        assert all(prompt.due_at - START < timedelta(days=3) for prompt in house.prompts())

    def test_asks_nobody_who_has_not_agreed(self, house):
        _, [person_id, _] = house.couple()
        house.consent(person_id, permitted=False)
        house.hear()

        house.pass_time(START + timedelta(days=8))

        assert house.prompts(person_id) == []

    def test_a_change_of_zone_makes_what_was_planned_void(self, house):
        relationship_id, [person_id, _] = house.couple()
        _wait_until_planned(house, person_id)
        [before] = house.prompts(person_id)

        house.change_member(relationship_id, person_id, zone="Asia/Kolkata")
        house.hear()
        house.run("plan")

        [after] = house.prompts(person_id)
        assert after.schedule_version > before.schedule_version
        assert (before.due_at - after.due_at) == timedelta(hours=4, minutes=30)

    def test_a_change_of_safe_hours_makes_what_was_planned_void(self, house):
        relationship_id, [person_id, _] = house.couple()
        _wait_until_planned(house, person_id)
        [before] = house.prompts(person_id)
        other = [{"day": (before.local_date.weekday() + 1) % 7, "from": "08:00", "to": "09:00"}]

        house.change_member(relationship_id, person_id, windows=other)
        house.hear()
        house.pass_time(before.due_at + timedelta(days=3))

        [letter] = house.letters(person_id)
        assert letter["at"].astimezone(ZoneInfo(BERLIN)).hour == 8

    def test_one_person_and_date_never_get_two(self, house):
        _, [person_id, _] = house.couple()
        house.open_relationship(person_id)
        house.hear()

        house.pass_time(START + timedelta(days=15))

        days = [prompt.local_date for prompt in house.prompts(person_id)]
        assert len(days) == len(set(days)) >= 4

    def test_a_time_moved_to_later_on_the_same_day_does_not_ask_twice_that_day(self, house):
        _, [person_id, _] = house.couple()
        while not house.letters(person_id):
            house.pass_time(house.clock.at + timedelta(hours=6), at_least=timedelta(minutes=1))
        [prompt] = house.prompts(person_id)
        house.clock.at = prompt.due_at + timedelta(minutes=1)
        schedule = house.schedule(person_id)

        typed = {"weekday": schedule.weekday, "at": "21:30", "version": schedule.version}
        house.staff().post(f"/schedules/{schedule.id}", typed)
        house.pass_time(prompt.due_at + timedelta(days=6))

        assert len(house.letters(person_id)) == 1

    def test_those_who_leave_are_not_asked_any_more(self, house):
        relationship_id, [person_id, other_id] = house.couple()
        _wait_until_planned(house, person_id)

        house.change_member(relationship_id, person_id, active=False)
        house.hear()
        house.pass_time(START + timedelta(days=9))

        assert house.letters(person_id) == []
        assert house.letters(other_id)


def _wait_until_planned(house, person_id):
    """Let time pass until a person's next form is planned."""
    house.run("plan")
    while not house.prompts(person_id):
        house.pass_time(house.clock.at + timedelta(hours=12))
