"""What members read, in each language that there is a file of: folders of words, never written to.

A file holds its language's tag, name and direction, and under ``says`` what is said, by name. Until
someone who grew up with the language has read it, its ``reviewed_by`` is empty.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from shared.consent.texts import NotInThisLanguage


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """One language of a folder; ``direction`` is ``ltr`` or ``rtl``."""

    tag: str
    name: str
    direction: str
    reviewed_by: str
    says: Mapping[str, Any]


@cache
def spoken(folder: Path) -> Mapping[str, Spoken]:
    """Return every language of a folder by tag: English first, those from right to left last.

    Raises TypeError where a file lacks something.
    """
    files = [tomllib.loads(path.read_text("utf-8")) for path in folder.glob("*.toml")]
    found = [Spoken(**written) for written in files]
    in_order = sorted(found, key=lambda one: (one.tag != "en", one.direction, one.tag))
    return {one.tag: one for one in in_order}


def speaks(folder: Path, tag: str) -> bool:
    """Whether a folder holds the language of a person; ``pt`` also serves ``pt-BR``."""
    return _own(folder, tag) is not None


def spoken_for(folder: Path, tag: str) -> Spoken:
    """Return the words of a person's language, never another's; raises NotInThisLanguage."""
    found = _own(folder, tag)
    if found is None:
        raise NotInThisLanguage
    return found


def _own(folder: Path, tag: str) -> Spoken | None:
    known = spoken(folder)
    return known.get(tag) or known.get(tag.partition("-")[0])
