"""The policy on what is said alone: chosen by the clinic, noted by each person for themselves."""

import re

import pytest

from shared.consent.languages import languages
from shared.consent.purposes import POLICIES
from shared.contracts.intake import ClinicRegistered, ConsentChanged
from shared.contracts.words import Purpose
from tests.intake.test_consent_links import link_for, opened, send
from tests.intake.test_questionnaires import CALM, GAD_7, at, page_of, seated

PLACE = "/intake/seat/choices"

pytestmark = pytest.mark.requirement("INT-11")


@pytest.fixture
def noa(house, ana_and_noa):
    return house.person(ana_and_noa, "Noa")


def policy_page(house):
    """Return the address of the page on which a clinic chooses."""
    return f"/intake/setup/clinics/{house.clinic}/policy"


def answered(member, **answers):
    """Let a seated member answer with what the page holds."""
    hidden = re.findall(r'name="(shown\.[\w.]+)" value="(\w+)"', member.get(PLACE).text)
    return member.post(PLACE, {**dict(hidden), **answers})


class TestChoosing:
    def test_shows_every_policy_word_for_word_and_chooses_none_beforehand(self, house):
        page = house.visitor("marta").get(policy_page(house)).text

        texts = [text for text in languages()["en"].texts if text.purpose in POLICIES]
        assert len(texts) == 3
        assert all(point in page for text in texts for point in text.points)
        assert "checked" not in page

    def test_tells_the_other_services_that_the_clinic_changed(self, house):
        before = len(house.told(ClinicRegistered))

        answer = house.visitor("marta").post(policy_page(house), {"policy": "terms.apart"})

        assert answer.status_code == 303
        assert len(house.told(ClinicRegistered)) == before + 1
        assert 'value="terms.apart" checked' in house.visitor("marta").get(policy_page(house)).text

    def test_refuses_what_is_none(self, house):
        answer = house.visitor("marta").post(policy_page(house), {"policy": "terms.none"})

        assert answer.status_code == 422
        assert "Choose one of the policies" in answer.text

    def test_is_missing_on_the_list_until_it_is_done(self, house):
        rui = house.visitor("rui")
        before = rui.get("/intake/setup").text
        house.choose_policy()
        after = rui.get("/intake/setup").text

        assert before.count("Missing") - after.count("Missing") == 1

    def test_is_for_admins_of_the_clinic(self, house):
        assert house.visitor("ines").get(policy_page(house)).status_code == 403
        assert house.visitor("olga").get(policy_page(house)).status_code == 404


class TestNoting:
    def test_is_asked_first_at_the_seat_and_kept_with_the_words_that_were_shown(
        self, house, ana_and_noa, ana
    ):
        house.choose_policy()
        member = house.seated(house.visitor("ines"), ana_and_noa, ana)
        page = member.get(PLACE).text

        answered(member, **{"terms.limited": "yes"})

        assert page.index("terms.limited") < page.index("checkin.email")
        assert "terms.open" not in page
        [told] = house.told(ConsentChanged)
        assert (told.purpose, told.permitted, told.text_version) == (
            Purpose.TERMS_LIMITED,
            True,
            1,
        )

    def test_can_be_asked_by_link_and_taken_back_as_easily(self, house, ana_and_noa, ana):
        house.choose_policy()
        for answer in ("yes", "no"):
            path = link_for(house, ana_and_noa, ana, purposes=["terms.limited"])
            assert "Thank you" in send(opened(house, path), {"terms.limited": answer}).text

        assert [one.permitted for one in house.told(ConsentChanged)] == [True, False]

    def test_asks_nothing_where_the_clinic_has_chosen_none(self, house, ana_and_noa, ana):
        member = house.seated(house.visitor("ines"), ana_and_noa, ana)

        assert "terms." not in member.get(PLACE).text

    def test_of_another_policy_is_not_taken(self, house, ana_and_noa, ana):
        house.choose_policy()
        ines, page = house.visitor("ines"), house.page(ana_and_noa, ana, "/consent")
        how = {"method": "spoken", "setting": "alone_at_clinic", "answer": "yes", "after": "0"}

        other = ines.post(page, {"purpose": "terms.open", **how})
        own = ines.post(page, {"purpose": "terms.limited", **how})

        assert (other.status_code, own.status_code) == (422, 303)
        assert [one.purpose for one in house.told(ConsentChanged)] == [Purpose.TERMS_LIMITED]

    def test_a_question_that_the_clinic_changed_meanwhile_is_not_asked_any_more(
        self, house, ana_and_noa, ana
    ):
        house.choose_policy()
        member = opened(
            house, link_for(house, ana_and_noa, ana, purposes=["terms.limited", "checkin.email"])
        )
        house.choose_policy("terms.open")

        page = member.get("/intake/questions").text

        assert "terms." not in page
        assert "checkin.email" in page

    @pytest.mark.parametrize("tag", ["en", "es", "ar"])
    def test_is_asked_in_every_language_and_so_is_its_sentence(self, tag):
        language = languages()[tag]

        assert {text.purpose for text in language.texts} >= set(POLICIES)
        assert language.policies.keys() == set(POLICIES)


