"""An operator sees how a service is doing, and decides about facts that got stuck."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from shared.auth.actors import Role
from shared.errors import Conflict
from tests.shared.events.backbone import Backbone
from tests.visitors import Visitor


@pytest.fixture
def backbone(tmp_path: Path) -> Iterator[Backbone]:
    made = Backbone(folder=tmp_path)
    yield made
    made.stop()


@pytest.fixture
def operator(backbone: Backbone) -> Visitor:
    return Visitor(backbone.listener.app).sign_in(Role.OPERATOR)


def refuse_version(backbone: Backbone, version: int) -> None:
    def refuse(event) -> None:
        if event.version == version:
            raise Conflict("canary-5b1e")

    backbone.refuse = refuse


def stuck(backbone: Backbone) -> str:
    """Let the first of two facts fail, and return the address of its page."""
    refuse_version(backbone, 1)
    subject = uuid4()
    backbone.tell_versions(subject, 1, 2)
    backbone.feed_brings()
    [(stream, partition)] = backbone.cursors()
    return f"/undelivered/{stream}/{partition}/1"


class TestHealth:
    def test_shows_where_each_stream_stands(self, backbone, operator):
        backbone.tell_versions(uuid4(), 1)
        backbone.feed_brings()

        page = operator.get("/operations")

        assert page.status_code == 200
        assert "intake.people" in page.text
        assert "everything is told" in page.text

    def test_is_for_operators_alone(self, backbone):
        for role in set(Role) - {Role.OPERATOR}:
            assert (
                Visitor(backbone.listener.app).sign_in(role).get("/operations").status_code == 403
            )


class TestUndelivered:
    def test_says_kindly_that_nothing_is_stuck(self, operator):
        assert "Nothing is stuck" in operator.get("/undelivered").text

    def test_lists_what_got_stuck_and_what_waits_behind_it(self, backbone, operator):
        stuck(backbone)

        page = operator.get("/undelivered").text

        assert "Needs a decision" in page
        assert "behind an earlier one" in page

    def test_never_shows_the_text_of_an_error(self, backbone, operator):
        address = stuck(backbone)

        assert "canary-5b1e" not in operator.get("/undelivered").text
        assert "canary-5b1e" not in operator.get(address).text
        assert "Conflict" in operator.get(address).text

    def test_retried_facts_take_effect_in_their_order(self, backbone, operator):
        address = stuck(backbone)
        backbone.refuse = lambda event: None

        answer = operator.post(f"{address}/retry")
        while backbone.hearing.keep_house():
            pass

        assert answer.status_code == 302
        assert backbone.effects() == [1, 2]
        assert backbone.parked() == []

    def test_what_waits_behind_a_discarded_fact_goes_on(self, backbone, operator):
        address = stuck(backbone)

        operator.post(f"{address}/discard", {"because": "told_twice"})
        while backbone.hearing.keep_house():
            pass

        assert backbone.effects() == [2]
        assert backbone.parked() == [("discarded", 1)]
        assert "Discarded: It was told twice" in operator.get(address).text

    def test_later_facts_do_not_wait_behind_a_discarded_one(self, backbone, operator):
        refuse_version(backbone, 1)
        subject = uuid4()
        backbone.tell_versions(subject, 1)
        backbone.feed_brings()
        [(stream, partition)] = backbone.cursors()
        operator.post(
            f"/undelivered/{stream}/{partition}/1/discard", {"because": "no_longer_matters"}
        )

        backbone.tell_versions(subject, 2)
        backbone.feed_brings()

        assert backbone.effects() == [2]

    @pytest.mark.parametrize("said", ["", "Noa asked for it"])
    def test_asks_why_before_it_discards_and_takes_no_words_of_ones_own(
        self, backbone, operator, said
    ):
        address = stuck(backbone)

        page = operator.post(f"{address}/discard", {"because": said})

        assert page.status_code == 422
        assert "Choose why" in page.text
        assert "Noa" not in page.text
        assert backbone.parked()[0] == ("dead", 1)

    def test_knows_no_fact_that_is_not_there(self, operator):
        for address in ("/undelivered/intake.people/0/7", "/undelivered/nothing/0/7"):
            assert operator.get(address).status_code == 404
            assert operator.post(f"{address}/retry").status_code == 404
            assert operator.post(f"{address}/discard", {"because": "mistake"}).status_code in (
                404,
                422,
            )
