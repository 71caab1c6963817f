"""The languages in which people are asked: a file of words each, read and never written.

A file under ``words`` holds every version of every text that was ever in force in its language, and
what stands around the questions. Until someone who grew up with the language has read a file, its
``reviewed_by`` is empty, and staff see that.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from shared.consent.texts import NotInThisLanguage, Text

FOLDER = Path(__file__).with_name("words")


@dataclass(frozen=True, kw_only=True)
class Note:
    """What ends with a no, and what stays and why: said before anyone answers."""

    stops: str
    stays: str


@dataclass(frozen=True, kw_only=True)
class Language:
    """One language: how it is written, its texts, and the words around them.

    ``direction`` is ``ltr`` or ``rtl``; ``page`` holds the words of pages by name, ``policies`` the
    one sentence by which each policy stands on a form.
    """

    tag: str
    name: str
    direction: str
    reviewed_by: str
    months: Sequence[str]
    page: Mapping[str, str]
    notes: Mapping[str, Note]
    policies: Mapping[str, str]
    texts: Sequence[Text]

    def day(self, at: datetime, zone: str) -> str:
        """Return a moment's day as people of this language write it."""
        local = at.astimezone(ZoneInfo(zone))
        return f"{local.day} {self.months[local.month - 1]} {local.year}"


@cache
def languages() -> Mapping[str, Language]:
    """Return every language that there is a file of, by tag."""
    files = sorted(FOLDER.glob("*.toml"))
    found = [read_language(tomllib.loads(path.read_text("utf-8"))) for path in files]
    return {language.tag: language for language in found}


def language_for(tag: str) -> Language:
    """Return the language of a person; raises NotInThisLanguage where there is no file of it."""
    known = languages()
    found = known.get(tag) or known.get(tag.partition("-")[0])
    if found is None:
        raise NotInThisLanguage
    return found


def spoken_to(tag: str) -> bool:
    """Whether there are words for a person of this language; nothing is sent to them in another."""
    known = languages()
    return tag in known or tag.partition("-")[0] in known


@cache
def every_text() -> tuple[Text, ...]:
    """Return every text that was ever in force or will be, in every language."""
    return tuple(text for language in languages().values() for text in language.texts)


def read_language(written: Mapping[str, Any]) -> Language:
    """Return the language that a file spells; raises KeyError where something is missing."""
    tag = written["tag"]
    return Language(
        tag=tag,
        name=written["name"],
        direction=written["direction"],
        reviewed_by=written["reviewed_by"],
        months=written["months"],
        page=written["page"],
        notes={code: Note(**note) for code, note in written["notes"].items()},
        policies=written["policies"],
        texts=tuple(_text(one, tag) for one in written["text"]),
    )


def _text(written: Mapping[str, Any], tag: str) -> Text:
    return Text(
        purpose=written["purpose"],
        template=written["purpose"],
        version=written["version"],
        locale=tag,
        question=written["question"],
        points=tuple(written["points"]),
        material=written["material"],
        in_force_from=written["in_force_from"],
    )
