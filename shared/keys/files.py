"""Where the root key comes from: the environment, or on a laptop a file made once."""

import os
from contextlib import suppress
from pathlib import Path

from shared.keys.wrapping import Root, new_master_key


def root_of(master_key: str, file: Path) -> Root:
    """Return the root key that was given, or the one kept (and made once) in a file.

    Two processes that start at once agree: the file is made whole and linked into place once.
    Raises BadRoot.
    """
    return Root.read(master_key or _kept(file))


def _kept(file: Path) -> str:
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = file.with_suffix(f".{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(new_master_key())
        with suppress(FileExistsError):
            os.link(draft, file)
        draft.unlink()
    return file.read_text().strip()
