"""Nothing is tried without every member's own yes and the clinician's release, or after a stop."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.sessions.plans import domain, queries, usecases
from services.sessions.plans.domain import Said
from shared.auth.actors import Role
from shared.consent.decision import Because, Decision
from shared.consent.gate import Openness
from shared.consent.terms import State
from shared.contracts.sessions import PlanChanged
from shared.contracts.words import PlanState, RelationshipState
from tests.sessions.house import COLLEAGUE

SAID = st.sampled_from([None, *Said])


def offer(clinician, about, code="X10", **typed):
    """Offer something of the menu as its page does."""
    form = {"days": "14", "checked": ["fits", "clear"], **typed}
    return clinician.post(f"/relationships/{about.id}/plan/offers/{code}", form)


def open_plan_on(page):
    return re.search(r"/plan/([0-9a-f-]{36})/", page)[1]


def decided(members, said):
    """Return what was decided on the word of each member who said one."""
    known = {}
    for one, word in zip(members, said, strict=True):
        if word:
            state = domain.STATES[word]
            known[one] = Decision(permits=state is State.GIVEN, because=Because(state))
    return known


class Trying:
    """A clinician at work with one relationship's plan."""

    def __init__(self, house, about, clinician):
        self.house, self.about, self.clinician = house, about, clinician
        self.base = f"/relationships/{about.id}/plan"
        self.plan = open_plan_on(self.page)

    @property
    def page(self):
        return self.clinician.get(self.base).text

    def asked(self, person, **how):
        """Open the page on which one member is asked."""
        address = f"{self.base}/{self.plan}/answers/{person}"
        return self.clinician.get(address, query_string=how)

    def says(self, person, said, **typed):
        """Keep what a member said, as the page sends it."""
        hidden = dict(re.findall(r'name="(shown|locale)" value="(\w+)"', self.asked(person).text))
        form = {"said": said, "setting": "alone_at_clinic", **hidden, **typed}
        return self.clinician.post(f"{self.base}/{self.plan}/answers/{person}", form)

    def everyone_says(self, said):
        for person in self.about.people:
            self.says(person, said)

    def press(self, what):
        return self.clinician.post(f"{self.base}/{self.plan}/{what}")

    @property
    def told(self):
        return [event.state for event in self.house.told(PlanChanged)]


@pytest.fixture
def trying(house, pair, clinician) -> Trying:
    assert offer(clinician, pair).status_code == 302
    return Trying(house, pair, clinician)


@pytest.fixture
def running(trying) -> Trying:
    trying.everyone_says("yes")
    trying.press("release")
    assert trying.told == [PlanState.OFFERED, PlanState.RUNNING]
    return trying


class TestThreeKeys:
    @pytest.mark.requirement("INT-10")
    @given(st.lists(SAID, max_size=6), st.booleans(), st.booleans())
    def test_any_key_missing_unknown_or_turned_back_keeps_it_shut(self, said, released, available):
        members = [uuid4() for _ in said]
        known = decided(members, said)

        opened = domain.three_keys(members, known, released=released, available=available)

        everyone = len(members) >= 2 and set(said) == {Said.YES}
        assert opened is (everyone and released and available)

    @pytest.mark.requirement("INT-10")
    @given(st.lists(SAID, min_size=2, max_size=5), st.booleans())
    def test_what_others_are_told_never_depends_on_who_said_what(self, said, released):
        members = [uuid4() for _ in said]
        known = decided(members, said)
        opened = domain.three_keys(members, known, released=released, available=True)

        shown = domain.openness(PlanState.RUNNING if opened else PlanState.OFFERED)

        assert shown is (Openness.AVAILABLE if opened else Openness.NOT_AVAILABLE_NOW)

    @pytest.mark.parametrize("names", [("Alder", "Birch"), ("Rowan", "Sorrel", "Thyme")])
    def test_it_begins_with_the_last_key_whichever_that_is(self, house, clinician, names):
        about = house.relationship(*names)
        offer(clinician, about)
        trying = Trying(house, about, clinician)

        trying.press("release")
        *others, last = about.people
        for person in others:
            trying.says(person, "yes")
        assert trying.told == [PlanState.OFFERED]
        trying.says(last, "yes")

        assert trying.told == [PlanState.OFFERED, PlanState.RUNNING]

    @pytest.mark.parametrize("word", ["no", "not_now"])
    @pytest.mark.requirement("INT-10")
    def test_one_no_keeps_it_shut_and_tells_nobody(self, trying, word):
        trying.says(trying.about.people[0], "yes")
        trying.says(trying.about.people[1], word)
        trying.press("release")

        assert trying.told == [PlanState.OFFERED]

    @pytest.mark.requirement("INT-10")
    @pytest.mark.parametrize("who", [0, 1])
    def test_any_one_members_word_flipped_changes_whether_it_begins(self, trying, who):
        trying.press("release")
        trying.says(trying.about.people[1 - who], "yes")
        trying.says(trying.about.people[who], "no")
        before = trying.told[-1]

        trying.says(trying.about.people[who], "yes")

        assert (before, trying.told[-1]) == (PlanState.OFFERED, PlanState.RUNNING)

    def test_a_yes_may_be_taken_back_before_it_begins(self, trying):
        trying.everyone_says("yes")
        trying.says(trying.about.people[0], "not_now")
        trying.press("release")

        assert trying.told == [PlanState.OFFERED]

    def test_a_member_who_joined_meanwhile_is_asked_too(self, house, trying):
        trying.everyone_says("yes")
        house.join(trying.about, uuid4(), "Cedar")
        house.settle()
        trying.press("release")

        assert trying.told == [PlanState.OFFERED]

    def test_a_yes_older_than_the_offer_stands_for_nothing(self, house, trying):
        trying.everyone_says("yes")
        house.clock.move(timedelta(days=14))
        trying.press("release")

        assert PlanState.RUNNING not in trying.told


