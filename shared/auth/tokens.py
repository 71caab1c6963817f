"""Short signed notes by which a browser shows who signed in, and one service knows another.

A staff assertion is written by intake at sign-in and at each renewal, and read by all four
services. A service token is written by the calling service for exactly one other. Both hold ids,
codes and times; no names. Tokens live by the wall clock, also where a demonstration moves ours.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jws import JWSRegistry

from shared.auth.actors import Actor, Door, Role
from shared.auth.signing_keys import ALGORITHM, signing_key, verifying_key
from shared.clock import Clock
from shared.errors import Refusal
from shared.settings import SERVICES, Settings

STAFF_LIFETIME = timedelta(minutes=10)
SERVICE_LIFETIME = timedelta(minutes=5)
STAFF_AUDIENCE = "attune"
STAFF_ISSUER = "intake"
STAFF_TYPE = "attune-staff+jwt"
SERVICE_TYPE = "attune-service+jwt"
SKEW = timedelta(seconds=30)
"""By how much another machine's clock may be ahead of ours."""

RULES = JWSRegistry(algorithms=[ALGORITHM])


class BadToken(Refusal):
    """This sign-in is not valid. Please sign in again."""

    status = 401


class ExpiredToken(BadToken):
    """Your sign-in has run out. Please sign in again."""


@dataclass(frozen=True, kw_only=True)
class StaffAssertion:
    """What a verified staff assertion says."""

    staff_id: UUID
    role: Role
    clinics: frozenset[UUID]
    organization_id: UUID
    session_id: UUID
    signed_in_at: datetime
    expires_at: datetime

    @property
    def actor(self) -> Actor:
        """Return the member of staff as the one who acts."""
        return Actor(
            door=Door.STAFF,
            id=self.staff_id,
            role=self.role,
            clinics=self.clinics,
            organization_id=self.organization_id,
        )


@dataclass(frozen=True, kw_only=True)
class ServiceToken:
    """What a verified service token says; ``acting`` is the member of staff it acts for."""

    issuer: str
    scopes: frozenset[str]
    acting: Actor | None = None

    @property
    def actor(self) -> Actor:
        """Return the calling service as the one who acts, with the clinics of its person."""
        person = self.acting
        return Actor(
            door=Door.SERVICE,
            service=self.issuer,
            id=person.id if person else None,
            role=person.role if person else None,
            clinics=person.clinics if person else frozenset(),
            organization_id=person.organization_id if person else None,
        )


def issue_staff_assertion(
    settings: Settings,
    *,
    staff_id: UUID,
    role: Role,
    clinics: Iterable[UUID],
    organization_id: UUID,
    session_id: UUID,
    signed_in_at: datetime,
    ends_at: datetime | None = None,
    now: datetime | None = None,
) -> str:
    """Return a signed assertion, valid for ten minutes, that this person works in this role.

    Only intake's is believed. ``signed_in_at`` is when they last showed that it is them. Where the
    sign-in ends earlier (``ends_at``), so does the assertion. ``now`` is the wall clock unless
    given.
    """
    claims = {
        "aud": STAFF_AUDIENCE,
        "sub": str(staff_id),
        "role": role.value,
        "clinics": sorted(str(clinic) for clinic in clinics),
        "org": str(organization_id),
        "sid": str(session_id),
        "auth_time": int(signed_in_at.timestamp()),
    }
    lifetime = STAFF_LIFETIME
    if ends_at is not None:
        lifetime = min(lifetime, ends_at - (now or _wall_clock()))
    return _signed(settings, STAFF_TYPE, claims, lifetime=lifetime, now=now)


def read_staff_assertion(
    settings: Settings, token: str, *, now: datetime | None = None
) -> StaffAssertion:
    """Return what an assertion says.

    Raises ExpiredToken for one that was valid, and BadToken for any other that is not.
    """
    claims = _verified(settings, token, STAFF_TYPE, audience=STAFF_AUDIENCE)
    _check_times(claims, lifetime=STAFF_LIFETIME, at=now or _wall_clock())
    if claims["iss"] != STAFF_ISSUER:
        raise BadToken
    try:
        return StaffAssertion(
            staff_id=UUID(claims["sub"]),
            role=Role(claims["role"]),
            clinics=frozenset(UUID(clinic) for clinic in claims["clinics"]),
            organization_id=UUID(claims["org"]),
            session_id=UUID(claims["sid"]),
            signed_in_at=datetime.fromtimestamp(claims["auth_time"], UTC),
            expires_at=datetime.fromtimestamp(claims["exp"], UTC),
        )
    except (KeyError, ValueError, TypeError, AttributeError) as problem:
        raise BadToken from problem


