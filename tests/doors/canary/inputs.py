"""What is typed, with a mark in one place of it or in every place that takes free words."""

import io
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from services.sessions.records.domain import Part
from shared.auth.actors import Role
from tests.doors.canary.marks import Marks
from tests.doors.keeping import K10
from tests.doors.routes import Subject
from tests.doors.typed import CHANGED, Sent, sent_to

WORDS = (
    *("name", "label", "pronouns", "email", "notes", "reason", "sign_in", "csv", "file"),
    *("word_to_check", "word_to_end", "device_note", "keeps"),
    *("sender", "help", f"source-{K10}", *Part),
    *(f"{letter}{number}" for letter in "vphbc" for number in range(1, 5)),
    *("code", "password", "present", "proof_password", "proof_code"),
)
FREE = re.compile(rf"(?:\w+\.\d+\.)?(?:{'|'.join(WORDS)})(?:-[0-9a-f-]+)?")
"""Fields that take whatever words one types; all others take words or numbers of a list."""

BESIDES: Mapping[str, Mapping[str, str]] = {
    "questionnaires.write": dict.fromkeys(("v1", "p1", "h2", "h3", "b1", "b2", "c4"), "words"),
    "relationships.add_member": {"email": "una@example.org"},
    "door.signing_in": {"code": "123456"},
    "proof.prove": {"proof_code": "123456"},
}
"""What can be typed besides what the walk types."""

OF_THE_HOUSE = (
    "set_up.register_clinic",
    "set_up.change_clinic",
    "packs.threshold",
    "rights.change_rule",
)
"""Where an organization types words of its own, which name nobody: columns that say so hold them
as they are (DataClass.HOUSE_WORDS)."""

AT_ONCE = "all words"
Place = tuple[str | int, ...]


def variants(
    endpoint: str, about: Subject, role: Role | None, marks: Marks
) -> Iterator[tuple[str, Sent]]:
    """Yield what is sent to a view, and where it is marked.

    All free words at once, then each other field by itself, which is mostly refused, then all free
    words once more and ornate, so that they are what is kept.
    """
    places = [*_places(_sent(endpoint, about, role))]
    free = {place for place in places if FREE.fullmatch(spelt(place))}
    others = [(spelt(place), {place}) for place in places if place not in free]
    whole = [(AT_ONCE, free)] if free else []
    every = [*whole, *others, *whole]
    for nth, (says, marked) in enumerate(every, 1):
        marks.ornate = nth == len(every)
        yield says, _marked(_sent(endpoint, about, role), marked, endpoint, marks)


def spelt(place: Place) -> str:
    """Return a place in what was sent, as one name."""
    return ".".join(str(step) for step in place[1:])


def names_in(sent: Any) -> set[str]:
    """Return the names of all fields of what was sent."""
    return {spelt(place) for place in _places(sent)}


def _sent(endpoint: str, about: Subject, role: Role | None) -> Sent:
    sent = sent_to(endpoint, about, role)
    for kind in ("data", "json"):
        if kind in sent:
            sent[kind] = {**BESIDES.get(endpoint, {}), **sent[kind]}
    return sent


def _places(value: Any, at: Place = ()) -> Iterator[Place]:
    inside: Iterator[tuple[Any, Any]]
    if isinstance(value, Mapping):
        inside = iter(value.items())
    elif isinstance(value, list):
        inside = iter(enumerate(value))
    else:
        yield at
        return
    for step, one in inside:
        yield from _places(one, (*at, step))


def _marked(sent: Sent, places: set[Place], endpoint: str, marks: Marks) -> Sent:
    def change(value: Any, at: Place) -> Any:
        if isinstance(value, Mapping):
            return {step: change(one, (*at, step)) for step, one in value.items()}
        if isinstance(value, list):
            return [change(one, (*at, nth)) for nth, one in enumerate(value)]
        if at not in places:
            return value
        where = f"{endpoint} {spelt(at)}"
        return _in_a_list(value, marks, where) if _is_list(value) else _mark(at, marks)(where)

    changed: Sent = change(sent, ())
    return changed


def _mark(at: Place, marks: Marks) -> Callable[[str], str]:
    return marks.address if at[-1] in ("email", "sign_in") else marks.words


def _is_list(value: Any) -> bool:
    """Whether a value is a clinic's own list of people, as text or as a file."""
    return isinstance(value, tuple) or (isinstance(value, str) and "relationship,member" in value)


def list_of_people(marks: Marks, where: str) -> str:
    """Return a clinic's own list, marked."""
    text = CHANGED.replace("una@example.org", marks.address(f"{where} e-mail"))
    text = text.replace("Una", marks.words(f"{where} name"))
    return text.replace("R1", marks.words(f"{where} relationship").replace("&", ""))


def _in_a_list(value: Any, marks: Marks, where: str) -> Any:
    text = list_of_people(marks, where)
    return text if isinstance(value, str) else (io.BytesIO(text.encode()), value[1])
