"""A prompt goes out once, at a safe hour, while everything says yes; or it does not go out."""

from datetime import timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from services.reminders.app import new_stationery
from services.reminders.roster import queries as roster
from services.reminders.roster.usecases import stop_channel
from services.reminders.schedules.domain import Hold, State
from services.reminders.sending import usecases
from services.reminders.sending.domain import Handover
from shared.contracts.reminders import ChannelChanged, PromptSettled
from shared.contracts.sessions import PlanChanged
from shared.contracts.words import Channel, PlanState, PromptOutcome
from tests.reminders.house import BERLIN, START

DAY = timedelta(days=1)


@pytest.fixture
def due(house):
    """A house in which one person's form is due at this moment, and that person."""
    _, [person_id, _] = house.couple()
    house.run("plan")
    while not house.prompts(person_id):
        house.clock.at += timedelta(hours=12)
        house.run("plan")
    house.clock.at = house.prompts(person_id)[0].due_at
    return house, person_id


def claim(house, person_id):
    """Take a person's prompt to send, as a worker would."""
    with house.reminders.store.claiming() as work:
        claims = usecases.claim_due(work, now=house.clock.now())
    return next(one for one in claims if one.person_id == person_id)


def attempt(house, taken, proof=None):
    """Try to begin handing a prompt over, as the worker that took it would."""
    proof = proof or house.reminders.freshness().prove(taken.concerned)
    with house.writing() as work:
        return usecases.attempt(
            work,
            claim=taken,
            proof=proof,
            stationery=new_stationery(house.settings),
            now=house.clock.now(),
        )


def test_each_member_is_asked_once_a_week_in_the_words_of_the_house(house):
    _, people = house.couple(3)

    house.pass_time(START + 7 * DAY)

    for person_id in people:
        [letter] = house.letters(person_id)
        assert letter["subject"] == "Your short form"
        assert letter["sender"] == "Harbour notes"
        assert letter["to"] == f"{person_id.hex[:8]}@example.org"
    assert [one.outcome for one in house.told(PromptSettled)] == [PromptOutcome.ACCEPTED] * 3


@pytest.mark.requirement("PLT-13", "INT-08")
class TestAtTheMomentOfEffect:
    def test_a_withdrawal_beats_a_prompt_already_claimed(self, due):
        house, person_id = due
        taken = claim(house, person_id)

        house.consent(person_id, permitted=False)

        assert attempt(house, taken) is None
        assert house.prompts(person_id) == []

    def test_a_withdrawal_that_was_not_heard_of_yet_beats_a_prompt_that_is_due(self, due):
        house, person_id = due
        house.consent(person_id, permitted=False)

        house.run("send")

        assert house.letters(person_id) == []

    def test_what_cannot_be_asked_is_a_no_until_it_can(self, due):
        house, person_id = due
        house.intake.reachable = False

        house.run("send")
        kept_back = house.letters(person_id)
        house.intake.reachable = True
        house.pass_time(house.clock.at + timedelta(minutes=5), at_least=timedelta(minutes=1))

        assert kept_back == []
        assert len(house.letters(person_id)) == 1

    def test_a_card_that_is_still_to_be_fetched_is_a_no(self, due):
        house, person_id = due
        relationship_id = house.prompts(person_id)[0].relationship_id
        house.change_member(relationship_id, person_id)
        del house.intake.content["intake.person", person_id]

        house.run("send")

        assert house.letters(person_id) == []
        assert house.prompts(person_id)[0].reason is Hold.UNPROVEN

    def test_an_old_proof_is_a_no(self, due):
        house, person_id = due
        taken = claim(house, person_id)
        proof = house.reminders.freshness().prove(taken.concerned)
        later = type(proof)(proof.began, proof.complete, lambda: proof.began + 4.0)

        assert attempt(house, taken, later) is None

    def test_a_proof_about_others_is_a_no(self, due):
        house, person_id = due
        taken = claim(house, person_id)
        stranger = UUID(int=person_id.int ^ 1)

        proof = house.reminders.freshness().prove([("intake.consent", stranger)])

        assert attempt(house, taken, proof) is None

    def test_a_stop_beats_any_permission(self, due):
        house, person_id = due
        house.consent(person_id)
        with house.writing() as work:
            stop_channel(
                work,
                clinic_id=house.clinic_id,
                person_id=person_id,
                channel=Channel.EMAIL,
                now=house.clock.now(),
            )

        house.run("send")

        assert house.letters(person_id) == []
        [told] = house.told(ChannelChanged)
        assert (told.channel, told.permitted) == (Channel.EMAIL, False)

    @pytest.mark.requirement("INT-12")
    @pytest.mark.parametrize(
        "card",
        [
            {"private": False},
            {"channels": {"email": None, "sms": None}},
            {"confirmed_on": None},
            {"confirmed_on": (START - 181 * DAY).date().isoformat()},
            {"zone": "Nowhere/Else"},
            {"windows": []},
        ],
        ids=["shared", "absent", "unconfirmed", "long ago", "unreadable", "no hours"],
    )
    def test_a_card_that_is_not_theirs_alone_and_lately_confirmed_is_a_no(self, due, card):
        house, person_id = due
        house.change_member(house.prompts(person_id)[0].relationship_id, person_id, **card)

        house.hear()
        house.run("send")

        assert house.letters(person_id) == []

    def test_nothing_goes_out_after_care_has_ended(self, due):
        house, person_id = due
        house.close_relationship(house.prompts(person_id)[0].relationship_id)

        house.run("send")

        assert house.letters(person_id) == []

    @pytest.mark.requirement("INT-06")
    def test_a_permission_that_ran_out_is_a_no_without_any_job(self, house):
        person_id = uuid4()
        house.describe(person_id)
        house.open_relationship(person_id)
        house.consent(person_id, valid_until=START + timedelta(minutes=1))
        house.hear()
        house.run("plan")

        house.pass_time(START + 9 * DAY)

        assert house.letters(person_id) == []

    @pytest.mark.requirement("PLT-14")
    def test_a_late_or_repeated_permission_revives_nothing(self, due):
        house, person_id = due
        old = house.consent_event(person_id)
        house.consent(person_id, permitted=False)

        house.intake.tell(old, old)
        house.hear()
        house.pass_time(house.clock.at + 9 * DAY)

        assert house.letters(person_id) == []


