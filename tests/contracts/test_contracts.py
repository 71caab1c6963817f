"""What services tell each other keeps its meaning, and carries ids and codes alone."""

import json
import re
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints
from uuid import UUID, uuid4

import pytest
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from shared.contracts import CATALOGUE, BadEvent, Event
from shared.contracts.streams import STREAMS, streams_for
from shared.events.heard import read_again
from shared.events.metrics import COUNTED, SHOWN
from shared.events.topology import Topology
from shared.settings import SERVICES

SAMPLES = sorted(Path(__file__).parent.glob("*.json"))
DENIED = re.compile(
    r"violen|screen|hold|coerc|safety|sex|desire|libido|intima|withdraw|partner|pressur|afraid"
)
CARRIED = (UUID, datetime, bool, int)


def kinds() -> list[Any]:
    return [pytest.param(kind, id=kind.type) for kind in CATALOGUE.values()]


def samples() -> list[Any]:
    return [pytest.param(path, id=path.stem) for path in SAMPLES]


class TestGoldenSamples:
    def test_every_event_type_has_a_sample(self) -> None:
        assert {path.stem for path in SAMPLES} >= set(CATALOGUE)

    @pytest.mark.parametrize("path", samples())
    def test_an_old_message_still_means_the_same(self, path: Path) -> None:
        message = json.loads(path.read_text())

        heard = read_again(json.dumps(message))
        event = heard.event()

        assert event is not None
        assert event.type == path.stem
        meant, written = event.data(), message["data"]
        assert {name: meant[name] for name in written} == written
        added = meant.keys() - written.keys()
        defaults = {field.name: field.default for field in fields(event)}
        assert {name: meant[name] for name in added} == {name: defaults[name] for name in added}
        assert str(event.subject_id) == message["subject"]

    @pytest.mark.parametrize("path", samples())
    def test_a_field_that_is_not_known_is_passed_over(self, path: Path) -> None:
        message = json.loads(path.read_text())
        message["data"]["added_later"] = "whatever"

        heard = read_again(json.dumps(message))

        assert heard.event() is not None

    @pytest.mark.parametrize("path", samples())
    def test_a_message_without_one_of_its_fields_is_refused(self, path: Path) -> None:
        message = json.loads(path.read_text())
        for name in list(message["data"]):
            poorer = {**message, "data": {k: v for k, v in message["data"].items() if k != name}}

            with pytest.raises(BadEvent):
                read_again(json.dumps(poorer)).event()

    @pytest.mark.parametrize("path", samples())
    def test_a_message_is_a_cloud_event_of_version_one(self, path: Path) -> None:
        event = JSONFormat().read(CloudEvent, path.read_text())

        assert event.get_type() == path.stem
        assert event.get_specversion() == "1.0"

    @pytest.mark.requirement("PLT-10")
    def test_a_classification_that_is_not_known_is_refused(self) -> None:
        message = json.loads(SAMPLES[0].read_text()) | {"dataclassification": "gossip"}

        with pytest.raises(BadEvent, match="classification_unknown"):
            read_again(json.dumps(message)).event()

    def test_a_later_major_version_is_refused_and_an_unknown_type_passed_over(self) -> None:
        message = json.loads(SAMPLES[0].read_text())
        later = message | {"type": message["type"].replace(".v1", ".v9")}
        unknown = message | {"type": "intake.weather.changed.v1"}

        with pytest.raises(BadEvent, match="version_unknown"):
            read_again(json.dumps(later)).event()
        assert read_again(json.dumps(unknown)).event() is None


@pytest.mark.requirement("PLT-10")
class TestWhatEventsMayCarry:
    @pytest.mark.parametrize("kind", kinds())
    def test_no_text_no_name_no_address_and_nothing_unbounded(self, kind: type[Event]) -> None:
        assert faults(kind) == []

    def test_the_linter_sees_what_it_must_refuse(self) -> None:
        @dataclass(frozen=True, kw_only=True)
        class Gossip(Event):
            type = "intake.partner.gossiped.v1"
            stream = "intake.people"
            subject = "person_id"

            person_id: UUID
            name: str
            answers: dict[str, str]
            score: float

        assert len(faults(Gossip)) == 4

    @pytest.mark.parametrize("kind", kinds())
    def test_each_stands_in_a_stream_of_its_teller(self, kind: type[Event]) -> None:
        assert STREAMS[kind.stream].teller == kind.type.split(".")[0]
        assert kind.subject in {field.name for field in fields(kind)}

    def test_what_concerns_one_person_alone_is_ordered_by_the_person(self) -> None:
        private = [kind for kind in CATALOGUE.values() if STREAMS[kind.stream].private]

        assert private
        assert {kind.subject for kind in private} == {"person_id"}


@pytest.mark.requirement("PLT-11")
class TestNeutralNames:
    def test_no_type_stream_queue_or_figure_says_what_happened(self) -> None:
        queues = [
            queue.name
            for service in SERVICES
            for private in (False, True)
            if (queue := Topology("attune", private=private, durable=True).queue_for(service))
        ]
        names = [*CATALOGUE, *STREAMS, *queues, *COUNTED, *SHOWN]

        assert [name for name in names if DENIED.search(name)] == []

    def test_the_deny_list_would_notice(self) -> None:
        assert DENIED.search("reminders.hold.set.v1")


class TestSubjects:
    def test_a_subject_always_stands_in_the_same_partition(self) -> None:
        subject = uuid4()

        for stream in STREAMS.values():
            assert stream.partition_of(subject) == stream.partition_of(UUID(str(subject)))
            assert 0 <= stream.partition_of(subject) < stream.partitions

    def test_subjects_spread_over_all_partitions(self) -> None:
        stream = STREAMS["intake.people"]

        assert {stream.partition_of(uuid4()) for _ in range(500)} == set(range(stream.partitions))

    def test_nobody_listens_to_their_own_facts(self) -> None:
        assert all(s.teller != service for service in SERVICES for s in streams_for(service))


def faults(kind: type[Event]) -> list[str]:
    """Return what an event class must not have: denied names, or fields that could hold content."""
    hints = get_type_hints(kind)
    found = [kind.type] if DENIED.search(kind.type) else []
    return found + [f.name for f in fields(kind) if not carried(hints[f.name])]


def carried(hint: Any) -> bool:
    """Say whether an event may carry a field of this type."""
    if get_origin(hint) is tuple:
        inner = get_args(hint)[0]
        return isinstance(inner, type) and issubclass(inner, StrEnum)
    if hint in CARRIED:
        return True
    return isinstance(hint, type) and issubclass(hint, StrEnum)
