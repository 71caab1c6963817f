"""One act of consent as it is read, whichever way its ledger keeps it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from shared.consent.decision import Said
from shared.consent.terms import Method, Setting, State


@dataclass(frozen=True, kw_only=True)
class Revision:
    """Who, for what, what was shown, what was said, how and when, and its place in the chain."""

    clinic_id: UUID
    id: UUID
    person_id: UUID
    position: int
    purpose: str
    revision: int
    state: State
    decided_at: datetime
    valid_from: datetime
    valid_until: datetime
    template: str
    text_version: int
    locale: str
    text_hash: str
    method: Method
    setting: Setting
    recorded_by: UUID | None
    witnessed_by: UUID | None
    recorded_at: datetime
    previous_hash: str
    hash: str

    def said(self) -> Said:
        """Return what the decision needs to know of this revision."""
        return Said(
            revision=self.revision,
            state=self.state,
            text_version=self.text_version,
            decided_at=self.decided_at,
            valid_from=self.valid_from,
            valid_until=self.valid_until,
        )

    def content(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return {one.name: plain(getattr(self, one.name)) for one in fields(self)}


def plain(value: object) -> object:
    """Return a value as JSON holds it."""
    if isinstance(value, datetime):
        return value.isoformat()
    return value if value is None or isinstance(value, int) else str(value)


def digest_of(values: Mapping[str, object]) -> str:
    """Return the SHA-256 of values, as 64 hexadecimal digits."""
    return sha256(json.dumps(values, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def read_revision(written: Mapping[str, Any]) -> Revision:
    """Return the revision that JSON holds; raises KeyError or ValueError where it holds none."""
    return Revision(**{name: _READ[name](written[name]) for name in _READ})


def _id_or_none(written: str | None) -> UUID | None:
    return None if written is None else UUID(written)


_KINDS: Mapping[Any, Any] = {
    UUID: UUID,
    UUID | None: _id_or_none,
    datetime: datetime.fromisoformat,
    int: int,
    str: str,
    State: State,
    Method: Method,
    Setting: Setting,
}
_READ: Mapping[str, Any] = {one.name: _KINDS[one.type] for one in fields(Revision)}
"""How each field is read."""