@pytest.mark.requirement("CHK-02")
class TestOutsideTheirHours:
    def test_it_waits_for_the_next_safe_hour(self, due):
        house, person_id = due
        before = house.clock.at
        house.clock.at = before.replace(hour=22, minute=30)

        house.run("send")
        at_night = house.letters(person_id)
        house.pass_time(before + timedelta(hours=23), at_least=timedelta(minutes=10))

        assert at_night == []
        [letter] = house.letters(person_id)
        assert letter["at"].astimezone(ZoneInfo(BERLIN)).hour == 17

    def test_it_expires_rather_than_arriving_late(self, due):
        house, person_id = due
        house.clock.at += timedelta(hours=24)

        house.run("send")

        assert house.letters(person_id) == []
        [prompt] = house.prompts(person_id)
        assert (prompt.state, prompt.reason) == (State.NOT_SENT, Hold.WINDOW)
        [told] = [one for one in house.told(PromptSettled) if one.person_id == person_id]
        assert told.outcome is PromptOutcome.NOT_SENT


@pytest.mark.requirement("CHK-19")
def test_one_who_does_not_answer_gets_no_more_than_the_weekly_form(house):
    _, [person_id, _] = house.couple()

    house.pass_time(START + 28 * DAY)

    texts = [letter["text"].partition("http")[0] for letter in house.letters(person_id)]
    assert len(texts) == 4
    assert len(set(texts)) == 1


@pytest.mark.requirement("CHK-20")
def test_nobody_gets_more_than_two_a_week_whoever_asks(house):
    _, [person_id, *_] = house.couple()
    for _ in range(2):
        house.open_relationship(person_id)
    house.hear()

    house.pass_time(START + 15 * DAY)

    times = [letter["at"] for letter in house.letters(person_id)]
    assert all(later - earlier >= 7 * DAY for earlier, later in zip(times, times[2:], strict=False))
    assert len(times) >= 4


def test_two_workers_at_once_send_it_once(due):
    house, person_id = due
    first = claim(house, person_id)
    house.clock.at += timedelta(minutes=3)
    second = claim(house, person_id)

    letters = [attempt(house, taken) for taken in (first, second)]

    assert [letter is not None for letter in letters] == [True, False]


def test_a_repeat_after_a_busy_server_has_the_same_message_id_and_another_link(due):
    house, person_id = due
    taken = claim(house, person_id)
    first = attempt(house, taken)
    with house.writing() as work:
        usecases.settle(work, claim=taken, handover=Handover.LATER, now=house.clock.now())

    second = attempt(house, taken)

    assert first.message_id == second.message_id
    assert first.link != second.link
    assert house.member().get(house.path_of({"link": first.link})).status_code == 410


def test_what_a_relationship_tries_is_known(house):
    relationship_id, _ = house.couple()

    house.sessions.tell(
        PlanChanged(
            clinic_id=house.clinic_id,
            occurred_at=START,
            relationship_id=relationship_id,
            plan_id=uuid4(),
            state=PlanState.RUNNING,
            version=1,
        )
    )
    house.hear()

    with house.reading() as work:
        here = {"clinic_id": house.clinic_id, "relationship_id": relationship_id}
        assert roster.plan_running(work, **here)
