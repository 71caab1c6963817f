"""Requests that no page of ours would send, made from those that one would."""

import io
import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from shared.auth.actors import Door
from shared.auth.matrix import Rule, Word
from tests.doors.callers import EVERYONE, NO_ONE, SEATED, SERVICES_BY_SCOPE, WITH_LINK, Caller
from tests.doors.oracle import comes_in
from tests.doors.typed import Sent

NUL = "\x00"
UNHEARD_OF = "colour"
"""A field that no form of ours has."""


def someone_for(rule: Rule) -> Caller:
    """Return one of those whom a view lets in, people before programs."""
    if rule.words & {Word.PUBLIC, Word.ADDRESS, Word.INSIDE}:
        return NO_ONE
    if Word.SEAT in rule.words:
        return SEATED
    if Word.LINK in rule.words:
        return WITH_LINK
    people = [caller for caller in EVERYONE if caller.door is Door.STAFF]
    return next(one for one in [*people, *SERVICES_BY_SCOPE] if comes_in(rule, one))


def renewed(sent: Sent) -> Sent:
    """Return the same once more, with files that can be read from their beginning."""
    again = dict(sent)
    if "data" in again and isinstance(again["data"], Mapping):
        again["data"] = {name: _file(value) for name, value in again["data"].items()}
    return again


def _file(value: Any) -> Any:
    if isinstance(value, tuple):
        stream, name = value
        stream.seek(0)
        return io.BytesIO(stream.read()), name
    return value


def twice(sent: Sent) -> Iterator[tuple[str, Sent]]:
    """Yield what is sent with each of its fields repeated in turn, and with one of no form."""
    if "json" in sent:
        for name in [*sent["json"], UNHEARD_OF]:
            yield name, _json_twice(sent["json"], name)
        return
    for name in [*_fields(sent), UNHEARD_OF]:
        fields = _pairs(sent)
        value = fields.get(name, "one")
        if not _is_text(value):
            continue
        fields.setlist(name, [str(value), str(value)])
        yield name, {"data": fields}


def with_in_each_field(sent: Sent, value: str) -> Iterator[tuple[str, Sent]]:
    """Yield what is sent with one of its texts in turn replaced by another."""
    if "json" in sent:
        for name, typed in sent["json"].items():
            if isinstance(typed, str):
                yield name, {"json": {**sent["json"], name: value}}
        return
    for name, typed in _fields(sent).items():
        if _is_text(typed):
            fields = _pairs(sent)
            fields.setlist(name, [value])
            yield name, {"data": fields}


def in_another_form(sent: Sent) -> Iterator[tuple[str, Sent]]:
    """Yield what is sent as something that this door does not read."""
    kinds = ["text/plain", "application/xml"]
    if "json" in sent:
        yield "a form", {"data": {"name": "Una"}}
        body = json.dumps(sent["json"])
    else:
        yield "JSON", {"json": {"name": "Una"}}
        body = "name=Una"
    for kind in kinds:
        yield kind, {"data": body, "content_type": kind}


def too_large(sent: Sent, size: int) -> Sent:
    """Return what is sent with more than ``size`` bytes in a field that no form has."""
    if "json" in sent:
        return {"json": {**sent["json"], UNHEARD_OF: "x" * size}}
    typed = [(name, value) for name, value in _pairs(sent).items(multi=True) if _is_text(value)]
    body = urlencode([*typed, (UNHEARD_OF, "x" * size)])
    return {"data": body, "content_type": "application/x-www-form-urlencoded"}


def _is_text(value: Any) -> bool:
    return not isinstance(value, tuple)


def _fields(sent: Sent) -> dict[str, Any]:
    return dict(sent.get("data") or {})


def _pairs(sent: Sent) -> "MultiDict[str, Any]":
    fields: MultiDict[str, Any] = MultiDict()
    for name, value in _fields(renewed(sent)).items():
        values = value if isinstance(value, list) else [value]
        fields.setlist(name, [one if isinstance(one, tuple) else str(one) for one in values])
    return fields


def _json_twice(body: Mapping[str, Any], name: str) -> Sent:
    pairs = [*body.items(), (name, body.get(name, "one"))]
    if name not in body:
        pairs.append((name, "one"))
    text = ", ".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in pairs)
    return {"data": f"{{{text}}}", "content_type": "application/json"}
