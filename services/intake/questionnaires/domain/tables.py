"""Reading a data file key by key; whatever is missing or does not fit is noted with its place."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from hashlib import sha256
from typing import Any, TypeVar

Word = TypeVar("Word", bound=StrEnum)
NEEDED = "This is needed."
HASHES = "hashes.txt"
"""The file beside packs that names each with the hash of what it said when it was checked."""

UNKNOWN = "A file of this kind has no such key."


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with a file: where, and why."""

    file: str
    key: str
    reason: str

    def __str__(self) -> str:
        return f"{self.file}: {self.key}: {self.reason}"


class BadPack(Exception):
    """A data file cannot be loaded; ``faults`` says each reason, and the message says all."""

    def __init__(self, faults: list[Fault]):
        super().__init__("\n".join(map(str, faults)))
        self.faults = tuple(faults)


@dataclass
class Table:
    """One table of a file. What does not fit is noted in ``faults``, and reading goes on."""

    file: str
    written: Mapping[str, Any]
    at: str = ""
    faults: list[Fault] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)

    def fault(self, key: str, reason: str) -> None:
        """Note what is wrong with a key of this table."""
        self.faults.append(Fault(self.file, f"{self.at}{key}", reason))

    def text(self, key: str, *, reason: str = NEEDED) -> str:
        """Return words that must be there; spaces alone are none."""
        found = self._take(key)
        if not isinstance(found, str) or not found.strip():
            self.fault(key, reason)
            return ""
        return found.strip()

    def words(self, key: str) -> str:
        """Return words that may be left out."""
        return self.text(key) if self._take(key) else ""

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of words that must be there."""
        return tuple(self._listed(key, str))

    def numbers(self, key: str) -> tuple[int, ...]:
        """Return a list of whole numbers that must be there."""
        return tuple(self._listed(key, int))

    def number(self, key: str, *, otherwise: float | None = None) -> float:
        """Return a number that must be there, unless ``otherwise`` stands in for it."""
        found = self._take(key)
        if found is None and otherwise is not None:
            return otherwise
        if isinstance(found, bool) or not isinstance(found, int | float):
            self.fault(key, "A number is needed.")
            return 0
        return found

    def whole(self, key: str, *, least: int = 0, otherwise: int | None = None) -> int:
        """Return a whole number that must be there, unless ``otherwise`` stands in for it."""
        found = self.number(key, otherwise=otherwise)
        if found != int(found) or found < least:
            self.fault(key, f"A whole number is needed, at least {least}.")
        return int(found)

    def truth(self, key: str, *, otherwise: bool | None = None) -> bool:
        """Return true or false."""
        found = self._take(key)
        if found is None and otherwise is not None:
            return otherwise
        if not isinstance(found, bool):
            self.fault(key, "Write true or false.")
        return found is True

    def day(self, key: str) -> date:
        """Return a date."""
        found = self._take(key)
        if not isinstance(found, date):
            self.fault(key, "A date is needed, such as 2026-01-31.")
            return date.min
        return found

    def one_of(self, key: str, kind: type[Word]) -> Word:
        """Return one of the words that are known here."""
        found = self._take(key)
        if found not in list(kind):
            self.fault(key, f"Write one of: {', '.join(kind)}.")
            return next(iter(kind))
        return kind(found)

    def table(self, key: str, *, needed: bool = True) -> "Table":
        """Return a table within this one; an empty one where there is none."""
        found = self._take(key)
        if not isinstance(found, Mapping):
            if needed or found is not None:
                self.fault(key, NEEDED)
            found = {}
        return Table(self.file, found, f"{self.at}{key}.", self.faults)

    def tables(self, key: str) -> list["Table"]:
        """Return a list of tables within this one; none where there is none."""
        found = self._take(key) or []
        if not isinstance(found, list) or not all(isinstance(one, Mapping) for one in found):
            self.fault(key, "A list of tables is needed.")
            return []
        return [
            Table(self.file, one, f"{self.at}{key}.{number}.", self.faults)
            for number, one in enumerate(found, 1)
        ]

    def has(self, key: str) -> bool:
        """Say whether a key is there."""
        return key in self.written

    def nothing_else(self) -> None:
        """Note every key that nobody asked for."""
        for key in sorted(set(self.written) - self.taken):
            self.fault(key, UNKNOWN)

    def refuse_faults(self) -> None:
        """Raise BadPack if anything was noted."""
        if self.faults:
            raise BadPack(self.faults)

    def _take(self, key: str) -> Any:
        self.taken.add(key)
        return self.written.get(key)

    def _listed(self, key: str, kind: type) -> list[Any]:
        found = self._take(key)
        if not isinstance(found, list) or not found or not all(type(one) is kind for one in found):
            self.fault(key, "A list is needed.")
            return []
        return found


def hash_of(written: Mapping[str, Any]) -> str:
    """Return the hash of what a file says, whatever its order, spaces and comments (SHA-256)."""
    canonical = json.dumps(
        written, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str
    )
    return sha256(canonical.encode()).hexdigest()


def read_hashes(text: str) -> dict[str, str]:
    """Return the hash of each file that a list of hashes names, a line for each."""
    lines = [line.split() for line in text.splitlines() if line.strip()]
    return {file: digest for digest, file in lines}


def check_hashes(found: Mapping[str, str], known: Mapping[str, str]) -> None:
    """Raise BadPack where a file is not what was checked, was never checked, or is missing."""
    faults = [
        Fault(file, "the whole file", _unlike(found.get(file), known.get(file)))
        for file in sorted({*found, *known})
        if found.get(file) != known.get(file)
    ]
    if faults:
        raise BadPack(faults)


def _unlike(found: str | None, known: str | None) -> str:
    if found is None:
        return f"It is named in {HASHES} and is not there."
    if known is None:
        return f"It is not named in {HASHES}: nobody has checked it. Its hash is {found}."
    return f"It does not say what it said when it was checked. Its hash is {found} now."