class TestAsking:
    def test_the_page_for_one_member_shows_nothing_of_what_another_said(self, trying):
        one, other = trying.about.people
        address = f"{trying.base}/{trying.plan}/answers/{other}"
        before = trying.clinician.get(address).text
        trying.says(one, "no")

        after = trying.clinician.get(address).text

        assert _without_tokens(after).replace(_flash(after), "") == _without_tokens(before)
        assert "Alder" not in after.split("<main")[1].split('class="sessions-ask"')[1]

    def test_an_answer_that_was_not_given_alone_does_not_count(self, trying):
        answer = trying.says(trying.about.people[0], "yes", setting="")

        assert answer.status_code == 422
        assert "Speak with this member alone first" in answer.text
        assert 'value="yes" checked' in answer.text

    def test_only_a_member_can_be_asked(self, trying):
        assert trying.says(uuid4(), "yes").status_code == 404


class TestWhoIsTold:
    @pytest.mark.requirement("INT-10")
    @pytest.mark.parametrize("said", ["yes", "no", "not_now"])
    def test_a_colleague_learns_only_that_it_is_not_available_now(self, house, trying, said):
        trying.says(trying.about.people[0], said)
        colleague = house.visitor(staff_id=COLLEAGUE)

        shown = colleague.get(f"/api/relationships/{trying.about.id}/openness")

        assert shown.json == {"openness": "not_available_now"}
        assert colleague.get(trying.base).status_code == 404
        assert colleague.get(f"/api/relationships/{trying.about.id}/plans").status_code == 404

    def test_what_runs_is_available_to_duty_too(self, house, running):
        duty = house.visitor(Role.DUTY)

        shown = duty.get(f"/api/relationships/{running.about.id}/openness")

        assert shown.json == {"openness": "available"}

    def test_what_a_program_reads_holds_nobodys_answer(self, trying):
        trying.says(trying.about.people[0], "no")

        shown = trying.clinician.get(f"/api/relationships/{trying.about.id}/plans").json

        assert shown["total"] == len(shown["plans"]) == 1
        assert set(shown["plans"][0]) == {
            "plan_id",
            "experiment",
            "days",
            "state",
            "offered_at",
            "started_at",
            "ended_at",
        }

    @pytest.mark.requirement("PLT-11")
    def test_a_stop_an_ending_in_time_and_a_lapse_are_told_alike(self, house, running):
        running.press("stop")
        other = house.relationship("Elm", "Fir")
        offer(running.clinician, other)
        house.clock.move(timedelta(days=15))
        house.settle()

        ended = [e for e in house.told(PlanChanged) if e.state is PlanState.ENDED]
        assert len(ended) == 2
        assert {frozenset(one.data()) for one in ended} == {
            frozenset({"relationship_id", "plan_id", "state", "version"})
        }


