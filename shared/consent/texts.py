"""What a person is asked, word for word: versions that never change once shown."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from unicodedata import normalize

from shared.consent.purposes import family_of
from shared.errors import Refusal


class NothingToAsk(Refusal):
    """There is no text in force for this yet. Choose a later day, or ask for help."""


class NotInThisLanguage(NothingToAsk):
    """There is no text in this language yet. Choose with the person in which one to ask."""


class NotAsShown(Refusal):
    """The text has changed since this page was opened. Nothing was kept; read it once more."""

    status = 409


@dataclass(frozen=True, kw_only=True)
class Text:
    """One version of what is asked for one purpose, in one language.

    ``material``: a yes to an earlier version ends when this one comes into force.
    """

    purpose: str
    template: str
    version: int
    locale: str
    question: str
    points: tuple[str, ...]
    material: bool
    in_force_from: datetime

    def canonical(self) -> str:
        """Return the text as it is hashed and kept: the same bytes for ever."""
        shown = {
            "template": self.template,
            "version": self.version,
            "locale": self.locale,
            "question": normalize("NFC", self.question),
            "points": [normalize("NFC", point) for point in self.points],
        }
        return json.dumps(shown, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @property
    def hash(self) -> str:
        """Return the SHA-256 of the canonical text, as 64 hexadecimal digits."""
        return sha256(self.canonical().encode()).hexdigest()


def text_in_force(texts: Sequence[Text], purpose: str, locale: str, at: datetime) -> Text:
    """Return the latest text of a purpose in a language at a moment; never one in another language.

    ``pt-BR`` is served by ``pt`` where it has no text of its own.
    Raises NothingToAsk when none is in force, NotInThisLanguage when others have one.
    """
    family = family_of(purpose)
    known = [text for text in texts if text.purpose == family and text.in_force_from <= at]
    for tag in (locale, locale.partition("-")[0]):
        spoken = [text for text in known if text.locale == tag]
        if spoken:
            return max(spoken, key=lambda text: text.version)
    raise NotInThisLanguage if known else NothingToAsk


def text_behind(texts: Sequence[Text], text_hash: str) -> Text:
    """Return the text of a hash, in force or not. Raises NotAsShown for one that we never wrote."""
    found = next((text for text in texts if text.hash == text_hash), None)
    if found is None:
        raise NotAsShown
    return found


def ended_by_new_text(texts: Sequence[Text], purpose: str, version: int) -> datetime | None:
    """Return when a material version newer than ``version`` comes into force, if one is known."""
    family = family_of(purpose)
    newer = [
        text.in_force_from
        for text in texts
        if text.purpose == family and text.material and text.version > version
    ]
    return min(newer, default=None)
