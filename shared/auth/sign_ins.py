"""Sign-ins that ended before their assertion ran out: intake tells of them, the others refuse them.

A service believes an assertion only while it knows all that intake told until at most 45 s ago. If
its own listener is behind, it reads intake's feed itself; if it cannot, it lets nobody act. So a
sign-in that ended is refused everywhere within 60 s (PLT-19).
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from threading import Lock
from time import monotonic
from uuid import UUID

from flask import Flask
from sqlalchemy import delete, select

from shared.auth.actors import system
from shared.auth.policy import check_sessions
from shared.auth.tables import ended_sign_in
from shared.auth.tokens import StaffAssertion
from shared.contracts.event import Event
from shared.contracts.intake import SignInEnded
from shared.errors import Unreachable
from shared.events.freshness import Freshness
from shared.events.inbox import Handler
from shared.inserting import insert_into
from shared.store import Store, UnitOfWork

STREAM = "intake.clinics"
KNOWN_FOR_SECONDS = 45.0
KEPT_FOR = timedelta(days=1)
"""Far longer than any assertion lives."""


def note_end(
    work: UnitOfWork, *, organization_id: UUID, sign_in_id: UUID, ended_at: datetime
) -> None:
    """Keep that a sign-in ended, for as long as an assertion of it could still be shown."""
    connection = work.session.connection()
    row = {"clinic_id": organization_id, "sign_in_id": sign_in_id, "ended_at": ended_at}
    added = insert_into(connection, ended_sign_in).values(row)
    connection.execute(added.on_conflict_do_nothing())
    old = ended_sign_in.c.ended_at < ended_at - KEPT_FOR
    here = ended_sign_in.c.clinic_id == organization_id
    connection.execute(delete(ended_sign_in).where(here, old))


def on_sign_in_ended(work: UnitOfWork, event: SignInEnded) -> None:
    """Refuse a sign-in from now on."""
    note_end(
        work,
        organization_id=event.clinic_id,
        sign_in_id=event.sign_in_id,
        ended_at=event.occurred_at,
    )


SUBSCRIPTIONS: dict[type[Event], Handler] = {SignInEnded: on_sign_in_ended}


class Watch:
    """Says whether a sign-in may go on, never by knowledge older than 45 s."""

    def __init__(self, store: Store, freshness: Freshness, ticks: Callable[[], float] = monotonic):
        self._store = store
        self._freshness = freshness
        self._ticks = ticks
        self._known_at: dict[UUID, float] = {}
        self._one_reader = Lock()

    def still_open(self, assertion: StaffAssertion) -> bool:
        """Say whether no end of this sign-in is known; raises Unreachable where that is unsure."""
        self._learn(assertion.organization_id)
        organization = assertion.organization_id
        ended = select(ended_sign_in.c.sign_in_id).where(
            ended_sign_in.c.clinic_id == organization,
            ended_sign_in.c.sign_in_id == assertion.session_id,
        )
        with self._reading(organization) as work:
            return work.session.execute(ended).first() is None

    def _learn(self, organization_id: UUID) -> None:
        if self._is_fresh(organization_id):
            return
        with self._one_reader:
            if self._is_fresh(organization_id):
                return
            proof = self._freshness.prove([(STREAM, organization_id)])
            with self._reading(organization_id) as work:
                if not proof.holds(work.session.connection(), STREAM, organization_id):
                    raise Unreachable
            self._known_at[organization_id] = proof.began

    def _reading(self, organization_id: UUID) -> AbstractContextManager[UnitOfWork]:
        actor = system(self._store.service)
        return self._store.reading(clinics={organization_id}, actor=actor)

    def _is_fresh(self, organization_id: UUID) -> bool:
        known_at = self._known_at.get(organization_id, float("-inf"))
        return self._ticks() - known_at < KNOWN_FOR_SECONDS


def refuse_ended(app: Flask, watch: Watch) -> None:
    """Let an app of another service than intake refuse sign-ins that ended."""
    check_sessions(app, watch.still_open)