class TestEnding:
    def test_it_ends_by_itself_after_its_days(self, house, running):
        house.clock.move(timedelta(days=14) - timedelta(minutes=1))
        house.settle()
        assert running.told[-1] is PlanState.RUNNING
        house.clock.move(timedelta(minutes=1))
        house.settle()

        assert running.told[-1] is PlanState.ENDED
        assert "Its days were over" in running.page

    def test_the_clinician_ends_it_for_whoever_wants_it_ended_without_a_reason(self, running):
        assert running.press("stop").status_code == 302

        assert running.told[-1] is PlanState.ENDED
        assert running.press("stop").status_code == 302
        assert running.told.count(PlanState.ENDED) == 1

    @pytest.mark.parametrize("word", ["no", "not_now"])
    def test_a_no_to_what_runs_ends_it(self, running, word):
        running.says(running.about.people[1], word)

        assert running.told[-1] is PlanState.ENDED

    def test_a_member_ends_it_from_their_form(self, house, running):
        house.form(running.about, running.about.people[0], stop_plan=True)
        house.settle()

        assert running.told[-1] is PlanState.ENDED

    def test_a_form_sent_before_the_offer_ends_nothing(self, house, pair, clinician):
        late = house.form(pair, pair.people[0], stop_plan=True, arrives=False)
        sent_at = house.clock.at
        house.clock.move(timedelta(hours=1))
        with house.work() as work:
            usecases.offer_plan(
                work, relationship_id=pair.id, experiment="X10", known=True, now=house.clock.at
            )
        house.contents["reminders.form", late] = {
            "person_id": str(pair.people[0]),
            "relationship_id": str(pair.id),
            "submitted_at": sent_at.isoformat(),
            "answers": {},
            "stop_plan": True,
        }
        house.settle()

        assert [one.state for one in house.told(PlanChanged)] == [PlanState.OFFERED]

    def test_it_ends_with_care(self, house, running):
        house.changed(running.about, state=RelationshipState.CLOSED)
        house.settle()

        assert running.told[-1] is PlanState.ENDED

    def test_it_ends_without_a_stop_when_they_go_on_apart_and_nothing_is_offered_again(
        self, house, running
    ):
        house.changed(running.about, state=RelationshipState.APART)
        house.settle()
        house.clock.move(timedelta(days=20))

        answer = offer(running.clinician, running.about)

        assert answer.status_code == 422
        assert running.told[-1] is PlanState.ENDED
        assert "Each of them is in care alone now" in running.page
        with house.work() as work:
            assert queries.stops_of(work, running.about.id) == []


class TestOffering:
    def test_the_same_again_waits_fourteen_days_after_a_stop_and_anything_else_three(
        self, house, running
    ):
        running.press("stop")

        house.clock.move(timedelta(hours=71))
        assert offer(running.clinician, running.about, "X13").status_code == 422
        house.clock.move(timedelta(hours=1))
        assert offer(running.clinician, running.about, "X10").status_code == 422
        assert offer(running.clinician, running.about, "X13").status_code == 302

    def test_the_same_again_is_possible_after_fourteen_days(self, house, running):
        running.press("stop")
        house.clock.move(timedelta(days=14))

        assert offer(running.clinician, running.about, "X10").status_code == 302

    def test_an_offer_taken_back_blocks_nothing(self, trying):
        trying.press("take-back")

        assert offer(trying.clinician, trying.about, "X10").status_code == 302

    def test_one_thing_at_a_time(self, trying):
        answer = offer(trying.clinician, trying.about, "X13")

        assert answer.status_code == 422
        assert "One thing at a time" in answer.text

    @pytest.mark.requirement("PLT-13")
    def test_nothing_is_offered_or_begun_while_joint_things_are_held_back(self, house, trying):
        trying.everyone_says("yes")
        house.availability(trying.about, available=False, version=1)
        trying.press("release")

        assert trying.told == [PlanState.OFFERED]
        trying.press("take-back")
        assert offer(trying.clinician, trying.about, "X13").status_code == 422

    @pytest.mark.requirement("PLT-13")
    def test_nothing_begins_while_another_service_cannot_be_asked(self, house, trying):
        trying.everyone_says("yes")
        house.lines["reminders"].cut = True
        trying.press("release")
        assert trying.told == [PlanState.OFFERED]

        house.lines["reminders"].cut = False
        assert "Begin now" in trying.page
        trying.press("release")
        assert trying.told == [PlanState.OFFERED, PlanState.RUNNING]

    @pytest.mark.requirement("PLT-13")
    def test_nothing_begins_while_a_form_waits_to_be_read(self, house, trying):
        trying.everyone_says("yes")
        house.form(trying.about, trying.about.people[0], arrives=False)
        trying.press("release")

        assert trying.told == [PlanState.OFFERED]

    def test_both_points_are_looked_at_before_an_offer(self, house, pair, clinician):
        answer = offer(clinician, pair, checked=["fits"])

        assert answer.status_code == 422
        assert house.told(PlanChanged) == []

    @pytest.mark.parametrize("days", ["0", "29", "many"])
    def test_days_have_a_limit(self, house, pair, clinician, days):
        assert offer(clinician, pair, days=days).status_code == 422

    def test_what_is_not_on_the_menu_is_not_there(self, house, pair, clinician):
        assert offer(clinician, pair, "X21").status_code == 404


class TestTheMenu:
    def test_it_holds_nothing_that_must_be_opened_in_the_room(self):
        assert {one.level for one in queries.menu().values()} <= {0, 1}
        assert {"X01", "X02", "X03", "X10", "X11", "X12", "X13", "X30"} <= set(queries.menu())

    def test_every_entry_says_what_it_is_for_and_how_it_stops(self, house, pair, clinician):
        page = clinician.get(f"/relationships/{pair.id}/plan/menu").text

        assert all(one.purpose and one.stop and one.name in page for one in queries.menu().values())


def _without_tokens(page):
    return re.sub(r"(nonce|value|X-CSRFToken)[^>]*", "", page)


def _flash(page):
    found = re.search(r'<div class="house-flash.*?</div>\n', page)
    return found[0] if found else ""
