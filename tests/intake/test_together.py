"""One person may belong to several relationships, and joins by what is theirs alone."""

import re

import pytest

from services.intake.people import usecases as people
from services.intake.people.domain import Details, NewMember
from shared.contracts.intake import ContributionChanged, MemberChanged, MemberJoined
from tests.intake.test_cards import WHOLE
from tests.intake.test_consent import answered, without_tokens
from tests.intake.test_consent_links import ADDRESS, opened, send

pytestmark = pytest.mark.left_to_the_build("going through all of intake")

YES = {"checkin.email": True, "report.aggregate": True}


@pytest.fixture
def kim_and_lee(house):
    return house.open("Kim", "Lee")


def joins(house, relationship, person_id, name="ines"):
    """Let staff add someone whom they know, and return the answer."""
    place = house.page(relationship, None, "/members/known")
    return house.visitor(name).post(place, {"person": str(person_id)})


class TestSeveralRelationships:
    def test_of_one_person_are_told_each_for_itself(self, house, ana_and_noa, kim_and_lee, ana):
        answer = joins(house, kim_and_lee, ana)

        assert answer.status_code == 303
        told = [one for one in house.told(MemberJoined) if one.person_id == ana]
        assert [one.relationship_id for one in told] == [ana_and_noa.id, kim_and_lee.id]

    def test_are_offered_by_name_to_staff_who_see_them_already(
        self, house, ana_and_noa, kim_and_lee
    ):
        elsewhere = house.open("Zoe", "Max", clinician="joao")

        page = house.visitor("ines").get(house.page(kim_and_lee, None, "/members/new")).text
        own = house.visitor("joao").get(house.page(elsewhere, None, "/members/new")).text

        offered = re.findall(r"<option value=\"[0-9a-f-]{36}\">([^<]+)", page)
        assert offered == ["Ana", "Noa"]
        assert "Someone you know already" not in own

    def test_do_not_show_each_other_on_any_page_of_staff(
        self, house, ana_and_noa, kim_and_lee, ana
    ):
        joins(house, kim_and_lee, ana)
        marta, ines = house.visitor("marta"), house.visitor("ines")
        pages = [ines.get(house.page(kim_and_lee)), marta.get(house.page(kim_and_lee))]
        pages += [
            ines.get(house.page(kim_and_lee, ana, more))
            for more in (
                "/contact",
                "/details",
                "/consent",
                "/questionnaires",
                "/talk",
                "/requests",
            )
        ]

        shown = [page.text for page in pages if page.status_code == 200]
        assert len(shown) == 8
        assert not [text for text in shown if "Noa" in text or str(ana_and_noa.id) in text]

    @pytest.mark.requirement("CHK-15")
    def test_change_nothing_that_the_others_see(self, house, ana_and_noa, kim_and_lee, ana):
        noa = house.person(ana_and_noa, "Noa")
        before = seat_of(house, ana_and_noa, noa)

        joins(house, kim_and_lee, ana)

        assert seat_of(house, ana_and_noa, noa) == before

    @pytest.mark.requirement("INT-12")
    def test_do_not_let_someone_in_who_shares_an_address_there(
        self, house, ana_and_noa, kim_and_lee, ana
    ):
        ines, lee = house.visitor("ines"), house.person(kim_and_lee, "Lee")
        for relationship, person_id in ((ana_and_noa, ana), (kim_and_lee, lee)):
            ines.post(house.page(relationship, person_id, "/contact"), WHOLE)

        answer = joins(house, kim_and_lee, ana)

        assert answer.status_code == 422
        assert "This address cannot be kept here." in answer.text
        summary = answer.text.split('role="alert"')[1].split("</div>")[0]
        assert "Lee" not in summary

    def test_take_a_person_in_once(self, house, ana_and_noa, ana):
        assert joins(house, ana_and_noa, ana).status_code == 409

    def test_of_people_whom_staff_do_not_see_are_not_found(self, house, ana_and_noa, ana):
        elsewhere = house.open("Zoe", "Max", clinician="joao")

        assert joins(house, elsewhere, ana, "joao").status_code == 404
        assert joins(house, elsewhere, house.clinic, "joao").status_code == 404

    def test_are_chosen_by_someone(self, house, kim_and_lee):
        answer = joins(house, kim_and_lee, "")

        assert answer.status_code == 422
        assert "Choose who joins." in answer.text

    def test_are_not_counted_until_everyone_permits_it_again(
        self, house, ana_and_noa, kim_and_lee, ana
    ):
        for name in ("Kim", "Lee"):
            answered(house, house.person(kim_and_lee, name), answers=YES)

        joins(house, kim_and_lee, ana)

        assert [one.permitted for one in house.told(ContributionChanged)] == [True, False]

    def test_are_all_told_when_the_card_changes(self, house, ana_and_noa, kim_and_lee, ana):
        joins(house, kim_and_lee, ana)

        house.visitor("ines").post(house.page(ana_and_noa, ana, "/contact"), WHOLE)

        told = house.told(MemberChanged)
        assert {one.relationship_id for one in told} == {ana_and_noa.id, kim_and_lee.id}
        assert all(one.active for one in told)


