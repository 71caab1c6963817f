"""Whoever writes much loses nothing: it is kept whole, or refused with a sentence."""

import pytest

from tests.intake.test_questionnaires import FIRST, asked_alone, at, kept, page_of, seated


@pytest.fixture
def ana(house, ana_and_noa):
    """Ana, who is asked."""
    return asked_alone(house, house.person(ana_and_noa, "Ana"))


def test_every_line_of_an_answer_is_kept(house, ana_and_noa, ana):
    member = seated(house, ana_and_noa, ana, FIRST)
    lines = [f"value {number} {'x' * 210}" for number in range(15)]

    assert member.post(at(1), {"v1": "\r\n".join(lines)}).status_code == 303

    [(_, content)] = kept(house, ana)
    assert content["answers"]["v1"] == lines


def test_line_breaks_count_as_in_the_browser(house, ana_and_noa, ana):
    member = seated(house, ana_and_noa, ana, FIRST)
    written = "x\n" * 2000  # as long as the field allows, by the browser's count

    assert member.post(at(3), {"h1": written.replace("\n", "\r\n")}).status_code == 303

    [(_, content)] = kept(house, ana)
    assert content["answers"]["h1"] == written.strip()


def test_an_answer_that_is_too_long_is_refused_and_what_was_kept_stays(house, ana_and_noa, ana):
    member = seated(house, ana_and_noa, ana, FIRST)
    member.post(at(3), {"h1": "as it was"})

    page = member.post(at(3), {"h1": "x" * 4001})

    assert page.status_code == 422
    assert "Use at most 4,000 letters" in page.text
    [(_, content)] = kept(house, ana)
    assert content["answers"]["h1"] == "as it was"


def test_an_answer_from_paper_that_is_too_long_comes_back_whole(house, ana_and_noa, ana):
    url = page_of(house, ana_and_noa, ana, f"/paper/{FIRST}")

    page = house.visitor("ines").post(url, {"h1": "x" * 4001, "filled_on": "2026-11-20"})

    assert page.status_code == 422
    assert "x" * 4001 in page.text
    assert kept(house, ana) == []


def test_notes_of_a_talk_that_are_too_long_come_back_whole(house, ana_and_noa, ana):
    talk = {"held_on": "2026-11-20", "alone": "yes", "module": "own", "notes": "x" * 4001}

    page = house.visitor("ines").post(house.page(ana_and_noa, ana, "/talk"), talk)

    assert page.status_code == 422
    assert "Use at most 4,000 letters for notes." in page.text
    assert "x" * 4001 in page.text


def test_help_lines_that_are_too_long_come_back_whole(house):
    clinic = {"name": "Quay", "zone": "Europe/Lisbon", "sender": "Quay", "help": "x" * 2001}

    page = house.visitor("rui").post(f"/intake/setup/clinics/{house.clinic}", clinic)

    assert page.status_code == 422
    assert "Use at most 2,000 letters for the help lines." in page.text
    assert "x" * 2001 in page.text
