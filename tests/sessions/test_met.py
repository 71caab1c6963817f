"""Nothing joint is offered or begun before the clinician has met each member on their own."""

from uuid import uuid4

import pytest

from shared.auth.actors import Role
from shared.contracts.intake import QuestionnaireCompleted
from shared.contracts.sessions import PlanChanged
from shared.contracts.words import PlanState
from tests.sessions.house import CLINIC
from tests.sessions.test_plans import Trying, offer

pytestmark = pytest.mark.requirement("INT-15")


@pytest.fixture
def unmet(house):
    """Two people in care whom nobody has met alone yet."""
    return house.relationship("Alder", "Birch", met=False)


class TestBeforeEveryoneWasMet:
    @pytest.mark.parametrize("met", [0, 1])
    def test_nothing_can_be_offered_and_the_clinician_reads_why(self, house, clinician, unmet, met):
        for person in unmet.people[:met]:
            house.meet(unmet, person)
        house.settle()

        refused = offer(clinician, unmet)

        assert refused.status_code == 422
        assert "Meet each member on their own first" in refused.text
        assert house.told(PlanChanged) == []

    def test_programs_are_refused_too(self, house, clinician, unmet):
        answer = clinician.browser.post(
            f"/api/relationships/{unmet.id}/plans",
            json={"experiment": "X10"},
            headers={"X-CSRFToken": clinician.form_token()},
        )

        assert answer.status_code == 422
        assert "Meet each member" in answer.text
        assert house.told(PlanChanged) == []

    def test_the_page_lists_whom_to_meet_and_nobody_else(self, house, clinician, unmet):
        house.meet(unmet, unmet.people[0])
        house.settle()

        page = clinician.get(f"/relationships/{unmet.id}/plan").text

        assert "Talk alone with Birch" in page
        assert "Talk alone with Alder" not in page

    @pytest.mark.requirement("INT-10")
    def test_others_are_told_only_what_they_are_always_told(self, house, unmet):
        duty = house.visitor(Role.DUTY, staff_id=uuid4())
        before = duty.get(f"/api/relationships/{unmet.id}/openness").json
        for person in unmet.people:
            house.meet(unmet, person)
        house.settle()

        assert before == {"openness": "not_available_now"}
        assert duty.get(f"/api/relationships/{unmet.id}/openness").json == before


class TestOnceEveryoneWasMet:
    def test_it_can_be_offered(self, house, clinician, unmet):
        for person in unmet.people:
            house.meet(unmet, person)
        house.settle()

        assert offer(clinician, unmet).status_code == 302

    @pytest.mark.parametrize("names", [("Alder", "Birch"), ("Rowan", "Sorrel", "Thyme")])
    def test_what_is_offered_does_not_begin_when_one_was_not_met_after_all(
        self, house, clinician, names
    ):
        about = house.relationship(*names)
        offer(clinician, about)
        trying = Trying(house, about, clinician)
        house.meet(about, about.people[-1], met=False)
        house.settle()

        trying.everyone_says("yes")
        trying.press("release")

        assert trying.told == [PlanState.OFFERED]
        assert "It begins once each member was met alone" in trying.page

    def test_whoever_joins_later_is_met_first(self, house, clinician):
        about = house.relationship("Alder", "Birch")
        house.join(about, uuid4(), "Cedar")
        house.settle()

        assert offer(clinician, about).status_code == 422
        assert "Talk alone with Cedar" in clinician.get(f"/relationships/{about.id}/plan").text


def test_a_finished_questionnaire_is_heard_and_stops_nothing(house, clinician):
    about = house.relationship("Alder", "Birch")
    house.tell(
        QuestionnaireCompleted(
            clinic_id=CLINIC,
            occurred_at=house.clock.at,
            relationship_id=about.id,
            person_id=about.people[0],
            questionnaire_id=uuid4(),
            version=1,
        )
    )
    house.changed(about, clinician=uuid4(), version=2)

    house.settle()

    assert clinician.get(f"/relationships/{about.id}/plan").status_code == 404
