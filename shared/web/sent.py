"""What a request may bring: each field once, text that can be kept, in the form its door reads."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar

from flask import current_app, request
from werkzeug.datastructures import MultiDict

from shared.errors import NotFound, Refusal
from shared.web.problems import for_programs

SEVERAL: dict[str, re.Pattern[str]] = {
    "asking.create": re.compile("purposes"),
    "cards.change": re.compile("means|checked"),
    "plans.offer": re.compile("checked"),
    "questionnaires.hand_over": re.compile("packs"),
    "questionnaires.write": re.compile(r"[a-z]\d+"),
    "seated.save": re.compile(r"[a-z]\d+"),
    "set_up.change_roles": re.compile("postings"),
    "set_up.register_staff": re.compile("postings"),
}
"""The fields that may come more than once, by view: boxes of which one ticks as many as one likes.
Those of questionnaires are called as the items of their packs. Every other field comes once."""

UNKEPT = re.compile("[\x00\ud800-\udfff]")
"""What no database keeps as text: the sign of number nought, and halves of signs."""

LARGEST = 2**63 - 1
"""The largest number that a database keeps."""

READING = ("GET", "HEAD", "OPTIONS")
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class NotAsSent(Refusal):
    """What arrived cannot be read. Load the page again, and send it once more."""

    status: ClassVar[int] = 400


class SentTwice(NotAsSent):
    """A field arrived twice that is asked for once. Load the page again, and send it once more."""


class NotText(NotAsSent):
    """One of the fields holds a sign that cannot be kept. Take it out, and send it once more."""


class AnotherForm(NotAsSent):
    """This address does not read what was sent. Use the page's own form; programs send JSON."""

    status = 415


def refuse_unfit_fields() -> None:
    """Refuse an address or a form that no page of ours would send; raises NotAsSent, NotFound."""
    if request.endpoint is None:
        return
    _check_address(request.view_args or {})
    _check_fields(request.args)
    if request.method not in READING:
        _check_kind()
        _check_form()


def refuse_unfit_json() -> None:
    """Refuse JSON that does not read one way only, or cannot be kept; raises NotAsSent."""
    if request.endpoint is None or not (for_programs() and request.is_json):
        return
    try:
        _check_texts(_texts(json.loads(request.get_data(), object_pairs_hook=_once)))
    except (json.JSONDecodeError, UnicodeDecodeError):
        return  # whoever reads it says so, with the place
    except (RecursionError, ValueError):
        raise NotAsSent from None


def _check_kind() -> None:
    """Refuse a body of another kind than this door reads."""
    empty = not request.mimetype and not request.content_length
    read = request.is_json if for_programs() else request.mimetype in FORMS
    if not (read or empty):
        raise AnotherForm


def _check_form() -> None:
    """Check that no field comes twice, but boxes to tick, and none in the address too."""
    if for_programs():
        return
    several: Mapping[str, re.Pattern[str]] = current_app.extensions["several"]
    _check_fields(request.form, several.get(request.endpoint or ""))
    _check_fields(request.files)
    if set(request.args) & (set(request.form) | set(request.files)):
        raise SentTwice


def _check_address(values: Mapping[str, Any]) -> None:
    """Know nothing under an address that no row could have."""
    for value in values.values():
        unkept = isinstance(value, str) and UNKEPT.search(value)
        if unkept or (isinstance(value, int) and value > LARGEST):
            raise NotFound


def _check_fields(fields: MultiDict[str, Any], several: re.Pattern[str] | None = None) -> None:
    for name, values in fields.lists():
        if len(values) > 1 and not (several and several.fullmatch(name)):
            raise SentTwice
        _check_texts([name, *(value for value in values if isinstance(value, str))])


def _check_texts(texts: Iterable[str]) -> None:
    if any(UNKEPT.search(text) for text in texts):
        raise NotText


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(pairs)
    if len(read) < len(pairs):
        raise SentTwice
    return read


def _texts(read: Any) -> Iterator[str]:
    if isinstance(read, str):
        yield read
    elif isinstance(read, dict):
        yield from read
        yield from _texts(list(read.values()))
    elif isinstance(read, list):
        for one in read:
            yield from _texts(one)