def service_token(
    settings: Settings,
    audience: str,
    scopes: Iterable[str],
    *,
    acting: Actor | None = None,
    now: datetime | None = None,
) -> str:
    """Return a signed token, valid for five minutes, by which ``audience`` knows this service.

    Give ``acting`` where a member of staff caused the call. ``now`` is the wall clock unless given.
    """
    claims: dict[str, Any] = {"aud": audience, "scope": " ".join(sorted(scopes))}
    if acting is not None:
        claims["act"] = {
            "sub": str(acting.id),
            "role": acting.role.value if acting.role else None,
            "clinics": sorted(str(clinic) for clinic in acting.clinics),
            "org": str(acting.organization_id) if acting.organization_id else None,
        }
    return _signed(settings, SERVICE_TYPE, claims, lifetime=SERVICE_LIFETIME, now=now)


def read_service_token(
    settings: Settings, token: str, *, now: datetime | None = None
) -> ServiceToken:
    """Return what a token meant for this service says.

    Raises ExpiredToken for one that was valid, and BadToken for any other that is not.
    """
    claims = _verified(settings, token, SERVICE_TYPE, audience=settings.service)
    _check_times(claims, lifetime=SERVICE_LIFETIME, at=now or _wall_clock())
    try:
        scopes = frozenset(claims["scope"].split())
        acting = _acting(claims["act"]) if "act" in claims else None
    except (KeyError, ValueError, TypeError, AttributeError) as problem:
        raise BadToken from problem
    return ServiceToken(issuer=claims["iss"], scopes=scopes, acting=acting)


def _acting(claims: dict[str, Any]) -> Actor:
    return Actor(
        door=Door.STAFF,
        id=UUID(claims["sub"]),
        role=Role(claims["role"]) if claims["role"] else None,
        clinics=frozenset(UUID(clinic) for clinic in claims["clinics"]),
        organization_id=UUID(claims["org"]) if claims["org"] else None,
    )


def _signed(
    settings: Settings,
    kind: str,
    claims: dict[str, Any],
    *,
    lifetime: timedelta,
    now: datetime | None,
) -> str:
    began = now or _wall_clock()
    header = {"alg": ALGORITHM, "typ": kind, "kid": settings.service}
    times = {"iat": int(began.timestamp()), "exp": int((began + lifetime).timestamp())}
    every = {"iss": settings.service, **claims, **times}
    return jwt.encode(header, every, signing_key(settings), registry=RULES)


def _verified(settings: Settings, token: str, kind: str, *, audience: str) -> dict[str, Any]:
    issuer = _claimed_issuer(token)
    try:
        found = jwt.decode(token, verifying_key(settings, issuer), registry=RULES)
    except (JoseError, ValueError, TypeError) as problem:
        raise BadToken from problem
    header, claims = found.header, found.claims
    named = {"alg": ALGORITHM, "typ": kind, "kid": issuer}
    if dict(header) != named or claims.get("iss") != issuer or claims.get("aud") != audience:
        raise BadToken
    return claims


def _claimed_issuer(token: str) -> str:
    try:
        issuer = jws.extract_compact(token.encode()).headers().get("kid")
    except (JoseError, ValueError, TypeError) as problem:
        raise BadToken from problem
    if issuer not in SERVICES:
        raise BadToken
    return str(issuer)


def _check_times(claims: dict[str, Any], *, lifetime: timedelta, at: datetime) -> None:
    began, ends = claims.get("iat"), claims.get("exp")
    if not isinstance(began, int) or not isinstance(ends, int):
        raise BadToken
    if ends - began > lifetime.total_seconds() or began > (at + SKEW).timestamp():
        raise BadToken
    if ends <= at.timestamp():
        raise ExpiredToken


def _wall_clock() -> datetime:
    return Clock().now()
