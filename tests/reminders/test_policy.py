"""Nobody is asked anything alone before they know what becomes of it (INT-11)."""

from datetime import timedelta
from uuid import uuid4

import pytest

from services.reminders.schedules.domain import Hold
from shared.contracts.intake import ClinicRegistered
from shared.contracts.words import Purpose

DAY = timedelta(days=1)

pytestmark = [
    pytest.mark.requirement("INT-11"),
    pytest.mark.left_to_the_build("going through all of reminders"),
]


@pytest.fixture
def pair(house):
    """A relationship of two who agreed to everything, and its members."""
    relationship_id, people = house.couple()
    return house, relationship_id, people


def chosen(house, policy, *, version=2):
    """Let the clinic work by another policy, or by none."""
    house.intake.content["intake.clinic", house.clinic_id] |= {"policy": policy}
    house.intake.tell(
        ClinicRegistered(
            clinic_id=house.clinic_id,
            occurred_at=house.clock.now(),
            organization_id=uuid4(),
            version=version,
        )
    )


def week_passes(house):
    """Let every member's next occasion come and go."""
    house.pass_time(house.clock.at + 7 * DAY)


def first_link(house, person_id):
    """Let time pass until a person gets a form, and return its address while it is open."""
    before = len(house.letters(person_id))
    while len(house.letters(person_id)) == before:
        house.pass_time(house.clock.at + DAY)
    return house.path_of(house.letters(person_id)[-1])


class TestNothingIsPlannedOrSent:
    @pytest.mark.parametrize("policy", ["", "terms.open", "something new"])
    def test_where_the_clinic_works_by_none_another_or_one_that_is_not_known(self, pair, policy):
        house, _, _ = pair
        chosen(house, policy)
        house.hear()

        week_passes(house)

        assert house.letters() == []
        assert house.prompts() == []

    def test_to_one_who_did_not_note_it_while_the_other_gets_theirs(self, pair):
        house, _, [first, other] = pair
        house.note_policy(first, permitted=False)
        house.hear()

        week_passes(house)

        assert house.letters(first) == []
        assert house.prompts(first) == []
        assert len(house.letters(other)) == 1

    def test_that_was_planned_before_they_took_it_back(self, pair):
        house, _, [first, _] = pair
        house.run("plan")
        house.note_policy(first, permitted=False)

        week_passes(house)

        assert house.letters(first) == []

    def test_that_was_planned_before_the_clinic_chose_another(self, pair):
        house, _, [first, _] = pair
        planned = self.planned(house, first)
        chosen(house, "terms.open")

        house.clock.at = planned.due_at
        house.run("send")
        before = house.prompts(first)[0].reason
        house.hear()
        house.clock.at += timedelta(minutes=10)
        house.run("send")

        assert house.letters(first) == []
        assert (before, house.prompts(first)[0].reason) == (Hold.UNPROVEN, Hold.PERMISSION)

    def test_while_nobody_can_say_what_the_clinic_chose(self, pair):
        house, _, [first, _] = pair
        planned = self.planned(house, first)
        chosen(house, "terms.limited")
        del house.intake.content["intake.clinic", house.clinic_id]

        house.clock.at = planned.due_at
        house.run("send")

        assert house.letters(first) == []
        assert house.prompts(first)[0].reason is Hold.UNPROVEN

    def planned(self, house, person_id):
        """Let time pass until a person's next form is planned, and return that."""
        while not house.prompts(person_id):
            house.clock.at += DAY
            house.run("plan")
        return house.prompts(person_id)[0]


def test_a_link_that_was_sent_closes_when_they_take_it_back(pair):
    house, _, [first, _] = pair
    path = first_link(house, first)
    before = house.member().get(path).status_code

    house.note_policy(first, permitted=False)
    house.hear()

    assert before == 200
    assert house.member().get(path).status_code == 410


def test_every_form_repeats_it_in_one_sentence_the_same_for_all(pair):
    house, _, people = pair
    said = []

    for person_id in people:
        member = house.member()
        member.post(first_link(house, person_id))
        said.append(member.get("/reminders/form").text)

    sentence = "What you say here may have to come into the joint talks."
    assert all(page.count(sentence) == 1 for page in said)


def test_staff_see_who_has_yet_to_read_it(pair):
    house, _, [first, _] = pair
    house.note_policy(first, permitted=False)
    house.hear()

    assert "Has not agreed to the policy" in house.staff().get("/reminders/schedules").text


def test_words_that_are_no_longer_in_force_count_as_none(pair):
    house, _, [first, other] = pair
    old = {"purpose": Purpose.TERMS_LIMITED, "revision": 99, "text_version": -1}
    house.intake.tell(house.consent_event(first, **old))
    house.hear()

    week_passes(house)

    assert house.letters(first) == []
    assert len(house.letters(other)) == 1
