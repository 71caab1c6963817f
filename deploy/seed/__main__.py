"""Fills the laptop in a process of its own, which ends when the one that started it does."""

import os
import sys
from functools import partial
from threading import Thread

from deploy.seed.filling import fill
from deploy.surroundings import USUAL_PORT, laptop_settings
from shared.clock import Clock
from shared.logs import configure_logs


def main() -> None:
    """Fill the laptop; ``--port N`` is where its pages are."""
    port = int(sys.argv[sys.argv.index("--port") + 1]) if "--port" in sys.argv else USUAL_PORT
    settings = laptop_settings("intake", port=port)
    Thread(target=_end_with_the_one_who_began, daemon=True).start()
    with (settings.data_dir / "attune.log").open("a", encoding="utf-8", buffering=1) as log:
        configure_logs(level=settings.log_level, stream=log)
        fill(partial(laptop_settings, port=port), now=Clock(settings.clock_file).now())


def _end_with_the_one_who_began() -> None:
    os.read(sys.stdin.fileno(), 1)  # no lock is held while this waits, so an end can come
    os._exit(1)


if __name__ == "__main__":
    main()
