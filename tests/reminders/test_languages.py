"""Each person reads letters, forms and closed pages in their own language, and only in that."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from services.reminders.forms.queries import every_language
from services.reminders.rights.queries import PERSON, share_of
from services.reminders.schedules.domain import Hold
from shared.auth.actors import system
from shared.consent.languages import languages
from shared.events.content import Reference
from shared.web.page_context import member_words
from tests.reminders.house import POLICY
from tests.shared.reading import said_on, too_hard

pytestmark = pytest.mark.left_to_the_build("going through all of reminders")

WAYS = {"en": "ltr", "es": "ltr", "ar": "rtl"}
SUBJECTS = {"en": "Your short form", "es": "Su formulario breve", "ar": "استمارتك القصيرة"}
FIRST = {
    "en": "Are you able to answer on your own right now?",
    "es": "¿Puede contestar a solas en este momento?",
    "ar": "هل يمكنك أن تجيب وحدك الآن؟",
}


def pair_speaking(house, *tags):
    """Return the members of a relationship who speak these languages."""
    people = [uuid4() for _ in tags]
    for person_id, tag in zip(people, tags, strict=True):
        house.describe(person_id, language=tag)
    house.open_relationship(*people)
    for person_id in people:
        house.consent(person_id)
    house.hear()
    return people


def first_letter(house, person_id):
    """Return the first letter that a person gets, at the moment when they get it."""
    last = house.clock.at + timedelta(days=14)
    while not house.letters(person_id) and house.clock.at < last:
        house.pass_time(house.clock.at + timedelta(hours=6))
    letter = house.letters(person_id)[0]
    house.clock.at = letter["at"]
    return letter


def pages_of(house, letter):
    """Return every page of a form, from its link to the thank-you."""
    member, path = house.member(), house.path_of(letter)
    pages = [member.get(path)]
    assert member.post(path).status_code == 303
    pages += [member.get("/reminders/form"), member.post("/reminders/form", {"Q01": "4"})]
    return [page.text for page in pages]


@pytest.mark.requirement("UXA-04", "CHK-15")
@pytest.mark.parametrize("tag", WAYS)
def test_a_letter_and_its_form_speak_the_language_of_the_person_and_no_other(house, tag):
    person, _ = pair_speaking(house, tag, "en" if tag != "en" else "ar")
    letter = first_letter(house, person)
    landing, form, thanks = pages_of(house, letter)

    assert letter["subject"] == SUBJECTS[tag]
    for page in (landing, form, thanks):
        assert f'<html lang="{tag}" dir="{WAYS[tag]}"' in page
        for other in {"en", "es", "ar"} - {tag}:
            [around] = member_words(other)
            assert around.says["leave_this"] not in page
    assert FIRST[tag] in form
    assert languages()[tag].policies[POLICY] in form
    assert all(words not in form for other, words in FIRST.items() if other != tag)


@pytest.mark.requirement("UXA-04")
def test_a_letter_closes_on_a_day_of_its_own_language(house):
    person, other = pair_speaking(house, "es", "ar")

    assert "Se cierra el " in first_letter(house, person)["text"]
    assert "تغلق يوم " in first_letter(house, other)["text"]


@pytest.mark.requirement("UXA-04")
def test_what_has_no_words_in_their_language_waits_and_nobody_elses_does(house):
    person, other = pair_speaking(house, "fi", "en")
    house.pass_time(house.clock.at + timedelta(days=9))

    assert house.letters(person) == []
    assert {one.reason for one in house.prompts(person) if one.reason} >= {Hold.LANGUAGE}
    assert house.letters(other)


@pytest.mark.requirement("UXA-04")
def test_a_region_is_served_by_the_words_of_its_language(house):
    person, _ = pair_speaking(house, "es-MX", "en")

    assert first_letter(house, person)["subject"] == SUBJECTS["es"]


@pytest.mark.requirement("CHK-07", "UXA-04")
def test_the_closed_page_says_the_same_in_every_language_whoever_it_was_for(house):
    people = pair_speaking(house, "ar", "es")
    closed = []
    for person_id in people:
        letter = first_letter(house, person_id)
        pages_of(house, letter)
        closed.append(house.member().get(house.path_of(letter)))
    closed.append(house.member().get("/reminders/f/" + "x" * 27))

    assert {page.status_code for page in closed} == {410}
    assert len({page.text for page in closed}) == 1
    for words in member_words():
        assert f'lang="{words.tag}" dir="{words.direction}"' in closed[0].text
        assert words.says["link_closed"] in closed[0].text


@pytest.mark.requirement("CHK-12", "UXA-04")
def test_stopping_these_messages_is_offered_and_told_in_every_language(house):
    [person, _] = pair_speaking(house, "ar", "en")
    path = house.path_of(first_letter(house, person)) + "/stop"
    offered, invented = (
        house.member().get(path),
        house.member().get(f"/reminders/f/{'x' * 27}/stop"),
    )
    done = house.member().post(path)

    assert offered.text == invented.text
    for words in every_language():
        assert words.says["stopping"] in offered.text
        assert words.says["stopped"] in done.text


@pytest.mark.requirement("UXA-03")
def test_every_page_of_a_form_is_easy_to_read(house):
    person, _ = pair_speaking(house, "en", "ar")
    letter = first_letter(house, person)
    stop = house.path_of(letter) + "/stop"
    pages = [
        *pages_of(house, letter),
        house.member().get(stop).text,
        house.member().post(stop).text,
    ]

    for page in pages:
        assert too_hard(said_on(page)) == []


@pytest.mark.requirement("INT-20", "UXA-04")
@pytest.mark.parametrize(("tag", "said"), [("en", "It depends"), ("ar", "حسب الظروف")])
def test_a_copy_has_the_questions_and_answers_in_the_words_in_which_they_were_asked(
    house, tag, said
):
    person, _ = pair_speaking(house, tag, "es")
    member, letter = house.member(), first_letter(house, person)
    member.post(house.path_of(letter))
    member.post("/reminders/form", {"alone": "yes", "Q01": "4", "Q02": "depends"})

    reference = Reference(PERSON, house.clinic_id, person, 1)
    clinics = frozenset({house.clinic_id})
    acting = replace(system("reminders"), clinics=clinics)
    with house.reminders.store.unit_of_work(clinics=clinics, actor=acting) as work:
        [here] = share_of(work, [reference])[reference]["relationships"].values()

    [form] = here["forms"]
    assert [one["in_words"] for one in form["answers"]][1:] == ["4", said]
    assert form["answers"][0]["question"] == FIRST[tag]
