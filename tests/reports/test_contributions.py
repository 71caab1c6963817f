"""Contributions arrive by events and references, are kept once, and name no one."""

from uuid import uuid4

import pytest
from sqlalchemy import select

from services.reports.contributions.domain import Told
from services.reports.contributions.models import Closing, Contribution
from services.reports.contributions.usecases import accept_contributions, note_permissions
from shared.auth.actors import system
from shared.events.content import Reference
from shared.store import UnitOfWork
from tests.reports.conftest import AFTER, PERIOD, couples, table

EARLIER = 20262


def kept(world, clinic_id) -> list[Contribution]:
    """Return the rows kept of a clinic."""
    with world.service.store.reading(clinics={clinic_id}, actor=system("reports")) as work:
        rows = list(work.session.scalars(select(Contribution)))
        work.session.expunge_all()
        return rows


def test_what_a_closed_quarter_contributes_is_fetched_and_kept(world, organization_id):
    clinic_id = world.register("Mill Lane", organization_id)
    theirs = couples(same=2)
    world.permit(clinic_id, theirs)
    world.close(clinic_id, theirs)

    world.settle()

    assert [(row.period, row.measure, row.value) for row in kept(world, clinic_id)] == [
        (PERIOD, "communication", "same")
    ] * 2


def test_a_quarter_is_accepted_once_and_stays_as_it_was(world, organization_id):
    clinic_id = world.register("Mill Lane", organization_id)
    theirs = couples(same=20)
    world.permit(clinic_id, theirs)
    world.close(clinic_id, theirs)
    world.settle()

    world.close(clinic_id, couples(all_higher=30))
    world.settle()

    assert {row.value for row in kept(world, clinic_id)} == {"same"}
    assert len(kept(world, clinic_id)) == 20


def test_a_quarter_closed_before_the_last_was_fetched_does_not_push_it_out(world, organization_id):
    clinic_id = world.register("Mill Lane", organization_id)
    world.close(clinic_id, couples(same=3), period=EARLIER)
    world.close(clinic_id, couples(all_higher=4), period=PERIOD)

    world.settle()

    assert sorted(row.period for row in kept(world, clinic_id)) == [EARLIER] * 3 + [PERIOD] * 4


@pytest.mark.requirement("RPT-04")
def test_a_couple_has_another_name_in_every_quarter(world, organization_id):
    clinic_id = world.register("Mill Lane", organization_id)
    theirs = couples(same=15)
    world.permit(clinic_id, theirs)
    world.close(clinic_id, theirs, period=EARLIER)
    world.close(clinic_id, theirs, period=PERIOD)

    world.settle()

    names = {row.period: set() for row in kept(world, clinic_id)}
    for row in kept(world, clinic_id):
        names[row.period].add(row.pseudonym)
    assert len(names[EARLIER]) == len(names[PERIOD]) == 15
    assert not names[EARLIER] & names[PERIOD]


@pytest.mark.requirement("RPT-04")
def test_the_database_holds_no_id_by_which_another_service_knows_a_couple(
    world, organization_id, tmp_path
):
    clinic_id = world.register("Mill Lane", organization_id)
    theirs = couples(same=15)
    world.permit(clinic_id, theirs)
    world.close(clinic_id, theirs)
    world.settle()

    held = b"".join(file.read_bytes() for file in tmp_path.glob("reports.sqlite*"))

    assert len(kept(world, clinic_id)) == 15
    assert clinic_id.hex.encode() in held
    for episode in theirs:
        for spelled in (episode.bytes, episode.hex.encode(), str(episode).encode()):
            assert spelled not in held


@pytest.mark.requirement("RPT-03")
def test_a_couple_that_withdraws_is_deleted_from_every_quarter_here(world, organization_id):
    clinic_id = world.register("Mill Lane", organization_id)
    theirs = couples(same=15)
    gone = next(iter(theirs))
    world.permit(clinic_id, theirs)
    world.close(clinic_id, theirs, period=EARLIER, reminders=False)
    world.close(clinic_id, theirs, period=PERIOD, reminders=False)
    world.settle()

    world.permit(clinic_id, [gone], permitted=False, revision=2)
    world.settle()

    assert sorted(row.period for row in kept(world, clinic_id)) == [EARLIER] * 14 + [PERIOD] * 14


@pytest.mark.requirement("RPT-03")
def test_what_comes_late_about_a_couple_that_withdrew_is_dropped(world, organization_id):
    clinic_id = world.register("Mill Lane", organization_id)
    theirs = couples(same=15)
    world.permit(clinic_id, theirs, permitted=False)
    world.settle()

    world.close(clinic_id, theirs)
    world.settle()

    assert kept(world, clinic_id) == []


def test_an_older_word_about_a_couple_changes_nothing(world, organization_id):
    clinic_id = world.register("Mill Lane", organization_id)
    theirs = couples(same=20)
    world.permit(clinic_id, theirs, permitted=True, revision=3)
    world.settle()
    world.permit(clinic_id, theirs, permitted=False, revision=2)
    world.close(clinic_id, theirs)

    world.settle()

    assert table(world.document(organization_id))["rows"][0]["couples"] == 20


def test_contributions_that_do_not_fit_are_asked_for_again_and_hold_nothing_up(
    world, organization_id
):
    broken = world.register("Broken", organization_id)
    whole = world.register("Whole", organization_id)
    world.close(broken, couples(same=3))
    world.close(whole, couples(same=3))
    reference = Reference("sessions.contributions", broken, broken, PERIOD)
    world.tellers.content_of[reference] = {"period": PERIOD, "rows": [{"episode": "none"}]}

    world.settle()

    assert len(kept(world, whole)) == 3
    with world.service.store.claiming() as work:
        waiting = select(Closing.clinic_id).where(Closing.accepted_at.is_(None))
        assert set(work.session.scalars(waiting)) == {broken}


def test_the_seed_may_hand_contributions_over_directly(world):
    clinic_id, episode = uuid4(), uuid4()
    rows = [{"episode": episode, "measure": "communication", "value": "same"}] * 2

    def accept(work: UnitOfWork) -> int:
        note_permissions(work, clinic_id=clinic_id, told=[Told(episode, True, 1)])
        return accept_contributions(
            work, clinic_id=clinic_id, period=PERIOD, teller="sessions", rows=rows, now=AFTER
        )

    with world.service.store.unit_of_work(clinics={clinic_id}, actor=system("reports")) as work:
        assert accept(work) == 1
        assert accept(work) == 0
