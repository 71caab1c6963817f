"""Seats begin in their person's language and end in every one; what is handed over is in theirs."""

import re
from dataclasses import replace

import pytest

from services.intake.rights.queries import words_for
from shared.web.page_context import member_words
from tests.intake.test_consent_links import link_for
from tests.intake.test_rights import ALONE, decide
from tests.intake.test_seats import CONSENT, KINDS, Practice, reply
from tests.shared.reading import said_on, too_hard

pytestmark = pytest.mark.left_to_the_build("going through all of intake")

IN_FORCE = (
    "They share nothing about your safety without talking to you, unless the law says otherwise."
)
"""A line of a text that is in force and not edited any more; the text as a whole is easy."""

WAYS = {"en": "ltr", "es": "ltr", "ar": "rtl"}


@pytest.fixture
def practice(house, ana_and_noa):
    """Ana and Noa, who both noted the policy on what is said alone."""
    made = Practice(house, ana_and_noa)
    house.choose_policy()
    house.note_policy(made.ana, made.noa)
    return made


@pytest.mark.requirement("UXA-04")
@pytest.mark.parametrize("kind", KINDS, ids=str)
@pytest.mark.parametrize("tag", WAYS)
def test_a_seat_begins_in_the_language_of_its_person(practice, kind, tag):
    practice.house.speaks(practice.ana, tag)
    path = practice.hand_over(practice.house.visitor("ines"), kind, practice.ana)
    page = practice.house.member().get(path).text

    assert f'<html lang="{tag}" dir="{WAYS[tag]}"' in page
    for words in member_words():
        assert (words.says["seat_heading"] in page) == (words.tag == tag)
        assert (words.says["leave_this"] in page) == (words.tag == tag)


@pytest.mark.requirement("UXA-04")
def test_a_seat_of_someone_whose_language_has_no_words_guesses_none(practice):
    practice.house.speaks(practice.ana, "fi")
    path = practice.hand_over(practice.house.visitor("ines"), KINDS[1], practice.ana)
    page = practice.house.member().get(path).text

    assert all(words.says["seat_heading"] in page for words in member_words())


@pytest.mark.requirement("UXA-04")
def test_a_seat_that_is_over_says_so_in_every_language_whoever_sat_there(practice):
    ends = []
    for person_id, tag in ((practice.ana, "ar"), (practice.noa, "es")):
        practice.house.speaks(person_id, tag)
        member = practice.sit_down(CONSENT, person_id)
        reply(member, CONSENT)
        ends.append((member.get("/intake/seat/closed").text, member.get(CONSENT.first).text))

    assert ends[0] == ends[1]
    for words in member_words():
        assert words.says["seat_over"] in ends[0][0]
        assert words.says["errors"]["410"][1] in ends[0][1]


@pytest.mark.requirement("INT-20", "UXA-04")
@pytest.mark.parametrize("tag", WAYS)
def test_the_receipt_of_an_erasure_is_in_the_language_of_the_person(house, ana_and_noa, tag):
    ana, ines = house.person(ana_and_noa, "Ana"), house.visitor("ines")
    house.speaks(ana, tag)
    requests = house.page(ana_and_noa, ana, "/requests")
    asked = ines.post(requests, {"kind": "erasure", **ALONE})
    number = asked.headers["Location"].rpartition("#")[2]
    house.clock.pass_by(days=8)
    decide(ines, lambda more="": requests + more, number)

    page = ines.post(f"{requests}/{number}/receipt").text

    assert f'lang="{tag}" dir="{WAYS[tag]}"' in page
    for other in WAYS:
        for said in ("stays", "done_heading"):
            assert (words_for(other).says[said] in page) == (other == tag)


@pytest.mark.requirement("UXA-03")
def test_every_page_of_the_consent_flow_is_easy_to_read(practice):
    house, relationship, ana = practice.house, practice.relationship, practice.ana
    seat = practice.hand_over(house.visitor("ines"), CONSENT, ana)
    link = link_for(house, relationship, ana, purposes=["checkin.email", "report.aggregate"])
    member, by_link = house.member(), house.member()
    pages = [member.get(seat), by_link.get(link)]
    member.post(seat)
    by_link.post(link)
    pages += [member.get(CONSENT.first), by_link.get("/intake/questions")]
    pages += [by_link.post("/intake/questions", {"checkin.email": "maybe"})]
    pages += [reply(member, replace(CONSENT, answers={"checkin.email": "yes", "receipt": "show"}))]
    pages += [by_link.post("/intake/questions", hidden_on(pages[3]) | {"checkin.email": "yes"})]
    pages += [by_link.get(link), member.get("/intake/seat/closed"), member.get(CONSENT.first)]

    said = [said_on(page.text) for page in pages]

    assert [page.status_code for page in pages] == [200] * 4 + [422] + [200] * 2 + [410, 200, 410]
    assert "Your receipt." in said[5]
    assert "Thank you. That is all for now." in said[6]
    for page in said:
        assert [text for text in too_hard(page) if text != IN_FORCE] == []


def hidden_on(page):
    return dict(re.findall(r'name="(shown\.[\w.]+)" value="(\w+)"', page.text))


@pytest.mark.requirement("UXA-04")
@pytest.mark.parametrize(("tag", "missing"), [("fi", True), ("es-MX", False), ("ar", False)])
def test_staff_see_that_a_language_has_no_short_form_yet(house, ana_and_noa, tag, missing):
    house.speaks(house.person(ana_and_noa, "Ana"), tag)

    page = house.visitor("ines").get(f"/intake/relationships/{ana_and_noa.id}").text

    assert ("A language that the short form is in" in page) == missing
