"""Taking people over from a file at the command line, by intake's own use case."""

from dataclasses import asdict, dataclass, field
from uuid import UUID

from sqlalchemy import select

from deploy.network import build_service
from deploy.surroundings import settings_of
from services.intake.arrivals.domain import read_arrivals
from services.intake.arrivals.usecases import Outcome, import_people
from services.intake.directory import queries as directory
from services.intake.directory.domain import sign_in_name
from services.intake.directory.models import Clinic, OrganizationClinic
from shared.auth.actors import system
from shared.errors import Refusal
from shared.service import Service
from shared.store import UnitOfWork

COMMAND_LINE = system("intake")
WORDS = {
    "opened": "relationships opened",
    "joined": "people joined",
    "changed": "people changed",
    "unchanged": "people unchanged",
    "kept": "contact cards kept as confirmed",
}


class NoSuchClinic(Refusal):
    """There is no clinic of this name or id here."""


class WhichClinician(Refusal):
    """Say with --clinician who treats these people: several could, or nobody works there yet."""


@dataclass(frozen=True)
class Report:
    """What became of a file: counts in words, or mistakes as (line, column, reason)."""

    counts: dict[str, int] = field(default_factory=dict)
    mistakes: list[tuple[int, str, str]] = field(default_factory=list)


def take_over(content: bytes, *, clinic: str, clinician: str | None, dry_run: bool) -> Report:
    """Take everyone over, or nobody where a line is wrong.

    Raises NoSuchClinic, WhichClinician, or a Refusal of intake's.
    """
    arrivals = read_arrivals(content)
    if arrivals.mistakes:
        found = [(one.line, one.column, f"{one.reason} {one.advice}") for one in arrivals.mistakes]
        return Report(mistakes=found)
    service = build_service("intake", settings_of("intake"))
    clinic_id = _clinic(service, clinic)
    with service.store.unit_of_work(clinics={clinic_id}, actor=COMMAND_LINE) as work:
        outcome = import_people(
            work,
            clinic_id=clinic_id,
            clinician_id=_clinician(work, clinic_id, clinician),
            arrivals=arrivals,
            now=service.clock.now(),
            dry_run=dry_run,
        )
    return Report(counts=_in_words(outcome))


def _clinic(service: Service, wanted: str) -> UUID:
    with service.store.reading(clinics=(), actor=COMMAND_LINE) as work:
        known = set(work.session.scalars(select(OrganizationClinic.clinic)))
    with service.store.reading(clinics=known, actor=COMMAND_LINE) as work:
        named = {
            clinic.id
            for clinic in work.session.scalars(select(Clinic))
            if wanted.casefold() in (clinic.name.casefold(), str(clinic.id))
        }
    if len(named) != 1:
        raise NoSuchClinic
    return named.pop()


def _clinician(work: UnitOfWork, clinic_id: UUID, wanted: str | None) -> UUID:
    if wanted is not None:
        account = directory.account_named(work, sign_in_name(wanted))
        if account is None:
            raise WhichClinician("Nobody signs in by this name.")
        return account.id
    there = directory.clinicians_at(work, clinic_id)
    if len(there) != 1:
        raise WhichClinician
    return there[0][0]


def _in_words(outcome: Outcome) -> dict[str, int]:
    return {WORDS[name]: number for name, number in asdict(outcome).items()}
