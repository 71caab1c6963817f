"""Whether a container is well: its pages are ready, or its worker's pulse is fresh.

It uses nothing but the standard library, for it runs every few seconds in every container.
"""

import sys
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from tempfile import gettempdir

PATIENCE_SECONDS = 3.0
FRESH_SECONDS = 30.0


def main(arguments: Sequence[str], *, folder: str = "") -> int:
    """Return 0 when what is asked after (``web`` or ``worker NAME``) is well, else 1.

    ``folder`` is where pulses are, if not where temporary files usually are.
    """
    try:
        well = _web() if arguments[0] == "web" else _worker(arguments[1], folder)
    except OSError:
        well = False
    return 0 if well else 1


def _web() -> bool:
    address = "http://localhost:8000/health/ready"
    with urllib.request.urlopen(address, timeout=PATIENCE_SECONDS) as answer:
        return bool(answer.status == 200)


def _worker(name: str, folder: str) -> bool:
    pulse = Path(folder or gettempdir()) / f"attune-{name}.pulse"
    return time.time() - pulse.stat().st_mtime < FRESH_SECONDS


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
