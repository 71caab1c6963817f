"""What sessions does when a person is gone for good, or when nothing optional may go on."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from services.sessions.roster.models import Delivery, ErasedPerson, Form, Person
from shared.contracts.intake import PersonChanged, PersonErased
from shared.contracts.sessions import SessionsRequestSettled
from shared.contracts.words import PlanState
from shared.events.tables import undelivered, wanted
from tests.sessions.house import CLINIC, CLINICIAN, Together
from tests.sessions.test_plans import Trying, offer

pytestmark = pytest.mark.left_to_the_build("going through all of sessions")


def erase(house, person: UUID) -> UUID:
    """Tell that someone is gone for good; return the number of the request."""
    request_id = uuid4()
    house.tell(
        PersonErased(
            clinic_id=CLINIC,
            occurred_at=house.clock.at,
            person_id=person,
            request_id=request_id,
            confirmed_by=CLINICIAN,
            approved_by=CLINICIAN,
        )
    )
    return request_id


def changed(house, person: UUID, *, available: bool, version: int) -> None:
    house.tell(
        PersonChanged(
            clinic_id=CLINIC,
            occurred_at=house.clock.at,
            person_id=person,
            available=available,
            version=version,
        )
    )


def kept(house, kind, person: UUID):
    with house.work() as work:
        return work.session.scalars(select(kind).where(kind.person_id == person)).all()


def name_of(house, person: UUID):
    with house.work() as work:
        return work.open(work.get(Person, CLINIC, person), "name")


def waiting(house):
    """Return what is wanted and what is parked."""
    with house.service.store.engine.connect() as connection:
        return [connection.execute(select(table)).all() for table in (wanted, undelivered)]


@pytest.fixture
def tried(house, pair, clinician):
    """Something that both agreed to and that runs."""
    offer(clinician, pair)
    trying = Trying(house, pair, clinician)
    trying.everyone_says("yes")
    trying.press("release")
    house.settle()
    assert trying.told[-1] is PlanState.RUNNING
    return trying


@pytest.mark.requirement("PLT-08", "PLT-14")
class TestErased:
    def test_what_was_theirs_goes_and_the_other_stays_as_they_were(self, house, pair):
        gone, stays = pair.people
        for person in pair.people:
            house.form(pair, person, answers={"Q01": 5})
            house.message(pair, person)
        house.settle()

        request_id = erase(house, gone)
        house.settle()

        [told] = house.told(SessionsRequestSettled)
        assert (told.request_id, told.removed, told.keys) == (request_id, 2, 2)
        assert [len(kept(house, kind, gone)) for kind in (Form, Delivery)] == [0, 0]
        assert [len(kept(house, kind, stays)) for kind in (Form, Delivery)] == [1, 1]
        assert (name_of(house, gone), name_of(house, stays)) == (None, "Birch")

    def test_ends_what_is_tried_and_shows_every_page_after(self, house, pair, tried, clinician):
        erase(house, pair.people[0])
        house.settle()
        house.service.store.keys.forget()

        assert tried.told[-1] is PlanState.ENDED
        for path in ("", "/plan", f"/series/{pair.people[1]}", f"/series/{pair.people[0]}"):
            assert clinician.get(f"/relationships/{pair.id}{path}").status_code == 200, path

    def test_told_twice_is_answered_once(self, house, pair):
        for _ in range(2):
            erase(house, pair.people[0])
            house.settle()

        assert len(house.told(SessionsRequestSettled)) == 1

    @pytest.mark.parametrize("arrives", [True, False])
    def test_whatever_comes_late_brings_nobody_back(self, house, pair, arrives):
        gone = pair.people[0]
        erase(house, gone)
        house.settle()
        house.service.store.keys.forget()

        house.form(pair, gone, answers={"Q01": 5}, arrives=arrives)
        house.message(pair, gone)
        house.member_changed(pair, gone, active=False, version=7)
        house.settle()

        assert name_of(house, gone) is None
        assert kept(house, Form, gone) == kept(house, Delivery, gone) == []
        assert waiting(house) == [[], []]

    def test_heard_before_they_were_known_is_as_good_as_after(self, house):
        about = Together(uuid4(), uuid4(), (uuid4(), uuid4()))
        erase(house, about.people[0])
        house.settle()

        known = house.relationship("Alder", "Birch")
        house.join(known, about.people[0], "Cedar")
        house.settle()

        assert name_of(house, about.people[0]) is None
        assert waiting(house) == [[], []]
        assert len(house.told(SessionsRequestSettled)) == 1

    def test_what_is_still_to_be_fetched_is_not_waited_for(self, house, pair):
        house.form(pair, pair.people[0], arrives=False)
        house.settle()
        assert waiting(house) != [[], []]

        erase(house, pair.people[0])
        house.settle()

        assert waiting(house) == [[], []]

    def test_the_mark_stays(self, house, pair):
        erase(house, pair.people[0])
        house.settle()

        with house.work() as work:
            row = work.get(ErasedPerson, CLINIC, pair.people[0])
        assert row.ended_at == house.clock.at


@pytest.mark.requirement("INT-17", "PLT-13")
class TestNothingOptional:
    def test_ends_what_is_tried_and_offers_nothing(self, house, pair, tried, clinician):
        changed(house, pair.people[0], available=False, version=1)
        house.settle()
        house.clock.move(timedelta(days=30))
        refused = offer(clinician, pair)

        assert tried.told[-1] is PlanState.ENDED
        assert refused.status_code == 422
        assert "Nothing new can be offered here right now" in refused.text

    def test_is_over_once_it_is_lifted(self, house, pair, clinician):
        changed(house, pair.people[0], available=False, version=1)
        changed(house, pair.people[0], available=True, version=2)
        house.settle()

        assert offer(clinician, pair).status_code in (302, 303)

    def test_an_older_word_changes_nothing(self, house, pair, clinician):
        changed(house, pair.people[0], available=True, version=2)
        changed(house, pair.people[0], available=False, version=1)
        house.settle()

        assert offer(clinician, pair).status_code in (302, 303)

    def test_beats_an_offer_that_was_not_heard_of_yet(self, house, pair, clinician):
        changed(house, pair.people[0], available=False, version=1)

        assert offer(clinician, pair).status_code == 422
