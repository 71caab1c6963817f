"""Nothing goes to an address that is not certainly safe, whatever else speaks for it."""

from datetime import timedelta
from uuid import uuid4

import pytest

from services.reminders.schedules.domain import Hold, State
from shared.contracts.intake import ClinicRegistered
from tests.reminders.house import START

pytestmark = pytest.mark.left_to_the_build("going through all of reminders")

DAY = timedelta(days=1)


@pytest.fixture
def pair(house):
    """A relationship of two who both agreed, and the first of them."""
    relationship_id, people = house.couple()
    return house, relationship_id, people


def week_passes(house):
    """Let every member's next occasion come and go."""
    house.pass_time(house.clock.at + 7 * DAY)


@pytest.mark.requirement("INT-12")
class TestNothingGoesOut:
    @pytest.mark.parametrize(
        "card",
        [
            {"verified": {"email": False, "sms": True}},
            {"verified": {}},
            {"private": False},
            {"shared": True},
            {"shared": None},
            {"confirmed_on": (START - 91 * DAY).date().isoformat()},
            {"channels": {"email": None, "sms": "+351912345678"}},
        ],
        ids=["unchecked", "unknown", "not private", "shared", "not known", "old", "stopped"],
    )
    def test_where_a_card_says_something_against_it_and_staff_are_asked_to_look(self, pair, card):
        house, relationship_id, [first, other] = pair
        house.change_member(relationship_id, first, **card)
        house.hear()

        page = house.staff().get("/reminders/schedules").text
        week_passes(house)

        assert house.letters(first) == []
        assert len(house.letters(other)) == 1
        to_do = page.split("To do")[1].split("</ul>")[0]
        assert "Contact card needs a look" in to_do
        assert f"/relationships/{relationship_id}/members/{first}/contact" in to_do
        assert str(other) not in to_do

    def test_to_one_letter_box_of_two_members(self, pair):
        house, relationship_id, people = pair
        for person_id in people:
            house.change_member(relationship_id, person_id, box="one and the same")
        house.hear()

        week_passes(house)

        assert house.letters() == []
        assert {one.reason for one in house.prompts() if one.state is State.NOT_SENT} == {
            Hold.CONTACT
        }

    def test_once_a_card_grew_old_between_planning_and_sending(self, house):
        person_id = uuid4()
        house.describe(person_id, confirmed_on=(START - 88 * DAY).date().isoformat())
        house.open_relationship(person_id)
        house.consent(person_id)
        house.hear()

        house.pass_time(START + 30 * DAY)

        confirmed = (START - 88 * DAY).date()
        assert all((one["at"].date() - confirmed).days <= 90 for one in house.letters(person_id))
        assert len(house.letters(person_id)) <= 1

    @pytest.mark.parametrize(("trusted", "age"), [(30, 31), (400, 91)])
    def test_longer_than_the_clinic_trusts_a_card_or_than_ninety_days(self, pair, trusted, age):
        house, relationship_id, [first, _] = pair
        house.intake.content["intake.clinic", house.clinic_id] |= {"card_days": trusted}
        house.intake.tell(
            ClinicRegistered(
                clinic_id=house.clinic_id,
                occurred_at=house.clock.now(),
                organization_id=uuid4(),
                version=2,
            )
        )
        old = (START - age * DAY).date().isoformat()
        house.change_member(relationship_id, first, confirmed_on=old)
        house.hear()

        week_passes(house)

        assert house.letters(first) == []


@pytest.mark.requirement("INT-13", "INT-14")
def test_a_card_that_changed_after_planning_counts_as_it_is_when_sending(pair):
    house, relationship_id, [first, _] = pair
    house.run("plan")
    house.change_member(relationship_id, first, channels={"email": None, "sms": None})

    week_passes(house)

    assert house.letters(first) == []


def test_staff_are_asked_two_weeks_before_a_card_is_too_old(pair):
    house, relationship_id, [first, _] = pair
    confirmed = (START - 80 * DAY).date().isoformat()
    house.change_member(relationship_id, first, confirmed_on=confirmed)
    house.hear()

    page = house.staff().get("/reminders/schedules").text

    assert "Ask to confirm the contact card" in page.split("To do")[1].split("</ul>")[0]


def test_nobody_is_asked_to_do_anything_while_every_card_is_whole(pair):
    house, *_ = pair

    assert "To do" not in house.staff().get("/reminders/schedules").text


CHANGES = {
    "email": "elsewhere@example.org",
    "phone": "+351 900 000 000",
    "from-0": "03:00",
    "to-0": "04:00",
    "private": "yes",
    "checkin.email": "yes",
    "report.aggregate": "yes",
    "weekday": "3",
}


@pytest.mark.requirement("INT-14")
class TestThroughACheckIn:
    def opened(self, house, person_id):
        """Return a member who has their form open."""
        while not house.letters(person_id):
            house.pass_time(house.clock.at + DAY)
        member = house.member()
        member.post(house.path_of(house.letters(person_id)[0]))
        return member

    def test_nothing_about_contact_or_consent_is_asked(self, pair):
        house, _, [first, _] = pair

        page = self.opened(house, first).get("/reminders/form").text

        assert 'type="email"' not in page
        assert 'type="tel"' not in page
        assert not [name for name in CHANGES if f'name="{name}"' in page]

    def test_what_is_sent_in_all_the_same_changes_nothing(self, pair):
        house, _, [first, _] = pair
        member = self.opened(house, first)
        before = self.seen(house, first)

        answer = member.post("/reminders/form", {"alone": "yes", "Q01": "7", **CHANGES})

        assert answer.status_code == 200
        assert self.seen(house, first) == before

    def seen(self, house, person_id):
        """Return what staff see of a person's contact and schedule."""
        schedule = house.schedule(person_id)
        page = house.staff().get(f"/reminders/schedules/{schedule.id}").text
        return (
            schedule.weekday,
            schedule.at,
            page.split("Their safe hours")[1].split("</section>")[0],
            "Asked once a week" in page,
        )
