"""What is typed: the marker into one input after the other, or into all that may hold words."""

import io
from collections.abc import Iterator
from copy import copy
from html.parser import HTMLParser
from itertools import count
from typing import Any

from tests.canary.finder import MARKER

Sent = dict[str, Any]

HOUSE_WORDS = ("set_up.register_clinic", "set_up.change_clinic", "operations.discard")
"""What a clinic is called and says to everybody is no secret; nor is why an operator went on."""

_NUMBERS = count(1)
PLAUSIBLE = {
    "name": lambda: f"{MARKER} {next(_NUMBERS)}",
    "pronouns": lambda: MARKER,
    "label": lambda: f"{MARKER} house",
    "email": lambda: f"{MARKER}.{next(_NUMBERS)}@mail.example",
    "sign_in": lambda: f"{MARKER}-{next(_NUMBERS)}",
    "reason": lambda: f"because {MARKER}",
    **dict.fromkeys(
        ("behaviour", "impact", "wish", "next_step"), lambda: f"{MARKER} said {next(_NUMBERS)}"
    ),
}
"""Inputs that take words, and words that they take."""

WORDS_OF_FORMS = {
    "forms.send": {"Q19": f"{MARKER} at last"},
    "consent.record": {"note": MARKER},
    "plans.stop": {"reason": MARKER, "ending": MARKER},
    "plans.answer": {"note": MARKER, "words": MARKER},
}
"""Inputs that the usual visit to a door leaves empty."""


def plausibly(endpoint: str, sent: Sent) -> Sent:
    """Return what is sent with the marker in every input that takes words."""
    if endpoint in HOUSE_WORDS:
        return sent
    anew = _mapped(sent, lambda name, value: _words(name, value))
    if "data" in anew:
        anew["data"] |= WORDS_OF_FORMS.get(endpoint, {})
    return anew


def one_by_one(endpoint: str, sent: Sent) -> Iterator[Sent]:
    """Yield what is sent, each time with the marker in another of its inputs, fitting or not."""
    if endpoint in HOUSE_WORDS:
        return
    for place in range(_texts(sent)):
        seen = count()
        yield _mapped(
            sent, lambda _, value, at=place, seen=seen: MARKER if next(seen) == at else value
        )


def _texts(sent: Sent) -> int:
    seen: list[str] = []
    _mapped(sent, lambda _, value: seen.append(value) or value)
    return len(seen)


def _mapped(sent: Any, change: Any, name: str = "") -> Any:
    """Return the same with each text changed."""
    if isinstance(sent, dict):
        return {key: _mapped(value, change, key) for key, value in sent.items()}
    if isinstance(sent, list):
        return [_mapped(value, change, name) for value in sent]
    if isinstance(sent, tuple):
        content, file_name = sent
        text = copy(content).read().decode()
        return io.BytesIO(str(change("csv", text)).encode()), file_name
    return change(name, sent) if isinstance(sent, str) else sent


def _words(name: str, value: str) -> str:
    if name == "csv":
        return value.replace("Ulla", MARKER).replace("u@", f"{MARKER}.{next(_NUMBERS)}@")
    make = PLAUSIBLE.get(name.partition("-")[0])
    return make() if make and value else value


class Inputs(HTMLParser):
    """The forms of a page: where each goes, what it holds, and which inputs take words."""

    KINDS = ("text", "email", "tel", "search", "password", "url", "date", "time", "number")

    def __init__(self, html: str):
        super().__init__()
        self.forms: list[tuple[str, str, dict[str, str], set[str]]] = []
        self._pick = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        """Note a form, or one of its inputs."""
        given = dict(attrs)
        name, kind = given.get("name") or "", given.get("type") or "text"
        if tag == "form":
            method = (given.get("method") or "get").upper()
            self.forms.append((method, given.get("action") or "", {}, set()))
        if not self.forms:
            return
        _, _, values, words = self.forms[-1]
        if tag == "textarea" or (tag == "input" and kind in self.KINDS):
            words.add(name)
        elif tag == "input" and kind not in ("radio", "checkbox", "file", "submit"):
            values[name] = given.get("value") or ""
        elif tag == "input" and "checked" in given:
            values[name] = given.get("value") or "on"
        elif tag == "select":
            self._pick = name
        elif tag == "option" and (self._pick not in values or "selected" in given):
            values[self._pick] = given.get("value") or ""
