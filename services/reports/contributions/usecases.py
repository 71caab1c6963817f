"""Taking in what is contributed, and forgetting what may no longer be counted."""

import os
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CursorResult, delete, select

from services.reports.contributions import queries
from services.reports.contributions.domain import (
    SECRET_BYTES,
    Counted,
    Pseudonyms,
    Quarter,
    Teller,
    Told,
    one_row_each,
)
from services.reports.contributions.models import (
    ClinicName,
    ClinicPlace,
    ClinicSecret,
    Closing,
    Contribution,
    Permission,
)
from shared.inserting import insert_into
from shared.store import UnitOfWork

Randomness = Callable[[int], bytes]


def place_clinic(
    work: UnitOfWork,
    *,
    clinic_id: UUID,
    organization_id: UUID,
    version: int,
    registered_at: datetime,
) -> None:
    """Note to which organization a clinic belongs; news older than what is known is passed over."""
    place = work.session.get(ClinicPlace, (clinic_id, clinic_id))
    if place is None:
        work.add(
            ClinicPlace(
                clinic_id=clinic_id,
                id=clinic_id,
                organization_id=organization_id,
                registered_at=registered_at,
                version=version,
            )
        )
    elif version > place.version:
        place.organization_id, place.version = organization_id, version


def name_clinic(work: UnitOfWork, *, clinic_id: UUID, name: str, organization_name: str) -> None:
    """Note how a clinic and its organization are called now."""
    work.session.merge(
        ClinicName(
            clinic_id=clinic_id, id=clinic_id, name=name, organization_name=organization_name
        )
    )


def note_permissions(work: UnitOfWork, *, clinic_id: UUID, told: Iterable[Told]) -> int:
    """Note which couples of a clinic may be counted from now on, in the order told.

    A refusal deletes what the couple has contributed, whatever the quarter; releases that are out
    stay as they are. An older revision changes nothing.
    """
    names = names_of(work, clinic_id)
    latest = {
        names.lasting(one.episode_id): one for one in sorted(told, key=lambda one: one.revision)
    }
    known, deleted = queries.permissions(work, clinic_id, latest), 0
    for lasting, one in latest.items():
        row = known.get(lasting)
        if row is not None and row.revision >= one.revision:
            continue
        if row is None:
            row = Permission(clinic_id=clinic_id, id=lasting)
            work.session.add(row)
        row.permitted, row.revision = one.permitted, one.revision
        if not one.permitted:
            deleted += _forget(work, clinic_id, lasting, names)
    work.session.flush()
    return deleted


def note_closing(
    work: UnitOfWork, *, clinic_id: UUID, period: int, teller: Teller, closed_at: datetime
) -> Closing:
    """Note that a teller has closed a quarter, and ask for its rows unless others come first.

    Raises NoSuchQuarter.
    """
    closing = _closing(work, clinic_id=clinic_id, period=period, teller=teller, at=closed_at)
    if closing.accepted_at is None and not queries.being_fetched(work, closing):
        ask_for(work, closing)
    return closing


def ask_for(work: UnitOfWork, closing: Closing) -> None:
    """Ask a teller for the rows of a quarter that it has closed."""
    work.want(
        queries.content_kind(closing.teller),
        clinic_id=closing.clinic_id,
        subject_id=closing.clinic_id,
        version=closing.period,
    )


def accept_contributions(
    work: UnitOfWork,
    *,
    clinic_id: UUID,
    period: int,
    teller: Teller,
    rows: Iterable[Mapping[str, Any]],
    now: datetime,
) -> int:
    """Freeze what a teller contributes of a clinic to a quarter; return how many rows were kept.

    ``rows`` are ``{"episode": UUID, "measure": code, "value": code}``. Accepted once: a second
    time nothing changes. What a couple that refused has contributed is dropped.
    Raises NoSuchQuarter.
    """
    closing = _closing(work, clinic_id=clinic_id, period=period, teller=teller, at=now)
    if closing.accepted_at is not None:
        return 0
    closing.accepted_at = now
    kept = one_row_each(_under_pseudonyms(work, clinic_id, Quarter.of(period), rows))
    work.session.add_all(
        Contribution(
            clinic_id=clinic_id, id=work.new_id(), period=period, teller=teller, **row._asdict()
        )
        for row in kept
    )
    work.session.flush()
    return len(kept)


def names_of(
    work: UnitOfWork, clinic_id: UUID, *, randomness: Randomness = os.urandom
) -> Pseudonyms:
    """Return the way a clinic's pseudonyms are made; its secret is drawn at the first need."""
    found = queries.pseudonyms(work, clinic_id)
    if found is not None:
        return found
    row = ClinicSecret(clinic_id=clinic_id, id=clinic_id)
    work.seal(row, secret=randomness(SECRET_BYTES).hex())
    values = {"clinic_id": clinic_id, "id": clinic_id, "secret": row.secret}
    added = insert_into(work.session.connection(), ClinicSecret).values(values)
    work.session.execute(added.on_conflict_do_nothing())
    return names_of(work, clinic_id)


def _under_pseudonyms(
    work: UnitOfWork, clinic_id: UUID, quarter: Quarter, rows: Iterable[Mapping[str, Any]]
) -> Iterable[Counted]:
    """Give each row the name of this quarter, without those of couples who refused."""
    names = names_of(work, clinic_id)
    named = [(names.lasting(row["episode"]), row["measure"], row["value"]) for row in rows]
    refused = queries.refused(work, clinic_id, (lasting for lasting, _, _ in named))
    return [
        Counted(names.of_quarter(lasting, quarter), measure, value)
        for lasting, measure, value in named
        if lasting not in refused
    ]


def _forget(work: UnitOfWork, clinic_id: UUID, lasting: UUID, names: Pseudonyms) -> int:
    held = (Quarter.of(period) for period in queries.periods_held(work, clinic_id))
    pseudonyms = [names.of_quarter(lasting, quarter) for quarter in held]
    done = work.session.execute(
        delete(Contribution).where(
            Contribution.clinic_id == clinic_id, Contribution.pseudonym.in_(pseudonyms)
        )
    )
    return int(done.rowcount) if isinstance(done, CursorResult) else 0


def _closing(
    work: UnitOfWork, *, clinic_id: UUID, period: int, teller: Teller, at: datetime
) -> Closing:
    """Return the row of a closing, made at the first hearing."""
    Quarter.of(period)
    known = work.session.scalar(
        select(Closing).where(
            Closing.clinic_id == clinic_id, Closing.period == period, Closing.teller == teller
        )
    )
    return known or work.add(
        Closing(clinic_id=clinic_id, id=work.new_id(), period=period, teller=teller, closed_at=at)
    )
