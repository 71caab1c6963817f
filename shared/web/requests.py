"""What a view needs from its request: the time, the store, the settings, a transaction."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from datetime import datetime
from uuid import UUID, uuid4

from flask import current_app, g

from shared.auth.actors import Door
from shared.auth.policy import current_actor
from shared.clock import Clock
from shared.errors import NotAllowed
from shared.settings import Settings
from shared.store import Store, UnitOfWork


def now() -> datetime:
    """Return the present moment by the app's clock, in UTC."""
    clock: Clock = current_app.extensions["clock"]
    return clock.now()


def settings() -> Settings:
    """Return what this service was told at its start."""
    found: Settings = current_app.extensions["settings"]
    return found


def store() -> Store:
    """Return this service's store."""
    found: Store = current_app.extensions["store"]
    return found


def request_id() -> str:
    """Return the number under which logs know this request."""
    if "request_id" not in g:
        g.request_id = str(uuid4())
    found: str = g.request_id
    return found


def unit_of_work(*, clinics: Iterable[UUID] | None = None) -> AbstractContextManager[UnitOfWork]:
    """Open a transaction for whoever is signed in, and for their clinics.

    ``clinics`` narrows that, and for services names the ones they ask about; NotAllowed for staff
    and members who ask for a clinic that is not theirs.
    """
    return store().unit_of_work(clinics=_allowed(clinics), actor=current_actor())


def reading(*, clinics: Iterable[UUID] | None = None) -> AbstractContextManager[UnitOfWork]:
    """Open a transaction that only reads, otherwise like ``unit_of_work``; for GET pages."""
    return store().reading(clinics=_allowed(clinics), actor=current_actor())


def _allowed(clinics: Iterable[UUID] | None) -> frozenset[UUID]:
    actor = current_actor()
    if clinics is None:
        return actor.clinics
    wanted = frozenset(clinics)
    if actor.door in (Door.STAFF, Door.LINK, Door.SEAT) and not wanted <= actor.clinics:
        raise NotAllowed
    return wanted
