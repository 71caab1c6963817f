"""Whoever reads how a member may be reached leaves a line; auditors read the lines."""

import pytest

from shared.auth.actors import Role
from tests.trails import break_off, lines, seen


@pytest.mark.requirement("PLT-15")
class TestReading:
    def test_leaves_one_line_for_the_member(self, house):
        _, [person_id, other_id] = house.couple()
        store, address = house.reminders.store, f"/schedules/{house.schedule(person_id).id}"
        before = len(lines(store, house.clinic_id))

        house.staff().get(address)

        [line] = lines(store, house.clinic_id)[before:]
        assert line == seen(store, house.clinic_id, person_id)[-1]
        assert (line.act, line.role, line.purpose) == ("read", "clinician", "treatment")
        assert not [one for one in seen(store, house.clinic_id, other_id) if one == line]

    def test_shows_nothing_while_it_cannot_be_recorded(self, house):
        _, [person_id, _] = house.couple()
        address = f"/schedules/{house.schedule(person_id).id}"
        break_off(house.reminders.store)

        answer = house.staff().get(address)

        assert answer.status_code == 503
        assert "@example.org" not in answer.text


def test_auditors_see_codes_and_an_account_of_one_person(house):
    _, [person_id, _] = house.couple()
    house.staff().get(f"/schedules/{house.schedule(person_id).id}")

    trail = house.staff(Role.AUDITOR).get("/audit")
    account = house.staff(Role.CLINIC_ADMIN).get(f"/audit/people/{person_id}")

    assert trail.status_code == account.status_code == 200
    assert "Clinician" in trail.text
    assert (
        account.text.count('data-label="When"')
        == len(seen(house.reminders.store, house.clinic_id, person_id)) - 1
    )  # this look at it is noted after it was shown
