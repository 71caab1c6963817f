"""Whoever says no to something optional is cared for as before; an act says how it came."""

import pytest

from services.intake.consent import domain
from services.intake.consent.models import ConsentText
from services.intake.directory import usecases as directory
from services.intake.directory.domain import Posting
from shared.auth.actors import Role
from shared.consent.terms import Method, Setting, State
from tests.intake.conftest import PASSWORD
from tests.intake.test_cards import WHOLE
from tests.intake.test_consent import CHOICES, answered, choose, ledger, write_down
from tests.intake.test_consent_links import link_for, opened, send
from tests.intake.test_consent_pages import whole_card, words_of
from tests.intake.test_questionnaires import CALM, GAD_7, at, seated

pytestmark = pytest.mark.left_to_the_build("going through all of intake")

TALK = {"held_on": "2026-11-23", "alone": "yes", "module": "own", "notes": "mornings"}


@pytest.fixture
def on_duty(house):
    """Someone who reads what cannot wait, so that everything is asked."""
    with house.work() as work:
        directory.register_staff(
            work,
            organization_id=house.organization_id,
            name="Dele of the staff",
            sign_in="dele",
            password=PASSWORD,
            postings=[Posting(Role.DUTY, house.clinic)],
            starting=False,
            now=house.clock.now(),
        )


@pytest.mark.requirement("INT-02")
@pytest.mark.parametrize("refused", [[one] for one in domain.BY_SCREEN] + [list(domain.BY_SCREEN)])
def test_a_no_to_anything_optional_leaves_every_other_step_open(
    house, ana_and_noa, ana, on_duty, refused
):
    house.choose_policy()
    house.note_policy(ana)
    answered(house, ana, answers=dict.fromkeys(refused, False))

    taken = steps(house, ana_and_noa, ana)
    taken |= {
        f"permit {one}": permits(house, ana_and_noa, ana, one)
        for one in domain.BY_SCREEN
        if one not in refused
    }

    assert {name: status for name, status in taken.items() if status not in (200, 303)} == {}
    assert len(taken) == 10 + len(domain.BY_SCREEN) - len(refused)


def steps(house, relationship, person_id):
    """Return the status of every step of care that intake knows, taken for one person."""
    ines = house.visitor("ines")

    def own(more):
        return house.page(relationship, person_id, more)

    return {
        "see": ines.get(house.page(relationship)).status_code,
        "contact card": ines.post(own("/contact"), WHOLE).status_code,
        "talk alone": ines.post(own("/talk"), TALK).status_code,
        "why": ines.get(own("/consent/why")).status_code,
        "receipt": ines.post(own("/consent/receipt")).status_code,
        "copy": ines.post(
            own("/requests"), {"kind": "access", "came": "in_person", "alone": "yes"}
        ).status_code,
        "link": opened(house, link_for(house, relationship, person_id))
        .get("/intake/questions")
        .status_code,
        "seat": house.seated(house.visitor("ines"), relationship, person_id)
        .get(CHOICES)
        .status_code,
        "questionnaire": seated(house, relationship, person_id, GAD_7)
        .post(at(1), CALM)
        .status_code,
        "together": house.visitor("ines")
        .get(house.page(relationship, None, "/consent"))
        .status_code,
    }


def permits(house, relationship, person_id, purpose):
    """Let staff take a yes down to one more purpose, and return the status."""
    url = house.page(relationship, person_id, "/consent")
    return write_down(house.visitor("ines"), url, {"purpose": purpose}).status_code


ITEMS = "Most of their short forms ask how free they feel to say no."


@pytest.mark.requirement("INT-09")
def test_what_stands_in_the_form_goes_on_while_the_form_comes(house, ana_and_noa, ana, on_duty):
    whole_card(house, ana)
    answered(house, ana, answers={"checkin.safety_items": True})
    without_mail = asked(house, ana_and_noa, ana, "/why")
    answered(house, ana, answers={"checkin.email": True})
    with_mail = asked(house, ana_and_noa, ana, "/why")

    no_mail = asked(house, ana_and_noa, ana, "/what-if?act=withdraw&purpose=checkin.email")
    no_items = asked(house, ana_and_noa, ana, "/what-if?act=withdraw&purpose=checkin.safety_items")

    waits = "It also waits for short forms by e-mail, permitted."
    assert f"Not now Reminders: {ITEMS} {waits}" in without_mail
    assert f"Goes on Reminders: {ITEMS}" in with_mail
    assert f"Reminders {ITEMS}" in no_mail.partition("Then")[2]
    assert f"Stops Reminders {ITEMS}" in no_items
    assert "another question stands in the place of this one" in no_items
    assert "go out by e-mail" not in no_items.partition("Then")[2]


def asked(house, relationship, person_id, more):
    """Return what a page of someone's consent says."""
    page = house.page(relationship, person_id, f"/consent{more}")
    return words_of(house.visitor("ines").get(page))


@pytest.mark.requirement("INT-03")
@pytest.mark.parametrize("door", ["seat", "link", "paper"])
def test_an_act_is_kept_with_every_part_of_its_evidence(house, ana_and_noa, ana, door):
    """All that a record of consent has to hold, by each door through which it comes."""
    ines, yes = house.visitor("ines"), {"checkin.email": "yes"}
    if door == "seat":
        choose(house.seated(ines, ana_and_noa, ana), yes)
    elif door == "link":
        send(opened(house, link_for(house, ana_and_noa, ana)), yes)
    else:
        write_down(ines, house.page(ana_and_noa, ana, "/consent"))

    [row] = ledger(house, ana)
    with house.work() as work:
        text = work.session.get(ConsentText, row.text_hash)
    staff = house.staff["ines"] if door == "paper" else None
    assert (row.person_id, row.purpose, row.state) == (ana, "checkin.email", State.GIVEN)
    assert (row.decided_at, row.valid_from) == (house.clock.now(), house.clock.now())
    assert row.valid_until == house.clock.now().replace(year=2027)
    assert (row.template, row.text_version, row.locale) == ("checkin.email", 1, "en")
    assert text is not None
    assert (row.method, row.setting) == HOW[door]
    assert (row.recorded_by, row.witnessed_by) == (staff, staff)
    assert (row.previous_hash, len(row.hash)) == ("0" * 64, 64)


HOW = {
    "seat": (Method.ON_SCREEN, Setting.ALONE_AT_CLINIC),
    "link": (Method.ON_SCREEN, Setting.ALONE_BY_LINK),
    "paper": (Method.ON_PAPER, Setting.ALONE_AT_CLINIC),
}
