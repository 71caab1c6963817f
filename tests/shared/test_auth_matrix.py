"""The matrix: what its lines may say, and what is refused at the start."""

import pytest

from shared.auth.actors import Role
from shared.auth.matrix import BadMatrix, Word, parse, rules_of
from shared.settings import SERVICES


class TestALine:
    def test_may_name_roles(self):
        rule = parse(["clinician", "duty"], where="here")

        assert rule.admits(Role.CLINICIAN)
        assert not rule.admits(Role.SUPERVISOR)
        assert not rule.admits(None)

    def test_may_admit_all_staff(self):
        assert all(parse(["staff"], where="here").admits(role) for role in Role)

    def test_may_admit_services_by_scope(self):
        assert parse(["service:feed"], where="here").scopes == {"feed"}

    def test_may_belong_to_the_members_world(self):
        assert parse(["link", "seat"], where="here").for_members
        assert not parse(["public"], where="here").for_members

    def test_may_ask_for_a_fresh_sign_in(self):
        assert parse(["staff"], where="here", fresh=True).fresh
        assert not parse(["staff"], where="here").fresh

    @pytest.mark.parametrize("words", [[], ["clinicians"], ["staff", "staff"], ["Public"], [""]])
    def test_with_a_word_unknown_is_refused_at_the_start(self, words):
        with pytest.raises(BadMatrix):
            parse(words, where="here")


class TestTheFiles:
    @pytest.mark.parametrize("service", SERVICES)
    def test_read_and_hold_what_all_services_share(self, service):
        assert rules_of(service)["health.live"].words == {Word.PUBLIC}

    @pytest.mark.parametrize("service", SERVICES)
    def test_ask_a_scope_of_every_service_that_comes_in(self, service):
        backbone = {at: x for at, x in rules_of(service).items() if at.startswith("backbone.")}

        assert backbone
        assert all(rule.scopes and not rule.roles for rule in backbone.values())
