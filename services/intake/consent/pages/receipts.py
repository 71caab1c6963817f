"""Receipts: what a person said and what they read, to be shown once or printed, never sent."""

import json
from collections.abc import Iterable
from typing import Any

from services.intake.consent import queries
from services.intake.consent.models import ConsentRevision
from shared.consent.languages import Language
from shared.consent.purposes import kind_of
from shared.consent.terms import State
from shared.store import UnitOfWork


def receipts(
    work: UnitOfWork, rows: Iterable[ConsentRevision], language: Language, zone: str
) -> list[dict[str, Any]]:
    """Return a receipt for each revision, with the text as it was shown. Raises NotAsShown."""
    return [_receipt(work, row, language, zone) for row in rows]


def _receipt(
    work: UnitOfWork, row: ConsentRevision, language: Language, zone: str
) -> dict[str, Any]:
    shown = json.loads(queries.shown_to(work, row))
    given = row.state is State.GIVEN
    return {
        "number": str(row.id),
        "question": shown["question"],
        "points": shown["points"],
        "said": language.page["yes" if given else "no"],
        "on": language.day(row.decided_at, zone),
        "until": language.day(row.valid_until, zone) if given else "",
        "note": language.notes[kind_of(row.purpose).code],
        "hash": row.text_hash[:12],
    }
