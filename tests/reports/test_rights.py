"""What reports does when an episode is never to be counted again: it removes, and it answers."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from shared.contracts.intake import ContributionEnded
from shared.contracts.reports import ReportsRequestSettled
from shared.events.tables import outbox
from tests.outboxes import event_of
from tests.reports.conftest import LONG_AGO, PERIOD, couples
from tests.reports.test_contributions import EARLIER, kept


def end(world, clinic_id: UUID, episode: UUID, *, revision: int) -> UUID:
    """Let intake tell that an episode is over for reports; return what it is answered under."""
    request_id = uuid4()
    world.tellers.tell(
        ContributionEnded(
            clinic_id=clinic_id,
            occurred_at=LONG_AGO,
            episode_id=episode,
            request_id=request_id,
            revision=revision,
        )
    )
    return request_id


def answered(world) -> list[ReportsRequestSettled]:
    with world.service.store.engine.connect() as connection:
        texts = connection.execute(select(outbox.c.cloud_event)).scalars().all()
    told = [event_of(text) for text in texts]
    return [event for event in told if isinstance(event, ReportsRequestSettled)]


@pytest.mark.requirement("RPT-03", "PLT-08")
def test_what_an_episode_contributed_is_removed_and_that_is_answered(world, organization_id):
    clinic_id = world.register("Mill Lane", organization_id)
    theirs = couples(same=15)
    world.permit(clinic_id, theirs)
    for period in (EARLIER, PERIOD):
        world.close(clinic_id, theirs, period=period, reminders=False)
    world.settle()

    request_id = end(world, clinic_id, next(iter(theirs)), revision=2)
    world.settle()

    assert len(kept(world, clinic_id)) == 28
    [told] = answered(world)
    assert (told.request_id, told.removed, told.keys) == (request_id, 2, 0)


@pytest.mark.requirement("RPT-03", "PLT-14")
def test_a_yes_that_is_older_counts_nobody_again(world, organization_id):
    clinic_id = world.register("Mill Lane", organization_id)
    theirs = couples(same=15)
    for episode in theirs:
        end(world, clinic_id, episode, revision=2)
    world.permit(clinic_id, theirs)
    world.close(clinic_id, theirs)
    world.settle()

    assert kept(world, clinic_id) == []
    assert len(answered(world)) == 15
