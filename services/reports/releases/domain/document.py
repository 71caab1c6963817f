"""A release as it is written down: one JSON text, always the same for the same figures."""

import json
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from services.reports.contributions.domain import Counted, Quarter, Teller
from services.reports.measures.domain import Category, Measure, Plan
from services.reports.releases.domain.figures import share
from services.reports.releases.domain.limits import (
    BASE,
    PERCENT_FROM,
    SERIES,
    SMALLEST,
    Shown,
    rounded,
)
from services.reports.releases.domain.protection import Draft, Mark, protect

FORMAT = "attune-release-1"
Json = dict[str, Any]

PREVIEW_NOTES = (
    "This is a preview: the rule that a clinic is shown only when at least three therapists "
    "contribute is not applied yet, because contributions do not say who the therapist is.",
    "Releases of this series are not yet checked together with all earlier ones.",
)


@dataclass(frozen=True, kw_only=True)
class ClinicFigures:
    """What is here of one clinic: its name, who has contributed, and its couples' places."""

    clinic_id: UUID
    name: str
    tellers: Collection[Teller]
    rows: Sequence[Counted]


def release_document(
    *,
    plan: Plan,
    quarter: Quarter,
    organization_id: UUID,
    organization_name: str,
    clinics: Sequence[ClinicFigures],
    data_until: datetime,
    number: int,
    previous_sha256: str | None,
) -> Json:
    """Return a release with everything printed in it, and nothing that is not."""
    ordered = sorted(clinics, key=lambda clinic: (clinic.name.casefold(), clinic.clinic_id))
    return {
        "format": FORMAT,
        "series": SERIES,
        "number": number,
        "previous_sha256": previous_sha256,
        "plan": plan.name,
        "organization_id": str(organization_id),
        "organization": organization_name,
        "period": quarter.period,
        "period_words": str(quarter),
        "period_ends": quarter.last_day.isoformat(),
        "data_until": data_until.isoformat(timespec="minutes"),
        "smallest": SMALLEST,
        "base": BASE,
        "percent_from": PERCENT_FROM,
        "notes": list(PREVIEW_NOTES),
        "tables": [_table(measure, ordered) for measure in plan.measures],
    }


def canonical(document: Json) -> str:
    """Return the one text that a document has."""
    return json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def fingerprint(text: str) -> str:
    """Return the SHA-256 of a release's text in hexadecimal."""
    return sha256(text.encode()).hexdigest()


def _table(measure: Measure, clinics: Sequence[ClinicFigures]) -> Json:
    """Return one measure, by clinic and for the organization."""
    here = [clinic for clinic in clinics if measure.teller in clinic.tellers]
    counts = [_counts(measure, clinic.rows) for clinic in here]
    if not any(map(any, counts)):
        here, counts = [], []
    draft = protect(counts, measure.groups)
    row_of = {clinic.clinic_id: row for row, clinic in enumerate(here)}
    return {
        "measure": measure.code,
        "name": measure.name,
        "question": measure.question,
        "method": measure.method,
        "caution": measure.caution,
        "headline": measure.headline,
        "headline_words": measure.headline_words,
        "headline_short": measure.headline_short,
        "categories": [_part(category) for category in measure.categories],
        "columns": [_part(column) | {"holds": list(column.holds)} for column in measure.columns],
        "status": _status(draft),
        "organization": _organization_row(draft, measure),
        "rows": [
            {"clinic_id": str(clinic.clinic_id), "name": clinic.name}
            | _clinic_row(draft, row_of.get(clinic.clinic_id), measure)
            for clinic in clinics
        ],
    }


def _part(category: Category) -> Json:
    return {"code": category.code, "name": category.name, "absent": category.absent}


def _status(draft: Draft) -> Shown:
    if not draft.counts:
        return Shown.NOT_AVAILABLE
    return Shown.WITHHELD if draft.omitted else Shown.PRINTED


def _counts(measure: Measure, rows: Sequence[Counted]) -> list[int]:
    """Return how many couples are in each category, each couple once."""
    found = ((row.pseudonym, measure.counts(row.measure, row.value)) for row in rows)
    place = {pseudonym: code for pseudonym, code in found if code is not None}
    counted = Counter(place.values())
    return [counted[code] for code in measure.codes]


def _organization_row(draft: Draft, measure: Measure) -> Json:
    row = {"counts": "all" if draft.everyone else "shown"}
    if not draft.counts:
        return row | _blank(measure.codes, Shown.NOT_AVAILABLE)
    if draft.omitted or not draft.organization:
        return row | _blank(measure.codes, Shown.WITHHELD)
    counts = [draft.total(category) for category in draft.categories]
    return row | _printed(measure.codes, counts, draft.total_marks)


def _clinic_row(draft: Draft, row: int | None, measure: Measure) -> Json:
    codes = [column.code for column in measure.columns]
    if row is None:
        return _blank(codes, Shown.NOT_AVAILABLE)
    if draft.omitted or not draft.shown[row]:
        return _blank(codes, Shown.WITHHELD)
    return _printed(codes, draft.cells(row), draft.marks[row])


def _blank(codes: Sequence[str], status: Shown) -> Json:
    cells = [{"code": code, "status": status, "couples": None} for code in codes]
    return {"status": status, "couples": None, "cells": cells}


def _printed(codes: Sequence[str], counts: Sequence[int], marks: Sequence[Mark]) -> Json:
    couples = rounded(sum(counts))
    cells = [
        _cell(code, count, mark, couples)
        for code, count, mark in zip(codes, counts, marks, strict=True)
    ]
    return {"status": Shown.PRINTED, "couples": couples, "cells": cells}


def _cell(code: str, count: int, mark: Mark, couples: int) -> Json:
    if mark is not Mark.PRINTED:
        return {"code": code, "status": Shown.WITHHELD, "couples": None}
    printed: Json = {"code": code, "status": Shown.PRINTED, "couples": rounded(count)}
    found = share(rounded(count), couples)
    if found is not None:
        printed |= {"percent": found.percent, "edge": found.edge}
        printed |= {"low": found.low, "high": found.high}
    return printed
