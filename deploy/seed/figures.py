"""What the clinics contributed over some quarters, and the releases made of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from deploy.seed.cast import SEED, Cast, Clinic
from deploy.seed.founding import Network
from deploy.seed.stage import Stage
from services.reports.contributions.domain import Quarter, Teller, Told
from services.reports.contributions.usecases import accept_contributions, note_permissions
from services.reports.releases.usecases import build_release
from shared.store import UnitOfWork

FOUNDED_AFTER = timedelta(days=1, hours=9)
ARRIVE_AFTER, PUBLISH_AFTER = timedelta(days=5), timedelta(days=15)

Shares = Mapping[str, Mapping[str, float]]
USUAL: Mapping[Teller, Shares] = {
    Teller.SESSIONS: {
        "communication": {
            "any_lower": 17,
            "all_higher": 38,
            "some_higher": 22,
            "same": 14,
            "not_measured": 9,
        },
        "closeness": {
            "any_lower": 15,
            "all_higher": 33,
            "some_higher": 24,
            "same": 18,
            "not_measured": 10,
        },
        "rhythm": {"together": 24, "one_step": 41, "two_steps": 25, "not_measured": 10},
        "safe_no": {"all_free": 66, "not_all_free": 22, "not_measured": 12},
        "experiments": {
            "all_helpful": 31,
            "some_helpful": 23,
            "none_helpful": 9,
            "no_answer": 12,
            "none_tried": 25,
        },
        "course": {"going_on": 62, "ended_agreed": 25, "ended_early": 13},
    },
    Teller.REMINDERS: {"checkins": {"most": 49, "half": 27, "few": 16, "none_sent": 8}},
}
"""How a hundred couples usually spread; each clinic and quarter varies around it."""


def quarters_before(now: datetime, count: int) -> list[Quarter]:
    """Return the last quarters whose release is due, the oldest first."""
    quarter = Quarter(now.year, (now.month + 2) // 3)
    due: list[Quarter] = []
    while len(due) < count:
        quarter = _before(quarter)
        if quarter.ends_at + PUBLISH_AFTER <= now:
            due.append(quarter)
    return due[::-1]


def contribute(stage: Stage, cast: Cast, network: Network, quarter: Quarter) -> None:
    """Take in what every clinic contributes to a quarter."""

    def take_in(work: UnitOfWork) -> int:
        return sum(
            _taken_in(work, network.clinics[clinic.key], quarter, contributions(clinic, quarter))
            for clinic in cast.clinics
        )

    clinics = network.clinics.values()
    stage.ledger.once("reports", f"contributions/{quarter.period}", take_in, clinics=clinics)


def _taken_in(
    work: UnitOfWork,
    clinic_id: UUID,
    quarter: Quarter,
    told: Mapping[Teller, Sequence[Mapping[str, Any]]],
) -> int:
    """Take in what one clinic contributes; every couple of it has permitted to be counted."""
    episodes = {row["episode"] for rows in told.values() for row in rows}
    permitted = [Told(episode, permitted=True, revision=1) for episode in episodes]
    note_permissions(work, clinic_id=clinic_id, told=permitted)
    return sum(
        accept_contributions(
            work,
            clinic_id=clinic_id,
            period=quarter.period,
            teller=teller,
            rows=rows,
            now=quarter.ends_at + ARRIVE_AFTER,
        )
        for teller, rows in told.items()
    )


def publish(stage: Stage, network: Network, quarter: Quarter) -> None:
    """Publish the release of a quarter."""
    at = quarter.ends_at + PUBLISH_AFTER

    def build(work: UnitOfWork) -> UUID:
        return build_release(
            work, organization_id=network.organization_id, period=quarter.period, now=at
        ).id

    clinics = {*network.clinics.values(), network.organization_id}
    stage.ledger.once("reports", f"release/{quarter.period}", build, clinics=clinics)


def contributions(clinic: Clinic, quarter: Quarter) -> dict[Teller, list[dict[str, Any]]]:
    """Return what a clinic's couples contribute to a quarter; always the same."""
    chance = Random(f"{SEED}/{clinic.key}/{quarter.period}")
    couples = max(3, round(clinic.couples * chance.uniform(0.85, 1.2)))
    episodes = [UUID(int=chance.getrandbits(128), version=4) for _ in range(couples)]
    return {
        teller: [
            {"episode": episode, "measure": measure, "value": value}
            for measure, usual in measures.items()
            for episode, value in zip(episodes, _drawn(usual, couples, clinic, chance), strict=True)
        ]
        for teller, measures in USUAL.items()
    }


def _drawn(
    usual: Mapping[str, float], couples: int, clinic: Clinic, chance: Random
) -> Sequence[str]:
    own = Random(f"{SEED}/{clinic.key}/{'/'.join(usual)}")
    weights = [share * own.uniform(0.7, 1.4) * chance.uniform(0.9, 1.1) for share in usual.values()]
    return chance.choices(list(usual), weights, k=couples)


def _before(quarter: Quarter) -> Quarter:
    if quarter.number > 1:
        return Quarter(quarter.year, quarter.number - 1)
    return Quarter(quarter.year - 1, 4)


def first_moment(quarters: Sequence[Quarter]) -> datetime:
    """Return a moment early in the first of these quarters, at which the network is founded."""
    return _before(quarters[0]).ends_at + FOUNDED_AFTER
