"""The clock's door to releases: publishes what is due, after a fresh reading of permissions."""

from contextlib import suppress
from datetime import timedelta

from services.reports.contributions.queries import PERMISSIONS
from services.reports.releases import queries, usecases
from services.reports.releases.domain.schedule import CUT_OFF
from shared.auth.actors import system
from shared.consent.enforcement import Effect, Enforcement, proven
from shared.service import Job, Service

EVERY = timedelta(minutes=1)
CLINICS = "intake.clinics"


def jobs(service: Service, *, cut_off: timedelta = CUT_OFF) -> list[Job]:
    """Return the jobs of releases."""
    publish = Job(
        name="publish_releases", every=EVERY, run=lambda: publish_once(service, cut_off=cut_off)
    )
    return [publish]


def publish_once(service: Service, *, cut_off: timedelta = CUT_OFF) -> int:
    """Publish the first release that is due, if any; return how many were published."""
    now = service.clock.now()
    with service.store.claiming() as work:
        waiting = queries.waiting(work)
    return next(
        (1 for due in waiting if due.progress.due(now, cut_off=cut_off) and _publish(service, due)),
        0,
    )


def _publish(service: Service, due: queries.Due) -> bool:
    """Publish one release, if what is known here is proven complete; say whether it was."""
    clinics = {*due.clinics, due.organization_id}
    effect = Effect(concerned=((PERMISSIONS, due.organization_id), (CLINICS, due.organization_id)))
    proof = Enforcement(service.freshness()).proof_for([effect])
    with service.store.unit_of_work(clinics=clinics, actor=system(service.name)) as work:
        if not proven(work, effect, proof=proof):
            return False
        with suppress(usecases.NothingToRelease):
            usecases.build_release(
                work,
                organization_id=due.organization_id,
                period=due.progress.quarter.period,
                now=service.clock.now(),
            )
            return True
    return False