class TestInvitation:
    def invited(self, house, relationship, person_id):
        """Let Ines make an invitation by the form that her page shows, and return its path."""
        ines = house.visitor("ines")
        place = house.page(relationship, person_id, "/consent/link?invite=yes")
        form = ines.get(place).text
        ticked = re.findall(r'name="purposes" value="([\w.]+)" checked', form)
        made = ines.post(place, {"purposes": ticked, "hours": "48"})
        return ticked, ADDRESS.search(made.text)[1]

    @pytest.mark.requirement("INT-11")
    def test_asks_the_policy_and_what_everybody_is_asked(self, house, ana_and_noa, ana):
        house.choose_policy()

        ticked, path = self.invited(house, ana_and_noa, ana)

        assert ticked == ["terms.limited", "checkin.email", "report.aggregate"]
        assert "Thank you" in send(opened(house, path), {"terms.limited": "yes"}).text

    def test_leads_from_each_members_own_card(self, house, ana_and_noa, ana):
        page = house.visitor("ines").get(house.page(ana_and_noa)).text

        assert page.count("Invite by link") == 2

    @pytest.mark.requirement("CHK-15")
    @pytest.mark.parametrize("answer", ["yes", "no"])
    def test_shows_to_nobody_else_whether_it_was_used(self, house, ana_and_noa, ana, answer):
        house.choose_policy()
        noa = house.person(ana_and_noa, "Noa")
        _, path = self.invited(house, ana_and_noa, ana)
        before = seat_of(house, ana_and_noa, noa)

        send(opened(house, path), {"terms.limited": answer, "checkin.email": answer})

        assert seat_of(house, ana_and_noa, noa) == before

    def test_of_a_new_member_is_made_once_they_are_there(self, house, ana_and_noa):
        typed = {"name-1": "Kim", "zone-1": "Europe/Lisbon"}
        ines = house.visitor("ines")

        ines.post(house.page(ana_and_noa, None, "/members/new"), typed)

        assert "invite them by link" in ines.get(house.page(ana_and_noa)).text


@pytest.mark.requirement("INT-18")
@pytest.mark.parametrize(
    "members",
    [
        [("Ana", "she/her"), ("Noa", "she/her")],
        [("Rui", "he/him"), ("Gil", "he/him")],
        [("Kim", "they/them"), ("Lee", None), ("Sol", "ze/hir")],
    ],
    ids=["same pronouns", "same pronouns again", "three, in their own words"],
)
def test_every_form_works_alike_for_whoever_belongs_together(house, members):
    with house.work() as work:
        opened_one = people.open_relationship(
            work,
            clinic_id=house.clinic,
            clinician_id=house.staff["ines"],
            members=[
                NewMember(details=Details(name=name, pronouns=pronouns, zone="UTC"))
                for name, pronouns in members
            ],
            now=house.clock.now(),
        )
    ines = house.visitor("ines")

    for number, (name, _) in enumerate(members):
        own = {"email": f"m{number}@letters.example", "phone": f"+35191234567{number}"}
        person_id = house.person(opened_one, name)
        saved = ines.post(house.page(opened_one, person_id, "/contact"), WHOLE | own)
        assert saved.status_code == 303

    assert ines.post(house.page(opened_one, None, "/apart")).status_code == 303
    page = ines.get(house.page(opened_one)).text
    assert all(name in page for name, _ in members)


def seat_of(house, relationship, person_id):
    """Return what one member sees at their seat."""
    member = house.seated(house.visitor("ines"), relationship, person_id)
    return without_tokens(re.sub(r'nonce[=-]"?[\w+/=-]+', "", member.get(PLACE).text))


PLACE = "/intake/seat/choices"
