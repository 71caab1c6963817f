"""Who fills in an invented network and is killed: `python -m tests.deploy.doomed <folder> <%>`."""

import os
import signal
import sys
from functools import partial
from pathlib import Path

from deploy.progress import Progress
from tests.deploy.test_seed import fill_in


def die_at(percent: int, progress: Progress) -> None:
    """End this process as a power cut would, once so much is written."""
    if progress.percent >= percent:
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    fill_in(Path(sys.argv[1]), tell=partial(die_at, int(sys.argv[2])))
