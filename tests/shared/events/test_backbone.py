"""One suite for all four pairs of {SQLite, PostgreSQL} and {in-process, RabbitMQ}."""

from contextlib import suppress
from threading import Thread
from uuid import uuid4

import pytest
from kombu import Connection

from shared.auth.actors import system
from shared.contracts.streams import streams_of
from shared.errors import NotYetKnown, Refusal, Unreachable
from shared.events.freshness import Freshness
from shared.events.lease import Lease
from shared.events.parking import listed
from shared.events.relay import Relay
from shared.events.sequencing import ensure_heads, sequence_all
from shared.events.tables import stream_head, undelivered
from tests.shared.events.backbone import CLINIC, Backbone, changed, consent


class TestTelling:
    def test_a_fact_takes_effect_once_and_in_order_per_subject(self, backbone: Backbone) -> None:
        one, other = uuid4(), uuid4()
        for version in range(1, 6):
            backbone.tell(changed(one, version), changed(other, version))

        backbone.broker_brings()

        assert backbone.effects(one) == [1, 2, 3, 4, 5]
        assert backbone.effects(other) == [1, 2, 3, 4, 5]

    def test_a_transaction_that_fails_tells_nothing(self, backbone: Backbone) -> None:
        store, subject = backbone.teller.store, uuid4()

        with (
            suppress(Refusal),
            store.unit_of_work(clinics=[CLINIC], actor=system("intake")) as work,
        ):
            work.record(changed(subject, 1))
            raise Refusal
        backbone.broker_brings()
        backbone.feed_brings()

        assert backbone.recorded() == 0
        assert backbone.effects() == []

    def test_more_than_an_envelope_holds_still_arrives_in_order(self, backbone: Backbone) -> None:
        subject = uuid4()
        backbone.tell(*(changed(subject, version) for version in range(1, 351)))

        backbone.broker_brings()

        assert backbone.effects(subject) == list(range(1, 351))

    def test_positions_have_no_gaps_whoever_writes_and_numbers_at_once(
        self, backbone: Backbone
    ) -> None:
        subjects = [uuid4() for _ in range(4)]

        def write(worker: int) -> None:
            for version in range(12):
                with (
                    suppress(Refusal),
                    backbone.teller.store.unit_of_work(
                        clinics=[CLINIC], actor=system("intake")
                    ) as work,
                ):
                    work.record(changed(subjects[(worker + version) % 4], version))
                    if version % 5 == 4:
                        raise Refusal
                sequence_all(backbone.teller.store.engine)

        writers = [Thread(target=write, args=[worker]) for worker in range(4)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        sequence_all(backbone.teller.store.engine)

        for given in backbone.positions().values():
            assert sorted(position or 0 for position in given) == list(range(1, len(given) + 1))
        assert backbone.recorded() == 4 * 10

    def test_a_fact_whose_partition_has_no_head_yet_waits_for_it(self, backbone: Backbone) -> None:
        backbone.lose_heads()
        backbone.tell_versions(uuid4(), 1, 2)
        sequence_all(backbone.teller.store.engine)
        assert list(backbone.positions().values()) == [[None, None]]

        with backbone.teller.store.engine.begin() as connection:
            ensure_heads(connection, streams_of("intake"))
        sequence_all(backbone.teller.store.engine)

        assert list(backbone.positions().values()) == [[1, 2]]

    def test_two_relays_at_once_tell_everything_and_double_nothing(
        self, backbone: Backbone
    ) -> None:
        subject = uuid4()
        backbone.tell_versions(subject, 1, 2, 3)
        rival = Relay(
            backbone.teller.store.engine,
            "intake",
            backbone.telling.parts.relay._publishers,
            AlwaysMine(backbone.teller.store.engine, "rival", uuid4()),
        )
        backbone.telling.parts.relay.step()
        backbone.forget_confirms()
        rival.step()

        backbone.broker_brings()

        assert backbone.effects(subject) == [1, 2, 3]

    def test_only_the_holder_of_the_lease_relays(self, backbone: Backbone) -> None:
        engine = backbone.teller.store.engine
        first, second = Lease(engine, "relay", uuid4()), Lease(engine, "relay", uuid4())

        assert first.held()
        assert not second.held()
        first.release()
        assert Lease(engine, "relay", uuid4()).held()


class AlwaysMine(Lease):
    """A lease whose holder never asks, as if two clocks disagreed."""

    def held(self) -> bool:
        return True


class TestHearing:
    def test_what_is_delivered_again_is_passed_over(self, backbone: Backbone) -> None:
        subject = uuid4()
        backbone.tell_versions(subject, 1, 2, 3)
        backbone.broker_brings()
        backbone.forget_confirms()

        backbone.broker_brings()

        assert backbone.effects(subject) == [1, 2, 3]

    def test_what_the_broker_lost_is_repaired_from_the_feed(self, backbone: Backbone) -> None:
        subject = uuid4()
        backbone.tell_versions(subject, 1, 2)
        backbone.broker_brings()
        backbone.tell_versions(subject, 3, 4)
        backbone.telling.parts.relay.step()
        purge(backbone)
        backbone.tell_versions(subject, 5)

        backbone.broker_brings()

        assert backbone.effects(subject) == [1, 2, 3, 4, 5]

    def test_without_any_broker_the_feed_is_enough(self, backbone: Backbone) -> None:
        subject = uuid4()
        backbone.tell_versions(subject, *range(1, 8))

        backbone.feed_brings()

        assert backbone.effects(subject) == list(range(1, 8))
        assert backbone.cursors() == backbone.heads()

    def test_a_listener_that_was_down_for_an_hour_catches_up(self, backbone: Backbone) -> None:
        subjects = [uuid4() for _ in range(20)]
        for version in range(1, 61):
            backbone.tell(*(changed(subject, version) for subject in subjects))

        backbone.feed_brings()

        assert all(backbone.effects(one) == list(range(1, 61)) for one in subjects)

    def test_a_teller_that_does_not_answer_is_only_late(self, backbone: Backbone) -> None:
        subject = uuid4()
        backbone.tell_versions(subject, 1)
        backbone.line.cut = True
        backbone.feed_brings()
        assert backbone.effects(subject) == []

        backbone.line.cut = False
        backbone.feed_brings()

        assert backbone.effects(subject) == [1]

    def test_messages_that_are_no_events_do_not_stop_the_listener(self, backbone: Backbone) -> None:
        subject = uuid4()
        backbone.broker_brings()
        for body, content_type in (
            ("no json", "application/cloudevents-batch+json"),
            ('{"a": 1}', "application/cloudevents-batch+json"),
            ('[{"stream": 7}]', "application/cloudevents-batch+json"),
            ("[]", "text/plain"),
        ):
            publish_raw(backbone, body, content_type)
        backbone.tell_versions(subject, 1)

        backbone.broker_brings()

        assert backbone.effects(subject) == [1]

    @pytest.mark.left_to_the_build("waiting for what does not come")
    def test_another_generation_stops_the_partition_and_nothing_is_guessed(
        self, backbone: Backbone
    ) -> None:
        subject = uuid4()
        backbone.tell_versions(subject, 1, 2)
        backbone.feed_brings()
        restore_elsewhere(backbone)
        backbone.tell_versions(subject, 3)

        backbone.feed_brings()
        backbone.broker_brings()

        assert backbone.effects(subject) == [1, 2]


class TestParking:
    def test_a_poison_fact_is_parked_and_only_its_subject_waits(self, backbone: Backbone) -> None:
        sick, well = uuid4(), uuid4()
        backbone.refuse = refusing(sick, 2, Refusal)
        for version in (1, 2, 3):
            backbone.tell(changed(sick, version), changed(well, version))

        backbone.broker_brings()

        assert backbone.effects(sick) == [1]
        assert backbone.effects(well) == [1, 2, 3]
        assert sorted(status for status, _ in backbone.parked()) == ["dead", "waiting"]
        assert backbone.cursors() == backbone.heads()

    def test_what_failed_in_passing_is_tried_again_and_order_is_kept(
        self, backbone: Backbone
    ) -> None:
        subject = uuid4()
        backbone.refuse = refusing(subject, 1, Unreachable)
        backbone.tell_versions(subject, 1, 2, 3)
        backbone.broker_brings()
        assert backbone.effects(subject) == []

        backbone.refuse = lambda event: None
        due_now(backbone)
        while backbone.hearing.keep_house():
            pass

        assert backbone.effects(subject) == [1, 2, 3]
        assert backbone.parked() == []

    def test_what_is_not_yet_known_is_tried_again(self, backbone: Backbone) -> None:
        subject = uuid4()
        backbone.refuse = refusing(subject, 1, NotYetKnown)
        backbone.tell_versions(subject, 1)

        backbone.broker_brings()

        assert [status for status, _ in backbone.parked()] == ["retrying"]

    def test_no_text_of_an_error_is_kept(self, backbone: Backbone) -> None:
        subject = uuid4()

        def fail(_event: object) -> None:
            raise ValueError("Ada lives at 1 Private Street")

        backbone.refuse = fail
        backbone.tell_versions(subject, 1)
        backbone.broker_brings()

        with backbone.listener.store.engine.connect() as connection:
            [row] = listed(connection)
        assert (row.error_class, row.error_code) == ("ValueError", "unexpected")
        assert "Private Street" not in str(row)


class TestContentByReference:
    def test_content_is_fetched_after_the_fact_and_applied(self, backbone: Backbone) -> None:
        person = uuid4()
        backbone.contents[person] = {"zone": "Europe/Lisbon"}
        backbone.tell(consent(person, 1))

        backbone.feed_brings()
        backbone.hearing.keep_house()

        assert backbone.fetched == [{"zone": "Europe/Lisbon"}]

    def test_content_that_is_gone_settles_as_gone(self, backbone: Backbone) -> None:
        person = uuid4()
        backbone.contents[person] = None
        backbone.tell(consent(person, 1))

        backbone.feed_brings()
        backbone.hearing.keep_house()
        backbone.hearing.keep_house()

        assert backbone.fetched == [None]

    def test_content_that_is_not_there_yet_is_asked_for_again_later(
        self, backbone: Backbone
    ) -> None:
        person = uuid4()
        backbone.tell(consent(person, 1))
        backbone.feed_brings()

        assert backbone.hearing.keep_house() == 0
        assert backbone.fetched == []


@pytest.mark.requirement("PLT-13")
class TestFreshness:
    def test_a_proof_holds_what_was_committed_before_it(self, backbone: Backbone) -> None:
        person = uuid4()
        backbone.tell(consent(person, 1))

        proof = backbone.listener.freshness().prove([("intake.consent", person)])

        assert backbone.effects(person) == [1]
        assert holds(backbone, proof, person)

    def test_a_teller_that_does_not_answer_means_no(self, backbone: Backbone) -> None:
        backbone.line.cut = True

        proof = backbone.listener.freshness().prove([("intake.consent", uuid4())])

        assert proof.complete == frozenset()

    def test_a_parked_fact_about_the_person_means_no(self, backbone: Backbone) -> None:
        subject = uuid4()
        backbone.refuse = refusing(subject, 1, Refusal)
        backbone.tell_versions(subject, 1)

        proof = backbone.listener.freshness().prove([("intake.people", subject)])

        assert not holds(backbone, proof, subject, stream="intake.people")

    def test_a_proof_of_four_seconds_ago_means_no(self, backbone: Backbone) -> None:
        person, ticks = uuid4(), iter([100.0, 103.9, 104.0])
        freshness = Freshness(backbone.listener.repair(), ticks=lambda: next(ticks))

        proof = freshness.prove([("intake.consent", person)])

        assert holds(backbone, proof, person)
        assert not holds(backbone, proof, person)


def holds(backbone: Backbone, proof, subject, *, stream: str = "intake.consent") -> bool:
    with backbone.listener.store.engine.connect() as connection:
        return proof.holds(connection, stream, subject)


def refusing(subject, version, error):
    def refuse(event) -> None:
        if (event.relationship_id, event.version) == (subject, version):
            raise error

    return refuse


def due_now(backbone: Backbone) -> None:
    with backbone.listener.store.engine.begin() as connection:
        connection.execute(undelivered.update().values(next_try_at=0.0))


def restore_elsewhere(backbone: Backbone) -> None:
    """As if the teller's database had been restored from a backup."""
    with backbone.teller.store.engine.begin() as connection:
        connection.execute(stream_head.update().values(generation=uuid4()))


def queue_names(backbone: Backbone) -> list[str]:
    return [f"{backbone.prefix}.sessions.v1", f"{backbone.prefix}.private.sessions.v1"]


def purge(backbone: Backbone) -> None:
    with Connection(backbone.teller.settings.broker_url) as connection:
        for name in queue_names(backbone):
            connection.channel().queue_purge(name)


def publish_raw(backbone: Backbone, body: str, content_type: str) -> None:
    with Connection(backbone.teller.settings.broker_url) as connection:
        connection.Producer().publish(
            body,
            exchange=backbone.prefix,
            routing_key="intake.people.0",
            content_type=content_type,
            content_encoding="utf-8",
        )
