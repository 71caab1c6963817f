"""What the other services tell shows on the clinician's pages, sealed and under chosen names."""

import sqlite3

import pytest

from shared.auth.actors import Role
from shared.contracts.words import PromptOutcome, RelationshipState
from tests.sessions.house import COLLEAGUE


def test_a_relationship_is_called_by_the_names_its_members_chose(house, clinician):
    about = house.relationship("Rowan", "Sorrel", "Thyme")

    page = clinician.get(f"/relationships/{about.id}").text

    assert "<h1>Rowan, Sorrel and Thyme</h1>" in page
    assert "they/them" not in page
    assert "Harbour Street Practice" in page


def test_a_member_whose_details_are_gone_keeps_a_place_without_a_name(house, pair, clinician):
    house.contents["intake.person", pair.people[0]] = None
    house.member_changed(pair, pair.people[0], active=True, version=2)
    house.settle()

    page = clinician.get(f"/relationships/{pair.id}").text

    assert "Alder" not in page
    assert "<h1>Someone and Birch</h1>" in page


def test_late_details_do_not_replace_newer_ones(house, pair, clinician):
    newer = {"name": "Ash", "pronouns": None, "language": "en"}
    house.contents["intake.person", pair.people[0]] = newer
    house.member_changed(pair, pair.people[0], active=True, version=5)
    house.settle()
    house.contents["intake.person", pair.people[0]] = {**newer, "name": "Alder"}
    house.member_changed(pair, pair.people[0], active=True, version=3)
    house.settle()

    assert "<h1>Ash and Birch</h1>" in clinician.get(f"/relationships/{pair.id}").text


def test_names_and_answers_lie_sealed_in_the_database(house, pair, tmp_path):
    house.form(pair, pair.people[0], answers={"Q02": 7, "note": "canary-4411"})
    house.settle()

    with sqlite3.connect(tmp_path / "sessions.sqlite") as database:
        kept = "\n".join(database.iterdump())

    assert "Alder" not in kept
    assert "canary-4411" not in kept


@pytest.mark.requirement("REC-02")
def test_only_the_treating_clinician_opens_a_relationship(house, pair, clinician):
    own = f"/relationships/{pair.id}"

    assert clinician.get(own).status_code == 200
    assert house.visitor(staff_id=COLLEAGUE).get(own).status_code == 404
    assert house.visitor(Role.CLINIC_ADMIN).get(own).status_code == 403


def test_a_hand_over_moves_the_relationship_to_the_other_home(house, pair, clinician):
    house.changed(pair, clinician=COLLEAGUE)
    house.settle()

    assert "Alder" not in clinician.get("/").text
    assert "Alder and Birch" in house.visitor(staff_id=COLLEAGUE).get("/").text


def test_a_closed_relationship_leaves_todays_list(house, pair, clinician):
    house.changed(pair, state=RelationshipState.CLOSED)
    house.settle()

    assert "Alder" not in clinician.get("/").text


def test_messages_and_check_ins_stand_in_the_column_of_the_member_they_concern(
    house, pair, clinician
):
    house.message(pair, pair.people[0], PromptOutcome.UNKNOWN)
    house.form(pair, pair.people[1])
    house.settle()

    page = clinician.get(f"/relationships/{pair.id}").text
    alder, birch = page.split('aria-label="Alder"')[1].split('aria-label="Birch"')

    assert "not known whether it arrived" in alder
    assert "Check-in received" not in alder
    assert "Check-in received" in birch


def test_today_says_what_is_new_by_name_and_never_by_amount(house, clinician):
    quiet = house.relationship("Birch", "Elm")
    busy = house.relationship("Willow", "Yew")
    for _ in range(3):
        house.form(busy, busy.people[0])
    house.message(busy, busy.people[1])
    house.settle()

    page = clinician.get("/").text

    assert page.index(str(quiet.id)) < page.index(str(busy.id))
    assert "3 check-ins and 1 message" in " ".join(page.split())
    assert "Nothing new" in page
