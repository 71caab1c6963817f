"""How far the invented network is, told by the one who fills it to the one who shows it."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

FOUNDED = 5
"""Percent of the work that is done when the network is founded."""


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How much is done, in whole percent, and what is being done now."""

    percent: int = 0
    says: str = "Opening the doors"
    ready: bool = False

    @property
    def founded(self) -> bool:
        """Whether there are clinics already, and staff who can sign in."""
        return self.percent >= FOUNDED


READY = Progress(percent=100, says="Everything is there", ready=True)


class ProgressFile:
    """Keeps the progress in a small file, so that a restart knows where it stood."""

    def __init__(self, data_dir: Path):
        self._file = data_dir / "seed-progress.json"

    def read(self) -> Progress:
        """Return what was told last; nothing done where nothing was told."""
        try:
            return Progress(**json.loads(self._file.read_text()))
        except (OSError, ValueError, TypeError):
            return Progress()

    def tell(self, progress: Progress) -> None:
        """Replace what was told before, at once and whole."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        draft = self._file.with_suffix(".new")
        draft.write_text(json.dumps(asdict(progress)))
        draft.replace(self._file)
