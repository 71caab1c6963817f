"""What a clinic still needs before its first check-in, and what it can go without."""

import re

import pytest

from services.intake.directory import usecases as directory
from services.intake.directory.domain import ClinicDetails, Posting
from shared.auth.actors import Role

STEP = re.compile(
    r"<li>\s*<span><span class=\"house-chip[^>]*>([^<]*)</span>.*?<span>(.*?)</span>", re.S
)


@pytest.fixture
def steps(house):
    """How each step stands on the page of Harbour Street's admin: state and words, in order."""

    def shown():
        page = house.visitor("marta").get("/intake/setup").text
        return [(state, re.sub(r"<[^>]+>", " ", says)) for state, says in STEP.findall(page)]

    return shown


def states(found):
    return [state for state, _ in found]


@pytest.mark.requirement("INT-11")
def test_a_new_clinic_lacks_a_policy_and_help_lines_and_has_its_word(steps):
    found = steps()

    assert states(found) == ["There", "There", "Missing", "To be read", "None", "Missing", "There"]
    assert "“Harbour”" in found[-1][1]


def test_nobody_on_duty_is_said_with_what_follows_and_is_not_missing(house, steps):
    state, without = steps()[4]
    with house.work() as work:
        directory.change_roles(
            work,
            staff_id=house.staff["joao"],
            postings={Posting(Role.CLINICIAN, house.clinic), Posting(Role.DUTY, house.clinic)},
            now=house.clock.now(),
        )

    assert state == "None"
    assert "questions on being free to say no is not asked for" in without
    assert steps()[4][0] == "There"


def test_what_was_done_is_there_and_nothing_is_missing_then(house, steps):
    house.choose_policy()
    with house.work() as work:
        directory.change_clinic(
            work,
            clinic_id=house.clinic,
            details=ClinicDetails(
                name="Harbour Street", zone="Europe/Lisbon", sender="Quay", help="0800 000 000"
            ),
            now=house.clock.now(),
        )

    page = house.visitor("marta").get("/intake/setup").text

    assert "Missing" not in states(steps())
    assert "Nothing is missing" in page
    assert "“Quay”" in page


@pytest.mark.requirement("UXA-03")
def test_texts_that_no_native_reader_has_read_are_named(steps):
    state, says = steps()[3]

    assert state == "To be read"
    assert "Español and العربية" in says
