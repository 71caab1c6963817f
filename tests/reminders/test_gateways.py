"""The ways out: what a mail server says is what is written down, and a death is never repeated."""

import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from services.reminders.schedules.domain import State
from shared.contracts.reminders import PromptSettled
from shared.contracts.words import PromptOutcome
from shared.settings import Smtp
from tests.reminders.doomed import Diary
from tests.reminders.house import START, House

pytestmark = pytest.mark.left_to_the_build("going through all of reminders")

DAY = timedelta(days=1)


@pytest.fixture
def post(new_house, smtp):
    """A house that hands its letters to a real mail server."""
    return new_house(smtp=Smtp(host=smtp.host, port=smtp.port, sender="notes@letters.example.org"))


class TestMailServer:
    @pytest.mark.requirement("CHK-01")
    def test_takes_a_letter_that_says_nothing_about_anybody(self, post, smtp):
        _, [person_id, _] = post.couple()

        post.pass_time(START + 7 * DAY)

        letter = next(one for one in smtp.letters if person_id.hex[:8] in one.recipients[0])
        message = letter.message
        assert message["From"] == "Harbour notes <notes@letters.example.org>"
        assert message["Subject"] == "Your short form"
        assert message["Auto-Submitted"] == "auto-generated"
        assert message.get_content_type() == "text/plain"
        assert "127.0.0.1:8000/reminders/f/" in letter.text
        assert "It closes on " in letter.text
        named = {"From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version"}
        named |= {"X-Auto-Response-Suppress", "Content-Language", "Content-Type"}
        named |= {"Content-Transfer-Encoding", "List-Unsubscribe", "List-Unsubscribe-Post"}
        assert set(message.keys()) <= named | {"X-Peer", "X-MailFrom", "X-RcptTo"}

    def test_tells_that_a_letter_was_refused_and_does_not_try_again(self, post, smtp):
        smtp.answer_to = lambda _: "550 no such box"
        _, people = post.couple()

        post.pass_time(START + 7 * DAY)

        assert {one.outcome for one in post.told(PromptSettled)} == {PromptOutcome.REFUSED}
        assert len(post.told(PromptSettled)) == len(people)

    def test_is_asked_again_later_when_it_is_busy(self, post, smtp):
        tries = []
        smtp.answer_to = lambda address: (
            tries.append(address) or ("451 busy" if len(tries) < 3 else "250 OK")
        )
        post.couple()

        while not smtp.letters:
            post.pass_time(post.clock.at + timedelta(hours=1), at_least=timedelta(minutes=1))

        [letter] = smtp.letters
        assert len(set(tries)) == 1
        assert len(tries) == 3
        assert letter.message["Message-ID"].endswith("@letters.example.org>")
        assert {prompt.state for prompt in post.prompts() if prompt.attempted_at} == {
            State.ACCEPTED
        }

    def test_leaves_a_letter_unsent_when_it_stays_away(self, post, smtp):
        smtp.stop()
        _, people = post.couple()

        post.pass_time(START + 9 * DAY)

        settled = post.told(PromptSettled)
        assert {one.outcome for one in settled} == {PromptOutcome.NOT_SENT}
        assert len(settled) >= len(people)


class TestWhenAWorkerDies:
    def test_between_marking_and_outcome_it_is_in_doubt_and_never_sent_again(
        self, new_house, tmp_path
    ):
        died = _run_until_death(tmp_path, "handing over")

        house = _same_house(new_house, tmp_path, died)
        house.pass_time(house.clock.at + 3 * DAY)

        [prompt] = [one for one in house.prompts() if str(one.id) == died["prompt"]]
        assert prompt.state is State.UNKNOWN
        outcomes = [o.outcome for o in house.told(PromptSettled) if o.prompt_id == prompt.id]
        assert outcomes == [PromptOutcome.UNKNOWN]
        assert _ever_handed(tmp_path).count(died["prompt"]) == 1

    def test_after_claiming_and_before_marking_another_sends_it_once(self, new_house, tmp_path):
        died = _run_until_death(tmp_path, "proving")

        house = _same_house(new_house, tmp_path, died)
        house.pass_time(house.clock.at + timedelta(hours=1), at_least=timedelta(minutes=1))

        assert _ever_handed(tmp_path).count(died["prompt"]) == 1


def _ever_handed(folder: Path) -> list[str]:
    file = folder / "handed"
    return file.read_text().split() if file.exists() else []


def _run_until_death(folder: Path, where: str) -> dict[str, str]:
    """Run a worker in a process of its own that is killed at a point; return what it noted."""
    command = [sys.executable, "-m", "tests.reminders.doomed", str(folder), where]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=110, check=False)
    assert ended.returncode == -9, ended.stderr
    return dict(line.split("=", 1) for line in (folder / "noted").read_text().splitlines())


def _same_house(new_house, folder: Path, died: dict[str, str]) -> House:
    """Return reminders started again on the same rows."""
    return new_house(
        gateway=Diary(folder),
        at=datetime.fromisoformat(died["at"]),
        clinic_id=UUID(died["clinic"]),
    )