class TestBeforeTheFirstCheckIn:
    def missing(self, house, relationship, person_id):
        """Return what is missing for a member, as their clinician sees it."""
        page = house.visitor("ines").get(house.page(relationship)).text
        return page.split(f'id="m{person_id}"')[1].split("</section>")[0]

    def test_staff_see_per_person_what_is_missing(self, house, ana_and_noa, ana, noa):
        assert "the clinic has yet to choose" in self.missing(house, ana_and_noa, ana)

        house.choose_policy()
        house.note_policy(ana)

        assert "read and agreed to by them" in self.missing(house, ana_and_noa, noa)
        assert "read and agreed to by them" not in self.missing(house, ana_and_noa, ana)

    def test_another_choice_of_the_clinic_asks_everybody_anew(self, house, ana_and_noa, ana):
        house.choose_policy()
        house.note_policy(ana)
        house.choose_policy("terms.apart")

        assert "read and agreed to by them" in self.missing(house, ana_and_noa, ana)


class TestQuestionnaires:
    def hand_over(self, house, relationship, person_id):
        page = page_of(house, relationship, person_id, "/hand-over")
        return house.visitor("ines").post(page, {"packs": [str(GAD_7)]})

    def test_are_handed_to_nobody_before(self, house, ana_and_noa, ana, noa):
        none = self.hand_over(house, ana_and_noa, ana)
        house.choose_policy()
        house.note_policy(noa)
        not_noted = self.hand_over(house, ana_and_noa, ana)

        assert (none.status_code, not_noted.status_code) == (422, 422)
        assert "has yet to choose its policy" in none.text
        assert "have not yet read and agreed" in not_noted.text

    @pytest.mark.parametrize("more", ["/scores", "/paper/1"])
    def test_are_not_written_down_for_anybody_before(self, house, ana_and_noa, ana, more):
        house.choose_policy()
        typed = {"pack": "1", "score": "3", "filled_on": "2026-11-20", **CALM}

        answer = house.visitor("ines").post(page_of(house, ana_and_noa, ana, more), typed)

        assert answer.status_code == 422

    def test_repeat_it_in_one_sentence(self, house, ana_and_noa, ana):
        house.choose_policy()
        house.note_policy(ana)

        page = seated(house, ana_and_noa, ana, GAD_7).get(at(1)).text

        assert page.count("What you say here may have to come into the joint talks.") == 1

    def test_close_at_once_when_it_is_taken_back(self, house, ana_and_noa, ana):
        house.choose_policy()
        house.note_policy(ana)
        member = seated(house, ana_and_noa, ana, GAD_7)

        house.note_policy(ana, agrees=False)

        assert member.get(at(1)).status_code == 410
        assert member.post(at(1), CALM).status_code == 410
