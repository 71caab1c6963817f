"""Visitors for tests: they come by the doors that real ones use, and keep their cookies."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from flask import Flask
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import TestResponse

from shared.auth.actors import Actor, Door, Role
from shared.auth.staff_cookie import cookie_name
from shared.auth.tokens import issue_staff_assertion, service_token
from shared.settings import Settings

ORGANIZATION = UUID("0192f0c0-0000-7000-8000-0000000000aa")


class Visitor:
    """Someone with a browser of their own.

    >>> Visitor(app).sign_in(Role.CLINICIAN, clinics=[clinic_id]).get("/").text
    """

    def __init__(self, app: Flask, *, host: str | None = None):
        self.app = app
        self.settings: Settings = app.extensions["settings"]
        self.browser = app.test_client()
        self.base_url = f"http://{host}" if host else None

    def sign_in(
        self,
        role: Role,
        *,
        clinics: Iterable[UUID] = (),
        staff_id: UUID | None = None,
        organization_id: UUID = ORGANIZATION,
        now: datetime | None = None,
        signed_in_at: datetime | None = None,
    ) -> "Visitor":
        """Carry a staff assertion such as intake writes; ``now`` is when it was written."""
        intake = Settings(service="intake", secret_key=self.settings.secret_key)
        token = issue_staff_assertion(
            intake,
            staff_id=staff_id or uuid4(),
            role=role,
            clinics=clinics,
            organization_id=organization_id,
            session_id=uuid4(),
            signed_in_at=signed_in_at or now or datetime.now(UTC),
            now=now,
        )
        return self.carry(token)

    def carry(self, token: str) -> "Visitor":
        """Carry this text as staff assertion, whatever it is."""
        self.browser.set_cookie(cookie_name(self.settings, "attune-staff"), token)
        return self

    def get(self, url: str, **more: Any) -> TestResponse:
        """Open a page."""
        return self.browser.get(url, base_url=self.base_url, **more)

    def post(self, url: str, typed: Mapping[str, Any] | None = None, **more: Any) -> TestResponse:
        """Send a form as its page would, with the token that the page would hold."""
        form = {"csrf_token": self.form_token(), **(typed or {})}
        return self.browser.post(url, data=form, base_url=self.base_url, **more)

    def form_token(self) -> str:
        """Return what every page of this visit holds in its forms."""
        with self.browser.session_transaction(base_url=self.base_url) as visit:
            mark = visit.setdefault("csrf_token", uuid4().hex)
        return URLSafeTimedSerializer(self.app.secret_key or "", salt="wtf-csrf-token").dumps(mark)


def someone(role: Role, *, clinics: Iterable[UUID] = ()) -> Actor:
    """Return a member of staff for whom a service may act."""
    return Actor(
        door=Door.STAFF,
        id=uuid4(),
        role=role,
        clinics=frozenset(clinics),
        organization_id=ORGANIZATION,
    )


def bearer(app: Flask, *, caller: str, scopes: Iterable[str], **more: Any) -> dict[str, str]:
    """Return the headers by which another service calls this one."""
    settings: Settings = app.extensions["settings"]
    calling = Settings(service=caller, secret_key=settings.secret_key)
    token = service_token(calling, settings.service, scopes, **more)
    return {"Authorization": f"Bearer {token}"}
