"""The days of the invented network, one after the other, each as real ones would have gone."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from deploy.seed import answering, meeting, opening
from deploy.seed.cast import ENDS_ITEMS_AFTER, Cast, Together, Worker
from deploy.seed.founding import Network
from deploy.seed.stage import Stage

MORNING, AFTERNOON = time(6, 30), time(15, 0)
EVENING = time(20, 30)
"""The clinics' mornings and afternoons in UTC; evenings by each person's own clock."""

NIGHT_AFTER = timedelta(minutes=50)
CONFIRMED_EVERY = 70
"""After how many days a clinician asks again whether a contact card still holds."""

BOOKS_ON = 10
"""The day of each month on which books are closed, among them those of a quarter that is over."""


@dataclass(frozen=True)
class Days:
    """Writes days in their order; what is written already is passed over."""

    stage: Stage
    cast: Cast
    network: Network
    until: datetime

    def write(self, number: int) -> None:
        """Write one day, up to the present moment if it is today."""
        if self.stage.ledger.has("intake", f"day/{number}"):
            return
        for at, happen in sorted(self._happenings(number), key=lambda pair: pair[0]):
            if at <= self.until:
                self.stage.set(at)
                happen()
        self.stage.ledger.once("intake", f"day/{number}", lambda _: None)

    def _happenings(self, number: int) -> Iterator[tuple[datetime, Callable[[], None]]]:
        day = self.cast.day(number)
        evenings = {_evening(day, zone) for zone in self._zones()}
        yield datetime.combine(day, MORNING, UTC), lambda: self._morning(number)
        yield datetime.combine(day, AFTERNOON, UTC), lambda: self._afternoon(number)
        for evening in evenings:
            yield evening, self._evening
        yield max(evenings) + NIGHT_AFTER, lambda: self._night(number)

    def _morning(self, number: int) -> None:
        for together in self.cast.together:
            if together.opens_on == number:
                opening.open_one(self.stage, self.network, together)
                opening.meet_alone(self.stage, self.network, together)
            if confirms_on(together, number):
                opening.confirm_cards(self.stage, self.network, together, number)
            if number - together.opens_on == ENDS_ITEMS_AFTER:
                opening.end_items(self.stage, self.network, together)
            if together.closes_on == number:
                opening.close_one(self.stage, self.network, together)
        self.stage.hush()
        self.stage.do("reminders", "plan")

    def _afternoon(self, number: int) -> None:
        for clinician in self.cast.staff:
            meeting.work_through(
                self.stage,
                self.network,
                clinician,
                day=self.cast.day(number),
                seen=[
                    one for one in self._treated_by(clinician) if meets_on(one, number, self.cast)
                ],
                visits={one.key: visit_of(one, number, self.cast) for one in self.cast.together},
            )
        self.stage.hush()
        self.stage.do("sessions", "end_plans")

    def _evening(self) -> None:
        self.stage.do("reminders", "plan", "send")

    def _night(self, number: int) -> None:
        answering.answer(self.stage, self.cast, self.network, number)
        self.stage.hush()
        if number == 0 or self.cast.day(number).day == BOOKS_ON:
            for name in self.stage.services:
                self.stage.do(name)
            self.stage.hush()

    def _treated_by(self, clinician: Worker) -> list[Together]:
        return [one for one in self.cast.together if one.clinician.key == clinician.key]

    def _zones(self) -> set[str]:
        return {person.zone for one in self.cast.together for person in one.members}


def meets_on(together: Together, number: int, cast: Cast) -> bool:
    """Say whether a relationship has a session on a day."""
    closed = together.closes_on is not None and number >= together.closes_on
    begun = number > together.opens_on
    week = (number - together.opens_on) // 7
    due = week % (together.every // 7) == 0
    return begun and not closed and due and cast.day(number).weekday() == together.weekday


def confirms_on(together: Together, number: int) -> bool:
    """Say whether the contact cards of a relationship are confirmed again on a day."""
    closed = together.closes_on is not None and number >= together.closes_on
    since = number - together.opens_on
    return since > 0 and since % CONFIRMED_EVERY == 0 and not closed


def visit_of(together: Together, number: int, cast: Cast) -> int:
    """Return how many sessions a relationship has had before a day."""
    return sum(meets_on(together, day, cast) for day in range(number))


def _evening(day: date, zone: str) -> datetime:
    return datetime.combine(day, EVENING, ZoneInfo(zone)).astimezone(UTC)
