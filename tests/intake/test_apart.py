"""When members part, each keeps their care, is asked anew alone, and hears nothing of others."""

import re
from uuid import UUID

import pytest

from services.intake.consent import queries
from shared.contracts.intake import ConsentChanged, ContributionChanged, RelationshipChanged
from shared.contracts.words import RelationshipState
from tests.intake.test_consent import answered
from tests.intake.test_consent_links import link_for, opened
from tests.intake.test_rights import belongs

YES = {"terms.limited": True, "checkin.email": True, "report.aggregate": True}


@pytest.fixture
def noa(house, ana_and_noa) -> UUID:
    return house.person(ana_and_noa, "Noa")


def part(house, relationship, name="ines"):
    """Let a member of staff press the button, and return the answer."""
    return house.visitor(name).post(house.page(relationship, None, "/apart"))


def permits(house, person_id):
    """Return what a person permits now."""
    with house.work() as work:
        found = queries.standing(
            work, clinic_id=house.clinic, person_id=person_id, now=house.clock.now()
        )
    return {purpose for purpose, decision in found.items() if decision.permits}


class TestParting:
    def test_keeps_both_in_care_and_tells_the_other_services(self, house, ana_and_noa):
        answer = part(house, ana_and_noa)

        assert answer.status_code == 303
        [told] = house.told(RelationshipChanged)
        assert told.state is RelationshipState.APART
        ines = house.visitor("ines")
        assert "Ana" in ines.get("/intake/relationships").text
        assert "Each in care alone" in ines.get(house.page(ana_and_noa)).text

    def test_puts_aside_what_each_permitted_whatever_that_was(self, house, ana_and_noa, ana, noa):
        house.choose_policy()
        answered(house, ana, answers=YES)
        answered(house, noa, answers={"checkin.email": True, "report.aggregate": False})

        part(house, ana_and_noa)

        assert permits(house, ana) == permits(house, noa) == set()
        ended = [one for one in house.told(ConsentChanged) if not one.permitted]
        assert {one.person_id for one in ended} == {ana, noa}

    def test_lets_nobody_be_counted(self, house, ana_and_noa, ana, noa):
        for person_id in (ana, noa):
            answered(house, person_id, answers={"report.aggregate": True})

        part(house, ana_and_noa)

        assert [one.permitted for one in house.told(ContributionChanged)] == [True, False]

    def test_closes_the_links_that_stood_open(self, house, ana_and_noa, ana):
        path = link_for(house, ana_and_noa, ana)

        part(house, ana_and_noa)

        assert house.member().get(path).status_code == 410

    def test_lets_each_be_asked_anew_alone(self, house, ana_and_noa, ana):
        part(house, ana_and_noa)

        member = opened(house, link_for(house, ana_and_noa, ana))

        assert member.get("/intake/questions").status_code == 200

    def test_happens_once(self, house, ana_and_noa):
        part(house, ana_and_noa)

        assert part(house, ana_and_noa).status_code == 409
        assert len(house.told(RelationshipChanged)) == 1

    def test_takes_nobody_new_in(self, house, ana_and_noa):
        part(house, ana_and_noa)
        typed = {"name-1": "Kim", "zone-1": "Europe/Lisbon"}

        answer = house.visitor("ines").post(house.page(ana_and_noa, None, "/members/new"), typed)

        assert answer.status_code == 409

    def test_is_for_the_treating_clinician(self, house, ana_and_noa):
        assert part(house, ana_and_noa, "marta").status_code == 403
        assert part(house, ana_and_noa, "joao").status_code == 404

    def test_can_still_be_closed(self, house, ana_and_noa):
        part(house, ana_and_noa)

        house.visitor("ines").post(house.page(ana_and_noa, None, "/close"))

        assert house.told(RelationshipChanged)[-1].state is RelationshipState.CLOSED


def test_whoever_is_treated_elsewhere_too_is_asked_anew_there_and_nobody_reads_why(
    house, ana_and_noa, ana
):
    """What a person permits is theirs in every relationship; a no is safe in all of them."""
    elsewhere = house.open("Kim", "Lee", clinician="joao")
    belongs(house, elsewhere, ana)
    answered(house, ana, answers={"checkin.email": True})

    part(house, ana_and_noa)

    page = house.visitor("joao").get(house.page(elsewhere, ana, "/consent")).text
    assert "Put aside: ask again" in page
    assert not re.search(f"apart|Noa|Ines|{ana_and_noa.id}", page)
    assert elsewhere.id not in {one.relationship_id for one in house.told(RelationshipChanged)}


@pytest.mark.requirement("CHK-15", "INT-01")
@pytest.mark.parametrize("noas", [{}, YES, {"checkin.email": False}])
def test_what_one_says_afterwards_shows_nowhere_to_the_other(house, ana_and_noa, ana, noa, noas):
    house.choose_policy()
    part(house, ana_and_noa)
    before = seen_by(house, ana_and_noa, ana)

    if noas:
        answered(house, noa, answers=noas)

    assert seen_by(house, ana_and_noa, ana) == before


def seen_by(house, relationship, person_id):
    """Return what one member sees, by seat and by link, but for what is drawn anew each time."""
    member = house.seated(house.visitor("ines"), relationship, person_id)
    pages = [member.get("/intake/seat/choices").text]
    member = opened(house, link_for(house, relationship, person_id))
    pages.append(member.get("/intake/questions").text)
    return [re.sub(r'csrf_token" value="[^"]+"|nonce="[^"]+"|nonce-\S+', "", one) for one in pages]
