"""Tokens: what is believed, and everything that is not."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from json import dumps, loads
from uuid import UUID

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, OKPKey

from shared.auth.actors import Actor, Door, Role
from shared.auth.signing_keys import signing_key, verifying_key
from shared.auth.tokens import (
    BadToken,
    ExpiredToken,
    issue_staff_assertion,
    read_service_token,
    read_staff_assertion,
    service_token,
)
from shared.settings import Settings

INTAKE, SESSIONS, REPORTS = (Settings(service=x) for x in ("intake", "sessions", "reports"))
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
PUBLIC = verifying_key(INTAKE, "intake").as_dict()["x"]
CLINICS = frozenset({UUID(int=1), UUID(int=2)})


def assertion(settings=INTAKE, now=NOW):
    return issue_staff_assertion(
        settings,
        staff_id=UUID(int=7),
        role=Role.CLINICIAN,
        clinics=CLINICS,
        organization_id=UUID(int=8),
        session_id=UUID(int=9),
        signed_in_at=NOW - timedelta(hours=1),
        now=now,
    )


def claims_of(token):
    middle = token.split(".")[1]
    return loads(urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))


def forged(token, header=None, claims=None, key=None):
    """Sign a token's claims again, changed, with a header and key of the forger's choice."""
    every = {"alg": "Ed25519", "typ": "attune-staff+jwt", "kid": "intake", **(header or {})}
    body = claims_of(token) | (claims or {})
    own = OctKey.import_key(PUBLIC) if every["alg"] == "HS256" else signing_key(INTAKE)
    return jwt.encode(every, body, key or own, algorithms=["Ed25519", "HS256"])


class TestStaffAssertion:
    def test_says_who_in_which_role_for_which_clinics(self):
        said = read_staff_assertion(REPORTS, assertion(), now=NOW)

        assert said.actor == Actor(
            door=Door.STAFF,
            id=UUID(int=7),
            role=Role.CLINICIAN,
            clinics=CLINICS,
            organization_id=UUID(int=8),
        )
        assert said.session_id == UUID(int=9)
        assert said.signed_in_at == NOW - timedelta(hours=1)

    def test_holds_ids_codes_and_times_and_nothing_else(self):
        names = {"iss", "aud", "sub", "role", "clinics", "org", "sid", "auth_time", "iat", "exp"}

        assert set(claims_of(assertion())) == names

    @pytest.mark.requirement("PLT-19")
    def test_ends_after_ten_minutes(self):
        token = assertion()

        read_staff_assertion(SESSIONS, token, now=NOW + timedelta(minutes=9, seconds=59))
        with pytest.raises(ExpiredToken):
            read_staff_assertion(SESSIONS, token, now=NOW + timedelta(minutes=10))

    def test_of_another_service_is_not_believed(self):
        with pytest.raises(BadToken):
            read_staff_assertion(SESSIONS, assertion(settings=REPORTS), now=NOW)

    def test_from_the_future_is_not_believed(self):
        with pytest.raises(BadToken):
            read_staff_assertion(SESSIONS, assertion(now=NOW + timedelta(minutes=1)), now=NOW)

    def test_of_another_installation_is_not_believed(self):
        elsewhere = Settings(service="sessions", secret_key="x" * 40)

        with pytest.raises(BadToken):
            read_staff_assertion(elsewhere, assertion(), now=NOW)

    @pytest.mark.parametrize(
        ("header", "claims"),
        [
            ({"typ": "attune-service+jwt"}, {}),
            ({"typ": "JWT"}, {}),
            ({"alg": "HS256"}, {}),
            ({"kid": "sessions"}, {}),
            ({"kid": "../../etc/passwd"}, {}),
            ({"jku": "https://elsewhere.invalid/keys"}, {}),
            ({}, {"aud": "sessions"}),
            ({}, {"iss": "sessions"}),
            ({}, {"role": "owner"}),
            ({}, {"clinics": "all"}),
            ({}, {"exp": int(NOW.timestamp()) + 86_400}),
            ({}, {"exp": "later"}),
            ({}, {"sub": None}),
        ],
    )
    def test_with_anything_unusual_is_not_believed(self, header, claims):
        with pytest.raises(BadToken):
            read_staff_assertion(SESSIONS, forged(assertion(), header, claims), now=NOW)

    def test_forged_with_nothing_changed_is_the_control_of_the_tests_above(self):
        assert read_staff_assertion(SESSIONS, forged(assertion()), now=NOW)

    def test_unsigned_is_not_believed(self):
        head = urlsafe_b64encode(
            dumps({"alg": "none", "typ": "attune-staff+jwt", "kid": "intake"}).encode()
        ).decode()

        with pytest.raises(BadToken):
            read_staff_assertion(SESSIONS, f"{head}.{assertion().split('.')[1]}.", now=NOW)

    def test_with_a_key_of_its_own_in_the_header_is_not_believed(self):
        own = OKPKey.generate_key("Ed25519")
        token = forged(assertion(), {"jwk": own.as_dict(private=False)}, key=own)

        with pytest.raises(BadToken):
            read_staff_assertion(SESSIONS, token, now=NOW)

    @pytest.mark.parametrize("text", ["", "x", "a.b.c", "é.é.é", "....", "e30.e30.e30"])
    def test_that_is_none_at_all_is_not_believed(self, text):
        with pytest.raises(BadToken):
            read_staff_assertion(SESSIONS, text, now=NOW)


@pytest.mark.requirement("PLT-20")
class TestServiceToken:
    def test_says_which_service_calls_and_what_it_may(self):
        said = read_service_token(
            REPORTS, service_token(INTAKE, "reports", {"feed", "content"}, now=NOW), now=NOW
        )

        assert (said.issuer, said.scopes) == ("intake", {"feed", "content"})
        assert said.actor == Actor(door=Door.SERVICE, service="intake")

    def test_says_for_whom_it_acts(self):
        person = read_staff_assertion(SESSIONS, assertion(), now=NOW).actor
        token = service_token(SESSIONS, "intake", ["people"], acting=person, now=NOW)

        said = read_service_token(INTAKE, token, now=NOW)

        assert said.acting == person
        assert (said.actor.id, said.actor.clinics) == (person.id, CLINICS)

    def test_for_another_service_is_not_believed(self):
        with pytest.raises(BadToken):
            read_service_token(SESSIONS, service_token(INTAKE, "reports", ["feed"], now=NOW))

    def test_ends_after_five_minutes(self):
        token = service_token(INTAKE, "reports", ["feed"], now=NOW)

        read_service_token(REPORTS, token, now=NOW + timedelta(minutes=4, seconds=59))
        with pytest.raises(ExpiredToken):
            read_service_token(REPORTS, token, now=NOW + timedelta(minutes=5))

    def test_that_claims_to_last_longer_is_not_believed(self):
        token = service_token(INTAKE, "reports", ["feed"], now=NOW)
        header = {"typ": "attune-service+jwt"}
        longer = forged(token, header, {"exp": int(NOW.timestamp()) + 301})

        assert read_service_token(REPORTS, forged(token, header), now=NOW)
        with pytest.raises(BadToken):
            read_service_token(REPORTS, longer, now=NOW)

    def test_and_staff_assertion_are_never_taken_for_each_other(self):
        with pytest.raises(BadToken):
            read_staff_assertion(REPORTS, service_token(INTAKE, "attune", [], now=NOW), now=NOW)
        with pytest.raises(BadToken):
            read_service_token(REPORTS, assertion(), now=NOW)

    def test_is_signed_with_a_key_of_the_calling_service_alone(self):
        assert signing_key(INTAKE).as_dict()["x"] != signing_key(REPORTS).as_dict()["x"]
        assert not verifying_key(REPORTS, "intake").is_private
