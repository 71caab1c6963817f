"""What reminders is told of a permission that cannot be one is set aside, and means no."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from shared.events.tables import undelivered

pytestmark = pytest.mark.left_to_the_build("going through all of reminders")

DAY = timedelta(days=1)


@pytest.mark.requirement("INT-06", "PLT-13")
@pytest.mark.parametrize(
    "lasts", [0 * DAY, -1 * DAY, 367 * DAY, 3_650 * DAY], ids=["no end", "backwards", "more", "ten"]
)
def test_a_yes_without_end_or_beyond_its_most_is_set_aside_and_nothing_goes_out(house, lasts):
    bad, good = uuid4(), uuid4()
    for person_id in (bad, good):
        house.describe(person_id)
    house.open_relationship(bad, good)
    house.consent(good)
    house.consent(bad, valid_until=house.clock.now() + lasts)
    house.hear()

    house.pass_time(house.clock.at + 7 * DAY)

    assert (len(house.letters(bad)), len(house.letters(good))) == (0, 1)
    with house.reminders.store.engine.connect() as connection:
        parked = connection.execute(select(undelivered)).mappings().all()
    assert [row["error_class"] for row in parked][:1] == ["BeyondTerms"]


def test_a_no_has_no_end_to_be_checked(house):
    _, [person_id, _] = house.couple()
    house.consent(person_id, permitted=False, valid_until=house.clock.now())
    house.hear()

    house.pass_time(house.clock.at + 7 * DAY)

    assert house.letters(person_id) == []
    with house.reminders.store.engine.connect() as connection:
        assert connection.execute(select(undelivered)).all() == []
