"""Every route of every service stands in the matrix, and every line of the matrix has a route."""

from importlib import import_module
from importlib.util import find_spec

import pytest
from flask import Flask

from shared.auth.matrix import Word, rules_of
from shared.settings import SERVICES, Mode, Settings

OPEN = {"GET", "HEAD", "OPTIONS"}


@pytest.fixture(params=SERVICES)
def app(request, tmp_path) -> Flask:
    """Each of the four services that exists."""
    name = request.param
    if find_spec(f"services.{name}") is None or find_spec(f"services.{name}.app") is None:
        pytest.skip(f"{name} has no app yet")
    assembled = import_module(f"services.{name}.app")
    settings = Settings(service=name, mode=Mode.TEST, data_dir=tmp_path)
    service = assembled.create_service(settings)
    yield service.app
    service.store.engine.dispose()


class TestEveryRoute:
    def test_has_a_line_in_the_matrix(self, app):
        routes = {route.endpoint for route in app.url_map.iter_rules()}
        missing = sorted(routes - set(app.extensions["rules"]))

        assert not missing, f'write "{missing[0]}" = ["…"] into the matrix'

    def test_of_the_matrix_exists(self, app):
        service = app.extensions["settings"].service
        own = set(rules_of(service)) - set(rules_of("no service at all"))
        stale = sorted(own - {route.endpoint for route in app.url_map.iter_rules()})

        assert not stale

    def test_under_internal_is_for_services_alone(self, app):
        inner = {r.endpoint for r in app.url_map.iter_rules() if r.rule.startswith("/internal/")}
        rules = {at: app.extensions["rules"][at] for at in inner}

        assert all(rule.scopes and not rule.roles for rule in rules.values())
        assert not any(rule.words - {Word.INSIDE} for rule in rules.values())

    def test_that_anyone_may_write_to_asks_for_a_form_token_or_a_secret_address(self, app):
        written = [r for r in app.url_map.iter_rules() if set(r.methods or ()) - OPEN]
        by_address = [
            r for r in written if Word.ADDRESS in app.extensions["rules"][r.endpoint].words
        ]

        assert all("<" in route.rule for route in by_address)
