"""A short form travels by a real mail server, and comes back by the members' address."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.settings import Smtp
from tests.journeys.test_care import first_occasions
from tests.journeys.world import Practice, World, new_practice

pytestmark = pytest.mark.left_to_the_build("writing by a real mail server")


@pytest.fixture
def world(tmp_path: Path, smtp) -> Iterator[World]:
    """Four services that hand their letters to a mail server of this test."""
    made = World(tmp_path, smtp=Smtp(host=smtp.host, port=smtp.port, sender="hello@notes.example"))
    yield made
    made.stop()


@pytest.fixture
def practice(world: World) -> Practice:
    """A clinic with two people in care, who permit e-mails."""
    made = new_practice(world)
    relationship = made.open_relationship("Robin", "Amal")
    for name in ("Robin", "Amal"):
        made.fill_in_card(relationship, name, f"{name.lower()}@mail.example")
        made.consent_alone(relationship, name)
    world.settle()
    return made


def test_a_letter_gives_nothing_away_and_its_link_works_once(practice, world, smtp):
    # Each gets a letter of their own, when it is time
    for due_at, _ in sorted(first_occasions(practice)):
        world.at(due_at)
    assert sorted(letter.recipients for letter in smtp.letters) == [
        ("amal@mail.example",),
        ("robin@mail.example",),
    ]

    # Nothing in it says who writes about what
    for letter in smtp.letters:
        whole = letter.message.as_string()
        assert not re.search(
            r"couple|therap|relationship|desire|Robin|Mia|clinic", letter.text, re.I
        )
        assert "Harbour" in str(letter.message["From"])
        assert "List-Unsubscribe" in whole

    # The link opens a form, once
    [link] = re.findall(r"http://127\.0\.0\.1:8000/\S+", smtp.letters[-1].text)
    member = world.browser().open(link).press("Start").press("Send", alone="yes", Q01="5")
    assert "Thank you" in member.text
    assert world.browser().open(link).status == 410


def test_a_mail_server_that_is_busy_is_asked_again_and_nobody_gets_two(practice, world, smtp):
    due_at, _ = min(first_occasions(practice))
    smtp.answer_data = "451 not now"
    world.at(due_at)
    assert smtp.letters == []

    smtp.answer_data = "250 OK"
    for _ in range(6):
        world.later(minutes=20)

    assert len(smtp.letters) == 1
