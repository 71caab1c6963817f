"""Facts that got stuck, at the command line."""

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from click.testing import CliRunner, Result

from deploy.cli import main
from shared.errors import Conflict
from tests.shared.events.backbone import Backbone


@pytest.fixture
def backbone(tmp_path: Path) -> Iterator[Backbone]:
    made = Backbone(folder=tmp_path)
    yield made
    made.stop()


@pytest.fixture
def attune(tmp_path: Path):
    """Return a function that runs `attune undelivered` beside the services."""

    def run(*arguments: str) -> Result:
        told = {name: None for name in os.environ if name.startswith("ATTUNE_")}
        told["ATTUNE_DATA_DIR"] = str(tmp_path)
        return CliRunner().invoke(main, ["undelivered", *arguments], env=told)

    return run


@pytest.fixture
def place(backbone: Backbone) -> str:
    """Let a fact get stuck, with another behind it; return where it stands."""

    def refuse(event) -> None:
        raise Conflict("canary-91c2")

    backbone.refuse = refuse
    backbone.tell_versions(uuid4(), 1, 2)
    backbone.feed_brings()
    backbone.refuse = lambda event: None
    [(stream, partition)] = backbone.cursors()
    return f"{stream}/{partition}/1"


def worked_off(backbone: Backbone) -> list[int]:
    """Let the worker try what is parked; return what has taken effect."""
    while backbone.hearing.keep_house():
        pass
    return backbone.effects()


class TestUndelivered:
    def test_says_that_nothing_is_stuck(self, attune, backbone):
        assert attune("list").output == "Nothing is stuck.\n"

    def test_lists_by_service_or_all(self, attune, place):
        for arguments in (["list"], ["sessions", "list"]):
            said = attune(*arguments).output
            assert place in said
            assert "dead" in said
            assert "behind" in said
        assert "Nothing is stuck." in attune("intake", "list").output

    def test_shows_one_without_the_text_of_its_error(self, attune, place):
        said = attune("show", place).output

        assert "Conflict" in said
        assert "intake.relationship.changed.v1" in said
        assert "canary" not in said

    def test_retries(self, attune, place, backbone):
        assert attune("retry", place).exit_code == 0
        assert worked_off(backbone) == [1, 2]

    def test_discards_with_a_reason(self, attune, place, backbone):
        assert attune("discard", place, "--because", "mistake").exit_code == 0
        assert worked_off(backbone) == [2]
        assert "It was told by mistake" in attune("show", place).output

    def test_does_not_discard_without_a_reason(self, attune, place, backbone):
        assert attune("discard", place).exit_code == 2
        assert attune("discard", place, "--because", "Noa asked for it").exit_code == 2
        assert worked_off(backbone) == []

    def test_says_so_when_there_is_no_such_fact(self, attune, place):
        result = attune("retry", "intake.people/0/99")

        assert result.exit_code == 1
        assert "there is no such fact here" in result.output

    def test_explains_how_a_place_is_written(self, attune):
        result = attune("retry", "somewhere")

        assert result.exit_code == 2
        assert "for instance intake.people/2/17" in result.output
