"""Whatever a program sends to any operation of any service, no service falls over."""

from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error

from deploy.network import Network, build_network
from shared.auth.actors import Role
from shared.clock import Clock
from shared.settings import SERVICES, Mode, Settings
from tests.visitors import Visitor

pytestmark = pytest.mark.left_to_the_build("trying every operation of four services")

EXAMPLES = 10
ROLES = {"reports": Role.SUPERVISOR}


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Network:
    folder: Path = tmp_path_factory.mktemp("network")
    prefix = f"o{uuid4().hex[:8]}"
    settings_for = partial(Settings, mode=Mode.TEST, data_dir=folder, broker_prefix=prefix)
    return build_network(lambda name: settings_for(service=name), Clock())


def document(network: Network, service: str) -> Any:
    return network[service].app.test_client().get("/api/openapi.json").json


@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_takes_an_address(network: Network, service: str) -> None:
    assert document(network, service)["paths"]


@pytest.mark.timeout(300)
@pytest.mark.parametrize("service", SERVICES)
def test_no_operation_answers_that_the_server_failed(network: Network, service: str) -> None:
    app = network[service].app
    role = ROLES.get(service, Role.CLINICIAN)
    visitor = Visitor(app).sign_in(role, clinics=[uuid4()])
    headers = {"X-CSRFToken": visitor.form_token(), "Cookie": cookies_of(visitor)}
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", app)

    answered = [call_with_anything(found.ok(), headers) for found in schema.get_all_operations()]

    assert answered
    assert {status // 100 for statuses in answered for status in statuses} <= {2, 3, 4}


def call_with_anything(operation: Any, headers: dict[str, str]) -> set[int]:
    """Call an operation with examples of all kinds; return the statuses it answered."""
    statuses: set[int] = set()

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def call(case: Any) -> None:
        response = case.call(headers=headers)
        case.validate_response(response, checks=[not_a_server_error])
        statuses.add(response.status_code)

    call()
    return statuses


def cookies_of(visitor: Visitor) -> str:
    """Return what the visitor's browser carries, as a header."""
    carried = visitor.browser._cookies or {}
    return "; ".join(f"{cookie.key}={cookie.value}" for cookie in carried.values())
