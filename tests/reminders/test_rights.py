"""What reminders does when a person is gone for good: nothing is sent, nothing is kept."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from services.reminders.forms.models import Form
from services.reminders.roster import queries as roster
from services.reminders.schedules.models import Due, Planning, Prompt, Schedule
from services.reminders.sending.models import LinkKey, MailboxLetter
from shared.contracts.intake import PersonErased
from shared.contracts.reminders import PromptSettled, RemindersRequestSettled
from shared.events.tables import undelivered, wanted
from tests.reminders.house import START
from tests.reminders.test_sending import attempt, claim

DAY = timedelta(days=1)
HELD = (Form, Due, LinkKey, MailboxLetter, Planning, Prompt, Schedule)


def erase(house, person_id):
    """Tell that someone is gone for good; return the number of the request."""
    request_id = uuid4()
    house.intake.tell(
        PersonErased(
            clinic_id=house.clinic_id,
            occurred_at=house.clock.now(),
            person_id=person_id,
            request_id=request_id,
            confirmed_by=house.clinician_id,
            approved_by=house.clinician_id,
        )
    )
    return request_id


def held(house):
    """Return how many rows there are of each kind."""
    with house.reading() as work:
        return [len(work.session.scalars(select(kind)).all()) for kind in HELD]


@pytest.fixture
def about_to_send(house):
    """A house in which one person's form is due at this moment, and that person."""
    _, [person_id, _] = house.couple()
    house.run("plan")
    while not house.prompts(person_id):
        house.clock.at += timedelta(hours=12)
        house.run("plan")
    house.clock.at = house.prompts(person_id)[0].due_at
    return house, person_id


@pytest.mark.requirement("PLT-08", "PLT-14")
class TestErased:
    def test_everything_of_theirs_goes_and_is_answered(self, house):
        _, [gone, stays] = house.couple()
        house.pass_time(START + 8 * DAY)

        request_id = erase(house, gone)
        house.hear()
        house.run("endings")

        [told] = house.told(RemindersRequestSettled)
        assert (told.request_id, told.keys) == (request_id, 2)
        assert told.stopped >= 1
        assert told.removed >= 2
        assert house.prompts(gone) == []
        assert house.schedule(gone) is None
        assert house.letters(gone) == []
        assert house.prompts(stays) != []
        with house.reading() as work:
            card = roster.card_of(work, clinic_id=house.clinic_id, person_id=gone)
        assert card is None

    def test_a_link_that_was_sent_opens_the_closed_page(self, house):
        _, [gone, _] = house.couple()
        house.pass_time(START + 8 * DAY)
        path = house.path_of(house.letters(gone)[-1])

        erase(house, gone)
        house.hear()

        assert house.member().get(path).status_code == 410

    def test_it_beats_a_prompt_that_is_claimed_already(self, about_to_send):
        house, gone = about_to_send
        taken = claim(house, gone)

        erase(house, gone)

        assert attempt(house, taken) is None
        assert house.letters(gone) == []

    def test_it_beats_a_prompt_that_is_being_handed_over(self, about_to_send):
        house, gone = about_to_send
        taken = claim(house, gone)
        letter = attempt(house, taken)
        erase(house, gone)
        house.hear()
        house.run("endings", "send", "settle")

        assert letter is not None
        assert house.letters(gone) == []
        assert [one for one in house.told(PromptSettled) if one.person_id == gone] == []

    def test_told_twice_is_answered_once(self, house):
        _, [gone, _] = house.couple()
        for _ in range(2):
            erase(house, gone)
            house.hear()
            house.run("endings")

        assert len(house.told(RemindersRequestSettled)) == 1

    def test_whatever_comes_late_brings_nobody_back(self, house):
        relationship, [gone, _] = house.couple()
        erase(house, gone)
        house.hear()
        house.run("endings")
        house.reminders.store.keys.forget()
        before = held(house)

        house.change_member(relationship, gone, active=False)
        house.open_relationship(gone, uuid4())
        house.hear()
        house.pass_time(START + 15 * DAY)

        assert house.schedule(gone) is None
        assert house.letters(gone) == []
        assert before[-1] + 1 == held(house)[-1], "only the new person has a schedule"
        with house.reminders.store.engine.connect() as connection:
            assert connection.execute(select(undelivered)).all() == []
            assert connection.execute(select(wanted).where(wanted.c.subject_id == gone)).all() == []

    def test_the_other_is_asked_as_before(self, house):
        _, [gone, stays] = house.couple()
        house.pass_time(START + 8 * DAY)
        before = len(house.letters(stays))

        erase(house, gone)
        house.hear()
        house.pass_time(START + 15 * DAY)

        assert len(house.letters(stays)) == before + 1
