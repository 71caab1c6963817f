"""Data files as they were checked: each is what its hash, written down beside it, was made of."""

import tomllib
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Protocol, TypeVar

from services.intake.questionnaires import domain
from services.intake.questionnaires.domain import BadPack, Fault, Pack

PACKS = Path(__file__).parents[1] / "packs"


class Hashed(Protocol):
    """What a data file holds: it knows the hash of what it was read from."""

    @property
    def hash(self) -> str:
        """Return the hash."""


Loaded = TypeVar("Loaded", bound=Hashed)


@cache
def packs() -> Mapping[tuple[int, int], Pack]:
    """Return every pack that ships, by number and version. Raises BadPack."""
    return load_checked(PACKS)


def load_checked(folder: Path) -> Mapping[tuple[int, int], Pack]:
    """Return the packs of a folder, each as it was when its hash was written down beside it.

    Raises BadPack, for all of them, where one is not.
    """
    return _by_number(checked(folder, _load))


def load(files: Iterable[Path]) -> Mapping[tuple[int, int], Pack]:
    """Return the packs of files, by number and version.

    Raises BadPack with what is wrong with one of them, or where two are the same.
    """
    return _by_number({path.name: _load(path) for path in sorted(files)})


def checked(folder: Path, load_one: Callable[[Path], Loaded]) -> Mapping[str, Loaded]:
    """Return what the files of a folder hold, by their names, each as when its hash was written.

    Raises BadPack, for all of them, where one is not.
    """
    found = {path.name: load_one(path) for path in sorted(folder.glob("*.toml"))}
    hashes = {name: one.hash for name, one in found.items()}
    domain.check_hashes(hashes, domain.read_hashes((folder / domain.HASHES).read_text()))
    return found


def _by_number(found: Mapping[str, Pack]) -> Mapping[tuple[int, int], Pack]:
    packs: dict[tuple[int, int], Pack] = {}
    for file, pack in found.items():
        if (pack.number, pack.version) in packs:
            raise BadPack([Fault(file, "number", "Another file has this number and version.")])
        packs[pack.number, pack.version] = pack
    return packs


def _load(path: Path) -> Pack:
    try:
        written = tomllib.loads(path.read_text())
    except tomllib.TOMLDecodeError as problem:
        raise BadPack([Fault(path.name, "the whole file", str(problem))]) from problem
    return domain.read_pack(written, file=path.name)
