"""No message leaves whose proving read began after a withdrawal's commit: shown in a history.

Acts of consent are let in at any step of a sending: before and during the reads of the feed, in the
transaction that writes "attempting", and while a letter is handed over. Every step has a number;
nothing sleeps, and no two clocks are compared.
"""

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.reminders.app import new_stationery
from services.reminders.roster import queries as roster
from services.reminders.roster.usecases import take_consent
from services.reminders.sending.domain import Handover, Letter
from services.reminders.sending.usecases import PostOffice, send_due
from shared.contracts.words import Channel
from shared.events.freshness import Freshness, Proof
from tests.reminders.house import House

pytestmark = pytest.mark.left_to_the_build("comparing histories of withdrawals")

STEP_SECONDS = 0.001
LONG = 5.0
"""Longer than a proof is good for."""

ACTS = ("withdraw", "agree", "stand still")


@dataclass(frozen=True)
class Entry:
    """One thing that happened, in the order of its number."""

    number: int
    what: str
    person: UUID | None = None


@dataclass
class History:
    """Numbers every step, and lets in what is planned for it."""

    planned: dict[int, tuple[str, int]]
    entries: list[Entry] = field(default_factory=list)
    people: list[UUID] = field(default_factory=list)
    house: House | None = None
    seconds: float = 0.0
    number: int = 0
    inside: bool = False

    def step(self) -> float:
        """Take one step, with what is planned for it; return the actor's own clock."""
        self.number += 1
        self.seconds += STEP_SECONDS
        if not self.inside and self.number in self.planned:
            self.inside = True
            self._act(*self.planned[self.number])
            self.inside = False
        return self.seconds

    def note(self, what: str, person: UUID | None = None) -> None:
        """Write down what just happened."""
        self.number += 1
        self.entries.append(Entry(self.number, what, person))

    def _act(self, what: str, whose: int) -> None:
        person = self.people[whose % len(self.people)]
        if what == "stand still":
            self.seconds += LONG
            return
        assert self.house
        self.house.consent(person, permitted=what == "agree")
        self.note(what, person)  # the commit is behind us


class Proving(Freshness):
    """Proves as ever, and notes when the read began."""

    def __init__(self, inner: Freshness, history: History, *, reads: bool = True):
        self._inner, self._history, self._reads = inner, history, reads

    def prove(self, concerned: Iterable[tuple[str, UUID]]) -> Proof:
        """Note the beginning, then read; or (a sender that does not read) only claim to have."""
        pairs = list(concerned)
        self._history.step()
        self._history.note("read began")
        proof = self._inner.prove(pairs)
        if not self._reads:
            streams = ("intake.consent", "intake.people", "intake.clinics")
            everything = {(stream, n) for stream in streams for n in range(4)}
            proof = replace(proof, complete=frozenset(everything))
        return replace(proof, ticks=self._history.step, began=self._history.step())


class Silent(Freshness):
    """A sender's proof that reads nothing: what the checker must catch."""

    def __init__(self) -> None:
        pass

    def prove(self, concerned: Iterable[tuple[str, UUID]]) -> Proof:
        """Read nothing."""
        return Proof(0.0, frozenset())


class Door:
    """The way out: notes each letter."""

    def __init__(self, history: History):
        self.history = history

    def deliver(self, letter: Letter) -> Handover:
        """Note that it left."""
        self.history.step()
        self.history.note("sent", letter.person_id)
        return Handover.ACCEPTED


def broken_promises(entries: Iterable[Entry]) -> list[Entry]:
    """Return what was sent although its proving read began after a withdrawal that stood."""
    found, read_at, said = [], 0, dict[UUID, list[Entry]]()
    for entry in entries:
        if entry.what == "read began":
            read_at = entry.number
        elif entry.what == "sent" and entry.person is not None:
            before = [one for one in said.get(entry.person, []) if one.number < read_at]
            if before and before[-1].what == "withdraw":
                found.append(entry)
        elif entry.person is not None:
            said.setdefault(entry.person, []).append(entry)
    return found


@contextmanager
def sending(history: History, *, reads: bool = True) -> Iterator[PostOffice]:
    """A house in which three people's forms are due, and a sender whose steps are numbered."""
    with tempfile.TemporaryDirectory() as folder:
        house = House(Path(folder))
        history.house = house
        _, history.people = house.couple(3)
        house.run("plan")
        service = house.reminders
        proving = Proving(service.freshness() if reads else Silent(), history, reads=reads)
        house.intake.when_asked = lambda: history.step() and None
        yield PostOffice(
            store=service.store,
            freshness=proving,
            gateway=Door(history),
            stationery=new_stationery(house.settings),
            now=house.clock.now,
        )
        house.intake.when_asked = lambda: None
        house.close()


def send_all(history: History, office: PostOffice) -> None:
    """Send for a week, moment by moment, as the clock would have it."""
    house = history.house
    assert house
    until = house.clock.at + timedelta(days=7)
    while house.clock.at < until:
        history.step()
        send_due(office)
        house.clock.at = min(max(house._next_due(), house.clock.at + timedelta(hours=2)), until)
        house.run("plan")


plans = st.dictionaries(
    st.integers(1, 120), st.tuples(st.sampled_from(ACTS), st.integers(0, 2)), max_size=8
)


@pytest.mark.requirement("INT-08", "PLT-13")
@pytest.mark.timeout(300)
@settings(max_examples=6, deadline=None)
@given(plans)
@example({2: ("withdraw", 0)})
@example({step: ("withdraw", step) for step in range(3, 120, 3)})
@example({step: (ACTS[step % 3], step // 3) for step in range(2, 120, 2)})
def test_nothing_leaves_whose_read_began_after_a_withdrawal_was_committed(planned):
    history = History(planned)

    with sending(history) as office:
        send_all(history, office)

    assert broken_promises(history.entries) == []


def test_letters_do_leave_where_nobody_withdraws_so_that_this_means_something():
    history = History({})

    with sending(history) as office:
        send_all(history, office)

    assert {entry.person for entry in history.entries if entry.what == "sent"} == set(
        history.people
    )


def test_a_sender_that_does_not_read_is_caught():
    history = History({1: ("withdraw", 0), 2: ("withdraw", 1), 3: ("withdraw", 2)})

    with sending(history, reads=False) as office:
        send_all(history, office)

    assert broken_promises(history.entries)


@pytest.fixture(scope="module")
def hearing(tmp_path_factory) -> Iterator[House]:
    """A house that hears of many people, each only once."""
    house = House(tmp_path_factory.mktemp("hearing"))
    yield house
    house.close()


@pytest.mark.requirement("PLT-14")
@settings(max_examples=60, deadline=None)
@given(said=st.lists(st.booleans(), min_size=1, max_size=5), data=st.data())
def test_facts_told_twice_late_or_out_of_order_never_bring_a_permission_back(hearing, said, data):
    person = uuid4()
    facts = [
        hearing.consent_event(person, permitted=permitted, revision=number)
        for number, permitted in enumerate(said, start=1)
    ]
    again = data.draw(st.lists(st.sampled_from(facts), max_size=4))
    arriving = data.draw(st.permutations([*facts, *again]))

    with hearing.writing() as work:
        for fact in arriving:
            take_consent(work, event=fact)
    with hearing.reading() as work:
        told = roster.told_of(
            work, clinic_id=hearing.clinic_id, person_id=person, channel=Channel.EMAIL
        )

    assert told
    assert told.permits(hearing.clock.now()) is said[-1]
