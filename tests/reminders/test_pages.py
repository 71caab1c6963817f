"""Staff see when each member is asked next and how it went, and may change that."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from services.reminders.schedules.models import Schedule
from shared.auth.actors import Role
from shared.settings import Mode
from tests.reminders.house import START

DAY = timedelta(days=1)


@pytest.fixture
def shown(house):
    """A house whose couple was asked once; one of the two, and their schedule."""
    _, [person_id, _] = house.couple()
    house.pass_time(START + 7 * DAY, at_least=timedelta(hours=1))
    return house, person_id, house.schedule(person_id)


class TestList:
    def test_shows_the_next_times_and_how_the_last_ones_went(self, shown):
        house, person_id, _ = shown

        page = house.staff().get("/schedules").text

        assert page.count("Asked once a week") == 2
        assert "Sent" in page
        assert f"{person_id.hex[:1]}•••@example.org" in page
        assert f"{person_id.hex[:8]}@" not in page

    def test_shows_nothing_of_relationships_that_a_colleague_treats(self, shown):
        house, _, schedule = shown
        colleague = house.staff(staff_id=uuid4())

        assert "No check-ins yet" in colleague.get("/schedules").text
        assert colleague.get(f"/schedules/{schedule.id}").status_code == 404
        assert colleague.get(f"/api/schedules/{schedule.id}").status_code == 404
        assert colleague.post(f"/schedules/{schedule.id}/pause").status_code == 404

    @pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.DUTY, Role.OPERATOR, Role.AUDITOR])
    def test_is_closed_to_other_roles(self, shown, role):
        house, _, schedule = shown

        assert house.staff(role).get("/schedules").status_code == 403
        assert house.staff(role).get(f"/schedules/{schedule.id}").status_code == 403


class TestOneSchedule:
    def test_shows_what_another_day_would_mean_without_saving_it(self, shown):
        house, person_id, schedule = shown

        page = house.staff().get(f"/schedules/{schedule.id}?weekday=2&at=19:15").text

        assert page.count("Wednesday") >= 6
        assert house.schedule(person_id).version == schedule.version

    def test_trying_a_day_out_puts_the_day_and_nothing_else_into_the_address(self, shown):
        house, person_id, schedule = shown
        typed = {"weekday": 2, "at": "19:15", "version": schedule.version}

        answer = house.staff().post(f"/schedules/{schedule.id}", {**typed, "show": "yes"})

        assert answer.location == f"/schedules/{schedule.id}?weekday=2&at=19:15"
        assert house.schedule(person_id).version == schedule.version

    def test_moves_to_another_day_and_time(self, shown):
        house, person_id, schedule = shown
        typed = {"weekday": (schedule.weekday + 1) % 7, "at": "20:30", "version": schedule.version}

        answer = house.staff().post(f"/schedules/{schedule.id}", typed)

        assert answer.status_code == 303
        assert house.schedule(person_id).at == "20:30"
        house.pass_time(START + 16 * DAY, at_least=timedelta(hours=1))
        assert f"{house.letters(person_id)[-1]['at']:%H:%M}" == "19:30"

    def test_does_not_overwrite_what_someone_else_saved_meanwhile(self, shown):
        house, _, schedule = shown
        typed = {"weekday": schedule.weekday, "at": "20:30", "version": schedule.version - 1}

        assert house.staff().post(f"/schedules/{schedule.id}", typed).status_code == 409

    @pytest.mark.parametrize(
        ("at", "sentence"), [("23:30", "between 07:00 and 22:00"), ("soon", "Write a time")]
    )
    def test_says_beside_the_field_what_is_wrong(self, shown, at, sentence):
        house, _, schedule = shown
        typed = {"weekday": schedule.weekday, "at": at, "version": schedule.version}

        answer = house.staff().post(f"/schedules/{schedule.id}", typed)

        assert answer.status_code == 422
        assert sentence in answer.text

    def test_refuses_a_day_on_which_the_person_is_asked_already(self, shown):
        house, person_id, schedule = shown
        house.open_relationship(person_id)
        house.hear()
        with house.reading() as work:
            theirs = select(Schedule).where(Schedule.person_id == person_id)
            [other] = {row.weekday for row in work.session.scalars(theirs)} - {schedule.weekday}
        typed = {"weekday": other, "at": "18:00", "version": schedule.version}

        answer = house.staff().post(f"/schedules/{schedule.id}", typed)

        assert answer.status_code == 422
        assert "already has a short form on that day" in answer.text

    def test_pauses_and_goes_on(self, shown):
        house, person_id, schedule = shown
        pausing = {"paused": "yes", "version": schedule.version}
        sent = len(house.letters(person_id))

        house.staff().post(f"/schedules/{schedule.id}/pause", pausing)
        house.pass_time(house.clock.at + 14 * DAY, at_least=timedelta(hours=3))
        while_paused = len(house.letters(person_id))
        starting = {"paused": "no", "version": house.schedule(person_id).version}
        house.staff().post(f"/schedules/{schedule.id}/pause", starting)
        house.pass_time(house.clock.at + 7 * DAY, at_least=timedelta(hours=1))

        assert while_paused == sent
        assert len(house.letters(person_id)) == sent + 1


class TestApi:
    def test_shows_and_changes_a_schedule(self, shown):
        house, person_id, schedule = shown
        staff = house.staff()

        before = staff.get(f"/api/schedules/{schedule.id}").json
        body = {"weekday": schedule.weekday, "at": "19:45", "version": before["version"]}
        headers = {"X-CSRFToken": staff.form_token()}
        answer = staff.browser.put(f"/api/schedules/{schedule.id}", json=body, headers=headers)

        assert before["person_id"] == str(person_id)
        assert len(before["next_slots"]) == 5
        assert answer.status_code == 200
        assert answer.json["at"] == "19:45"
        assert len(staff.get("/api/schedules").json["items"]) == 2

    @pytest.mark.parametrize(
        "body",
        [{}, {"weekday": 7, "at": "19:00", "version": 1}, {"weekday": 1, "at": 7, "version": 1}],
    )
    def test_says_what_is_wrong(self, shown, body):
        house, _, schedule = shown
        staff = house.staff()
        headers = {"X-CSRFToken": staff.form_token()}

        answer = staff.browser.put(f"/api/schedules/{schedule.id}", json=body, headers=headers)

        assert answer.status_code == 422
        assert answer.json["errors"]


class TestMailbox:
    def test_holds_each_persons_letters_with_their_links(self, shown):
        house, person_id, _ = shown

        page = house.staff().get("/mailbox").text

        assert f"{person_id.hex[:8]}@example.org" in page
        assert house.letters(person_id)[0]["link"] in page

    def test_does_not_exist_in_production(self, house):
        house.reminders.app.extensions["settings"] = replace(house.settings, mode=Mode.PRODUCTION)

        assert house.staff().get("/mailbox").status_code == 404
