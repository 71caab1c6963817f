"""Nothing that one member sees, nor when they see it, depends on what another one does."""

import random
import re
import tempfile
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shared.contracts.reminders import FormReceived, PromptSettled
from tests.reminders.house import START, House

pytestmark = pytest.mark.left_to_the_build("living through two lives for each private act")

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
RELATIONSHIP, A, B, C = (UUID(int=(9 << 120) + n) for n in (1, 2, 3, 4))
SECRET = re.compile(r"/f/[\w-]{27}|nonce-[\w-]+|value=\"[\w.-]{40,}\"")

ACTS = (
    "answer",
    "answer with worry",
    "not now",
    "stop",
    "withdraw",
    "agree",
    "move",
    "close card",
    "share device",
    "leave policy",
    "note policy",
    "speak another",
    "permit items",
    "refuse items",
)


@dataclass(frozen=True)
class Act:
    """Something that A does privately, so many hours after the start."""

    after: int
    kind: str


histories = st.lists(
    st.builds(Act, after=st.integers(1, 13 * 24), kind=st.sampled_from(ACTS)), max_size=6
)


@pytest.mark.requirement("CHK-15")
@pytest.mark.timeout(300)
@settings(max_examples=3, deadline=None)
@given(histories, histories)
@example([], [Act(1, "withdraw")])
@example([], [Act(13 * 24, "answer with worry")])
@example([], [Act(1, "leave policy"), Act(30, "share device")])
@example([], [Act(1, "speak another")])
@example([Act(1, "permit items")], [Act(1, "refuse items")])
def test_two_histories_that_differ_in_what_a_did_look_the_same_to_b(one, other):
    assert _seen_by_b(one) == _seen_by_b(other)


def test_a_does_see_a_difference_so_that_the_comparison_means_something():
    assert _seen_by(A, [Act(1, "withdraw")]) != _seen_by(A, [])


def _seen_by_b(history: list[Act]) -> list[object]:
    return _seen_by(B, history)


def _seen_by(person_id: UUID, history: list[Act]) -> list[object]:
    """Return everything that a person can see in a fortnight: messages, times and pages."""
    with tempfile.TemporaryDirectory() as folder:
        house = _house(Path(folder))
        for act in sorted(history, key=lambda act: act.after):
            house.pass_time(START + timedelta(hours=act.after), at_least=MINUTE)
            _do(house, act)
            house.hear()
        house.pass_time(START + 14 * DAY, at_least=MINUTE)
        seen: list[object] = [
            (letter["at"], letter["subject"], letter["sender"], SECRET.sub("", letter["text"]))
            for letter in house.letters(person_id)
        ]
        seen += [
            (told.occurred_at, told.outcome)
            for told in house.told(PromptSettled)
            if told.person_id == person_id
        ]
        seen += _pages(house, person_id)
        house.close()
    return seen


def _pages(house: House, person_id: UUID) -> list[object]:
    """Return the pages behind a person's newest link, up to the thank-you."""
    letters = house.letters(person_id)
    if not letters:
        return []
    member = house.member()
    path = house.path_of(letters[-1])
    house.clock.at = letters[-1]["at"]
    answers = [member.get(path), member.post(path), member.get("/reminders/form")]
    answers.append(member.post("/reminders/form", {"Q01": "5"}))
    return [(answer.status_code, SECRET.sub("", answer.text)) for answer in answers]


def _house(folder: Path) -> House:
    house = House(folder)
    for person_id in (A, B, C):
        house.describe(person_id, confirmed_on=START.date().isoformat())
    house.open_relationship(A, B, C, relationship_id=RELATIONSHIP)
    for person_id in (A, B, C):
        house.consent(person_id)
    house.permit_items(B)
    house.hear()
    return house


def _do(house: House, act: Act) -> None:
    if act.kind == "withdraw":
        house.consent(A, permitted=False)
    elif act.kind == "agree":
        house.consent(A)
    elif act.kind == "move":
        house.change_member(RELATIONSHIP, A, zone=random.Random(act.after).choice(ZONES))
    elif act.kind == "close card":
        house.change_member(RELATIONSHIP, A, private=False)
    elif act.kind == "share device":
        house.change_member(RELATIONSHIP, A, shared=True)
    elif act.kind == "speak another":
        house.change_member(RELATIONSHIP, A, language=random.Random(act.after).choice(TONGUES))
    elif act.kind in ("leave policy", "note policy"):
        house.note_policy(A, permitted=act.kind == "note policy")
    elif act.kind in ("permit items", "refuse items"):
        house.permit_items(A, permitted=act.kind == "permit items")
    else:
        _use_the_link(house, act.kind)


TONGUES = ("ar", "es", "fi")
ZONES = ("Asia/Kolkata", "America/New_York", "Europe/Berlin")
TYPED = {
    "answer": {"Q01": "8", "Q19": "right"},
    "answer with worry": {"Q05": "0", "stop_plan": "yes"},
    "not now": {"not_now": "yes"},
    "stop": {"stop_messages": "yes"},
}


def _use_the_link(house: House, kind: str) -> None:
    """Open A's newest link, if there is one, and send what the act says."""
    letters = house.letters(A)
    if letters:
        member = house.member()
        member.post(house.path_of(letters[-1]))
        member.post("/reminders/form", TYPED[kind])


def test_the_acts_do_reach_reminders():
    with tempfile.TemporaryDirectory() as folder:
        house = _house(Path(folder))
        while not house.letters(A):
            house.pass_time(house.clock.at + timedelta(hours=6))

        _use_the_link(house, "answer with worry")

        assert len(house.told(FormReceived)) == 1
        house.close()
