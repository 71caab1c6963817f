"""What a person is asked, word for word: versions that never change once shown."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from unicodedata import normalize

from shared.errors import Refusal


class NothingToAsk(Refusal):
    """There is no text in force for this yet. Choose a later day, or ask for help."""


@dataclass(frozen=True, kw_only=True)
class Text:
    """One version of what is asked for one purpose, in one language.

    ``material``: a yes to an earlier version ends when this one comes into force.
    ``months``: the longest that a yes may hold.
    """

    purpose: str
    template: str
    version: int
    locale: str
    question: str
    points: tuple[str, ...]
    months: int
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
    """Return the latest text of a purpose at a moment; English where the language has none yet.

    Raises NothingToAsk when none is in force.
    """
    known = [text for text in texts if text.purpose == purpose and text.in_force_from <= at]
    spoken = [text for text in known if text.locale == locale] or [
        text for text in known if text.locale == "en"
    ]
    if not spoken:
        raise NothingToAsk
    return max(spoken, key=lambda text: text.version)


def ended_by_new_text(texts: Sequence[Text], purpose: str, version: int) -> datetime | None:
    """Return when a material version newer than ``version`` comes into force, if one is known."""
    newer = [
        text.in_force_from
        for text in texts
        if text.purpose == purpose and text.material and text.version > version
    ]
    return min(newer, default=None)
