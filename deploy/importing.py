"""Taking people over from a file at the command line, by intake's own use case."""

from contextlib import suppress
from dataclasses import asdict, dataclass, field
from uuid import UUID

from sqlalchemy import select

from deploy.network import build_service
from deploy.surroundings import settings_of
from services.intake.arrivals.domain import Arrivals, read_arrivals
from services.intake.arrivals.usecases import Outcome, import_people
from services.intake.directory import queries as directory
from services.intake.directory.domain import SignInNameNeeded, sign_in_name
from services.intake.directory.models import Clinic, OrganizationClinic
from shared.auth.actors import system
from shared.errors import Refusal
from shared.service import Service
from shared.store import UnitOfWork

CLINICS_SHOWN = 20
COMMAND_LINE = system("intake")
WORDS = {
    "opened": "relationships opened",
    "joined": "people joined",
    "changed": "people changed",
    "unchanged": "people unchanged",
    "kept": "contact cards kept as confirmed",
    "papers": "consents on paper noted, to be asked anew",
}


class NoSuchClinic(Refusal):
    """There is no clinic of this name or id here."""


class NobodyTreats(Refusal):
    """No clinician of this name or sign-in works at this clinic."""


@dataclass(frozen=True)
class Report:
    """What became of a file: counts in words, or mistakes as (line, column, reason).

    ``could_treat`` has the names of several clinicians where it must be said which of them is
    meant; nothing is changed before that is known. ``papers``: consents on paper that are new.
    """

    counts: dict[str, int] = field(default_factory=dict)
    mistakes: list[tuple[int, str, str]] = field(default_factory=list)
    could_treat: list[str] = field(default_factory=list)
    papers: int = 0


def take_over(content: bytes, *, clinic: str, clinician: str | None, dry_run: bool) -> Report:
    """Take everyone over, or nobody where a line is wrong.

    Raises NoSuchClinic, NobodyTreats, or a Refusal of intake's.
    """
    arrivals = read_arrivals(content)
    if arrivals.mistakes:
        found = [(one.line, one.column, f"{one.reason} {one.advice}") for one in arrivals.mistakes]
        return Report(mistakes=found)
    service = build_service("intake", settings_of("intake"))
    try:
        return _taken_over(service, arrivals, clinic, clinician, dry_run)
    finally:
        service.store.engine.dispose()
        service.store.keys.store.engine.dispose()


def _taken_over(
    service: Service, arrivals: Arrivals, clinic: str, clinician: str | None, dry_run: bool
) -> Report:
    clinic_id = clinic_named(service, clinic)
    with service.store.unit_of_work(clinics={clinic_id}, actor=COMMAND_LINE) as work:
        (clinician_id, _), *others = could = _clinicians(work, clinic_id, clinician)
        outcome = import_people(
            work,
            clinic_id=clinic_id,
            clinician_id=clinician_id,
            arrivals=arrivals,
            now=service.clock.now(),
            dry_run=dry_run or bool(others),
        )
    return Report(
        counts=_in_words(outcome),
        could_treat=[name for _, name in could] if others else [],
        papers=outcome.papers,
    )


def clinic_named(service: Service, wanted: str) -> UUID:
    """Return the id of the clinic that is called so, or has this id; raises NoSuchClinic."""
    with service.store.reading(clinics=(), actor=COMMAND_LINE) as work:
        known = set(work.session.scalars(select(OrganizationClinic.clinic)))
    with service.store.reading(clinics=known, actor=COMMAND_LINE) as work:
        names = {clinic.id: clinic.name for clinic in work.session.scalars(select(Clinic))}
    named = [one for one in names if wanted.casefold() in (names[one].casefold(), str(one))]
    if len(named) != 1:
        there = ", ".join(sorted(names.values())[:CLINICS_SHOWN]) or "none yet"
        raise NoSuchClinic(f"{NoSuchClinic.__doc__} There are: {there}.")
    return named[0]


def _clinicians(work: UnitOfWork, clinic_id: UUID, wanted: str | None) -> list[tuple[UUID, str]]:
    """Return (id, name) of those who may be meant, of whom there is at least one."""
    there = directory.clinicians_at(work, clinic_id)
    if wanted is not None:
        meant = _signing_in_as(work, wanted)
        there = [one for one in there if meant == one[0] or wanted.casefold() == one[1].casefold()]
    if not there:
        raise NobodyTreats
    return there


def _signing_in_as(work: UnitOfWork, wanted: str) -> UUID | None:
    with suppress(SignInNameNeeded):
        account = directory.account_named(work, sign_in_name(wanted))
        return account.id if account else None
    return None


def _in_words(outcome: Outcome) -> dict[str, int]:
    return {WORDS[name]: number for name, number in asdict(outcome).items()}
