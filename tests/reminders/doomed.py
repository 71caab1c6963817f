"""A worker that is killed on its way: `python -m tests.reminders.doomed <folder> <where>`."""

import os
import signal
import sys
from datetime import timedelta
from pathlib import Path

from services.reminders.sending.domain import Handover, Letter
from tests.reminders.house import House


def die() -> None:
    """End this process as a power cut would."""
    os.kill(os.getpid(), signal.SIGKILL)


class Diary:
    """A way out that writes down each letter's prompt as it leaves the house."""

    def __init__(self, folder: Path, *, deadly: bool = False):
        self._file = folder / "handed"
        self._deadly = deadly

    def deliver(self, letter: Letter) -> Handover:
        """Write down that a letter left the house, and die if so wished."""
        with self._file.open("a") as diary:
            diary.write(f"{letter.prompt_id}\n")
        if self._deadly:
            die()
        return Handover.ACCEPTED


def main(folder: Path, where: str) -> None:
    """Come to the moment at which a form is due, note it, and die at the point named."""
    house = House(folder, gateway=Diary(folder, deadly=where == "handing over"))
    house.couple()
    house.run("plan")
    while not house.prompts():
        house.clock.at += timedelta(hours=12)
        house.run("plan")
    [prompt, *_] = house.prompts()
    house.clock.at = prompt.due_at
    noted = {"prompt": prompt.id, "clinic": house.clinic_id, "at": house.clock.at.isoformat()}
    (folder / "noted").write_text("".join(f"{name}={said}\n" for name, said in noted.items()))
    if where == "proving":
        house.intake.when_asked = die
    house.run("send")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
