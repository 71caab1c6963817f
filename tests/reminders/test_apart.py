"""When members part, short forms go on for whoever permits them anew, and for nobody else."""

from datetime import timedelta

import pytest

DAY = timedelta(days=1)


@pytest.fixture
def parted(house):
    """Two who went apart, with what each had permitted put aside, as intake tells it."""
    relationship_id, people = house.couple()
    house.go_apart(relationship_id)
    for person_id in people:
        house.consent(person_id, permitted=False)
        house.note_policy(person_id, permitted=False)
    house.hear()
    return house, relationship_id, people


def permits_anew(house, person_id):
    """Let a person, asked alone, permit what they had permitted before."""
    house.note_policy(person_id)
    house.consent(person_id)
    house.hear()


def test_nothing_goes_out_on_what_was_permitted_together(parted):
    house, _, _ = parted

    house.pass_time(house.clock.at + 7 * DAY)

    assert house.letters() == []


def test_forms_go_on_for_the_one_who_permits_them_anew(parted):
    house, _, [first, other] = parted
    permits_anew(house, first)

    house.pass_time(house.clock.at + 7 * DAY)

    assert len(house.letters(first)) == 1
    assert house.letters(other) == []


@pytest.mark.requirement("CHK-15")
def test_the_times_of_one_do_not_depend_on_what_the_other_says(new_house, tmp_path):
    house = new_house()
    times = []
    for both in (False, True):
        relationship_id, [first, other] = house.couple()
        house.go_apart(relationship_id)
        permits_anew(house, first)
        if not both:
            house.consent(other, permitted=False)
            house.hear()
        house.pass_time(house.clock.at + 21 * DAY)
        times.append(len(house.letters(first)))

    assert times[0] == times[1] == 3


def test_the_clinician_still_sees_their_schedules(parted):
    house, relationship_id, _ = parted

    assert str(relationship_id) in house.staff().get("/reminders/schedules").text
