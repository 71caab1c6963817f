"""The network is founded: an organization, its clinics, and its staff."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid5

from deploy.seed.cast import ORGANIZATION, Cast, Clinic, Worker
from deploy.seed.stage import Stage
from deploy.seed.words import HELP
from services.intake.directory import usecases as directory
from services.intake.directory.domain import ClinicDetails, Posting
from shared.store import UnitOfWork

POLICY = "terms.limited"
"""The policy on what people say alone by which every invented clinic works."""


@dataclass(frozen=True, kw_only=True)
class Network:
    """The ids under which the services know the network, by the keys of the cast."""

    organization_id: UUID
    clinics: dict[str, UUID]
    staff: dict[str, UUID] = field(default_factory=dict)


def found_network(stage: Stage, cast: Cast, *, password: str, now: datetime) -> Network:
    """Found what is not yet there, and return its ids."""
    network = found_clinics(stage, cast, now=now)
    for worker in cast.staff:
        network.staff[worker.key] = _register(stage, network, worker, password=password, now=now)
    stage.hush()
    return network


def found_clinics(stage: Stage, cast: Cast, *, now: datetime) -> Network:
    """Found the organization and its clinics."""

    def found(work: UnitOfWork) -> UUID:
        return directory.found_organization(work, name=ORGANIZATION, now=now).id

    organization_id = UUID(stage.ledger.once("intake", "organization", found))
    network = Network(
        organization_id=organization_id,
        clinics={one.key: uuid5(organization_id, one.key) for one in cast.clinics},
    )
    for clinic in cast.clinics:
        _open(stage, network, clinic, now=now)
    return network


def _open(stage: Stage, network: Network, clinic: Clinic, *, now: datetime) -> None:
    clinic_id = network.clinics[clinic.key]
    details = ClinicDetails(name=clinic.name, zone=clinic.zone, sender=clinic.sender, help=HELP)

    def register(work: UnitOfWork) -> UUID:
        registered = directory.register_clinic(
            work,
            clinic_id=clinic_id,
            organization_id=network.organization_id,
            details=details,
            now=now,
        )
        directory.choose_policy(work, clinic_id=clinic_id, policy=POLICY, now=now)
        return registered.id

    stage.ledger.once("intake", f"clinic/{clinic.key}", register, clinics={clinic_id})


def _register(
    stage: Stage, network: Network, worker: Worker, *, password: str, now: datetime
) -> UUID:
    postings = [
        Posting(role, network.clinics[clinic] if clinic else None)
        for role, clinic in worker.postings
    ]

    def register(work: UnitOfWork) -> UUID:
        return directory.register_staff(
            work,
            organization_id=network.organization_id,
            name=worker.name,
            sign_in=worker.email,
            password=password,
            postings=postings,
            starting=False,
            now=now,
        ).id

    clinics = network.clinics.values()
    return UUID(stage.ledger.once("intake", f"staff/{worker.key}", register, clinics=clinics))
