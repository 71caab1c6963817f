"""A run through the whole house: everything is typed, everything that goes out is looked at."""

import logging
import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from io import StringIO
from itertools import product
from typing import Any

from kombu import Queue
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase
from werkzeug.routing import Rule as Route

from shared.auth.actors import Door, Role, system
from shared.auth.matrix import Rule, Word
from shared.contracts.streams import STREAMS
from shared.events.broker import Link
from shared.events.topology import Topology
from shared.labels import Label
from shared.logs import configure_logs
from shared.rates.rates import TooOften
from shared.settings import SERVICES, Settings
from shared.store.carrying import kinds_of_rows
from tests.doors.callers import (
    EVERYONE,
    NO_ONE,
    SEATED,
    SEATED_WITH_QUESTIONS,
    Answered,
    Caller,
    Standing,
    stand,
)
from tests.doors.canary.inputs import AT_ONCE, OF_THE_HOUSE, names_in, variants
from tests.doors.canary.marks import UNREADABLE, Marks, marks_in, unpacked
from tests.doors.oracle import comes_in
from tests.doors.routes import Subject, about_the_last, address, methods_of, routes_of, subject
from tests.doors.world import MEMBER_HOST, STAFF_HOST, Known, World
from tests.visitors import bearer

LINKED = re.compile(r'\b(?:href|action|formaction|src|srcset|content)="([^"]*)"')
ASKED = re.compile(r"<(input|textarea)\b([^>]*)>")
ATTRIBUTE = re.compile(r'\b(name|type)="([^"]*)"')
TYPED_IN = {"text", "email", "password", "search", "tel", "url", "number", "file", ""}
SHOWN_AGAIN = (401, 409, 422)
"""Answers that bring back a form with what was typed, to whoever typed it."""


LAST = ("asking.create", "consent.pause")
"""What closes the doors of others."""


@dataclass
class Flight:
    """Where marks were seen while everything was typed.

    ``astray`` holds marks where none may be, by place; ``kept`` the labels under which a mark
    lies sealed; ``shown`` what each view showed, to be compared with what it may open.
    """

    world: World
    known: Known
    marks: Marks = field(default_factory=Marks)
    astray: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    shown: list[tuple[str, Rule, set[int]]] = field(default_factory=list)
    kept: dict[int, set[Label]] = field(default_factory=lambda: defaultdict(set))
    taken: dict[str, set[int]] = field(default_factory=dict)
    asked_for: set[str] = field(default_factory=set)
    sent: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._standing: dict[tuple[str, Caller], Standing] = {}
        for service, caller in product(SERVICES, EVERYONE):
            self._standing[service, caller] = self._stand(service, caller)

    def type_everything(self) -> None:
        """Send marks to every view that takes something in, as someone whom it lets in."""
        for service, route, method in sorted(self._doors(), key=lambda d: d[1].endpoint in LAST):
            rule = self.world.services[service].app.extensions["rules"][route.endpoint]
            for caller in typists_of(rule):
                self._type(service, route, method, caller)

    def _type(self, service: str, route: Route, method: str, caller: Caller) -> None:
        rule = self.world.services[service].app.extensions["rules"][route.endpoint]
        about = self._about(route, caller)
        path = self._path(service, route, about)
        for place, sent in variants(route.endpoint, about, caller.role, self.marks):
            own = marks_in(str(sent)) | _in_files(sent)
            self.sent |= {plain(name) for name in names_in(sent)}
            found = self._knock(service, caller, method, path, sent)
            self._look(f"{method} {route.endpoint} {place}", rule, found, own)
            if place == AT_ONCE and found.status < 400:
                self.taken[route.endpoint] = own

    def look_everywhere(self) -> None:
        """Open every page as everyone who may, and everything that services may read."""
        for service in SERVICES:
            app = self.world.services[service].app
            for route in [one for one in routes_of(app) if "GET" in (one.methods or ())]:
                rule = app.extensions["rules"][route.endpoint]
                for caller in readers_of(rule):
                    path = self._path(service, route, self._about(route, caller))
                    found = self._knock(service, caller, "GET", path, {})
                    self._look(f"GET {route.endpoint} by {caller}", rule, found, set())
            self._disturb(service)
            self._read_along(service)

    def _disturb(self, service: str) -> None:
        """Ask for what there is not, with marks where a program puts what it likes."""
        mark = self.marks.words(f"{service} address line")
        headers = {
            name: self.marks.address(f"{service} {name}")
            for name in ("User-Agent", "Referer", "X-Request-Id", "X-Clinic-Id", "traceparent")
        }
        for path in (f"/{service}/{mark}", f"/{service}/health/live?q={mark}"):
            found = self._knock(service, NO_ONE, "GET", path, {"headers": headers})
            self._look(f"GET {service} with marks", Rule(), found, set())

    def _read_along(self, service: str) -> None:
        """Read everything that a service would tell again, and its figures."""
        app = self.world.services[service].app
        client = app.test_client()
        self.astray["figures"] |= marks_in(client.get(f"/{service}/health/metrics").data)
        for stream in [one for one in STREAMS.values() if one.teller == service]:
            headers = bearer(app, caller=min(stream.listeners), scopes=["feed"])
            for partition in range(stream.partitions):
                path = f"/{service}/internal/feed/{stream.name}/{partition}?after=0"
                answer = client.get(path, headers=headers)
                assert answer.status_code == 200, (path, answer.text)
                self.astray["feed"] |= marks_in(answer.data)

    def open_what_is_sealed(self) -> None:
        """Learn under which label each mark lies sealed."""
        clinics = {self.known.own.clinic_id, self.known.foreign.clinic_id}
        for service in SERVICES:
            store = self.world.services[service].store
            with store.unit_of_work(clinics=clinics, actor=system(service)) as work:
                for kind in kinds_of_rows(self.world.services[service].store, DeclarativeBase):
                    for column in sealed_columns(kind):
                        label = kind.__table__.columns[column].info["label"]
                        for row in work.session.scalars(select(kind)):
                            for number in marks_in(repr(work.open(row, column))):
                                self.kept[number].add(label)

    def beyond_the_matrix(self) -> list[str]:
        """Return what a view showed that lies under no label it may open."""
        return sorted(
            f"{where}: {self._named(beyond)}"
            for where, rule, numbers in self.shown
            if (beyond := {n for n in numbers if not self._may_show(rule, n)})
        )

    def unseen(self) -> list[str]:
        """Return what was typed, was taken, and is kept nowhere."""
        typed = {number for taken in self.taken.values() for number in taken}
        return self._named(typed - set(self.kept) - self.of_the_house())

    def of_the_house(self) -> set[int]:
        """Return the marks that are words of an organization about itself."""
        typed = self.marks.typed.items()
        return {number for number, where in typed if where.startswith(OF_THE_HOUSE)}

    def strays(self) -> dict[str, list[str]]:
        """Return where marks are that may not be there, and where each was typed."""
        return {place: self._named(found) for place, found in self.astray.items() if found}

    def _named(self, numbers: set[int]) -> list[str]:
        names = {UNREADABLE: "a mark in another form", **self.marks.typed}
        return sorted(names[number] for number in numbers)

    def _may_show(self, rule: Rule, number: int) -> bool:
        return number in self.of_the_house() or bool(self._labels(number) & rule.opens)

    def _labels(self, number: int) -> set[Label]:
        """Return under which labels lies what was typed there, now or before it was changed."""
        there = self.marks.typed.get(number)
        same = [one for one, where in self.marks.typed.items() if where == there]
        return {label for one in same for label in self.kept.get(one, set())}

    def _doors(self) -> Iterator[tuple[str, Route, str]]:
        for service in SERVICES:
            for route in routes_of(self.world.services[service].app):
                for method in methods_of(route):
                    yield service, route, method

    def _about(self, route: Route, caller: Caller) -> Subject:
        """Return whose things are named: someone else's consents are paused than are relied on."""
        own = subject(self.known.own, role=caller.role or Role.CLINIC_ADMIN)
        return about_the_last(own) if route.endpoint == "consent.pause" else own

    def _path(self, service: str, route: Route, about: Subject) -> str:
        return address(self.world.services[service].app, route, about, self.known)

    def _knock(
        self, service: str, caller: Caller, method: str, path: str, sent: dict[str, Any]
    ) -> Answered:
        return self._standing[service, caller].knock(method, path, **sent)

    def _stand(self, service: str, caller: Caller) -> Standing:
        """Let someone stand before a service; they sign in or sit down once, as they do."""
        host = MEMBER_HOST if caller.door in (Door.SEAT, Door.LINK) else STAFF_HOST
        before = next((one for (_, who), one in self._standing.items() if who == caller), None)
        if before is not None and caller.door in (Door.STAFF, Door.SEAT):
            return Standing(self.world.services[service].app, host, cookies=before.cookies)
        return stand(self.world, self.known, caller, service, host=host)

    def _look(self, where: str, rule: Rule, found: Answered, own: set[int]) -> None:
        """Note the marks of an answer: ``own`` ones may be shown again to whoever typed them."""
        cookies = found.answer.headers.getlist("Set-Cookie")
        others = [
            f"{name}: {value}" for name, value in found.answer.headers if name != "Set-Cookie"
        ]
        self.astray["cookies"] |= {n for one in cookies for n in marks_in(unpacked(one))}
        self.astray["headers"] |= {n for one in others for n in marks_in(one)}
        self.astray["addresses"] |= {
            number for one in LINKED.findall(found.text) for number in marks_in(unescape(one))
        }
        page = "html" in found.answer.content_type
        assert found.status != TooOften.status, where
        if found.status >= 500:
            self.astray[f"{where} failed"].add(UNREADABLE)
        shown = marks_in(found.text)
        if found.status >= 400 and not (found.status in SHOWN_AGAIN and page):
            self.astray["errors"] |= shown - self.of_the_house()
        self.shown.append((where, rule, shown - own))
        self.asked_for |= fields_of(found.text) if page else set()


class Tap:
    """A queue of our own at every exchange, which gets whatever the services say to each other."""

    def __init__(self, settings: Settings):
        self._settings = settings
        for private in (False, True):
            with self._queue(private) as queue:
                queue.declare()

    def heard(self) -> Iterator[str]:
        """Yield every message that came by, with all that was said about it."""
        for private in (False, True):
            with self._queue(private) as queue:
                while (message := queue.get(no_ack=True)) is not None:
                    about = (message.delivery_info, message.headers, message.properties)
                    yield f"{message.body!r} {about}"

    @contextmanager
    def _queue(self, private: bool) -> Iterator[Any]:
        settings, durable = self._settings, not self._settings.embedded
        topology = Topology(settings.broker_prefix, private=private, durable=durable)
        link = Link(settings.broker_url, topology, "tap")
        name = f"{topology.exchange.name}.tap"
        queue = Queue(name, exchange=topology.exchange, routing_key="#", durable=durable)
        yield queue(link.channel)
        link.close()


class Logs:
    """Everything that is logged while it is open, as it would be written."""

    def __enter__(self) -> "Logs":
        self.written = StringIO()
        root, ours = logging.getLogger(), logging.getLogger("attune")
        self._before = (list(root.handlers), root.level, ours.level)
        configure_logs(level="DEBUG", stream=self.written)
        return self

    def __exit__(self, *_: object) -> None:
        root, ours = logging.getLogger(), logging.getLogger("attune")
        root.handlers[:], level, own = self._before
        root.setLevel(level)
        ours.setLevel(own)

    @property
    def text(self) -> str:
        """All lines so far."""
        return self.written.getvalue()


def typists_of(rule: Rule) -> list[Caller]:
    """Return who types into a view: one whom it lets in, or both who sit where it is for a seat."""
    if Word.SEAT in rule.words:
        return [SEATED, SEATED_WITH_QUESTIONS]
    return [next((one for one in EVERYONE if comes_in(rule, one)), NO_ONE)]


def readers_of(rule: Rule) -> list[Caller]:
    """Return who opens a view; one where nobody is looked at is opened by one person."""
    if Word.ADDRESS in rule.words:
        return [NO_ONE]
    return [one for one in EVERYONE if comes_in(rule, one)]


def sealed_columns(kind: Any) -> list[str]:
    """Return the sealed columns of a kind of row."""
    return [c.name for c in kind.__table__.columns if c.info.get("label") is not None]


def fields_of(page: str) -> set[str]:
    """Return the names of what a page lets one type, without whose or which it is."""
    found = set()
    for tag, attributes in ASKED.findall(page):
        said = dict(ATTRIBUTE.findall(attributes))
        if "name" in said and (tag == "textarea" or said.get("type", "") in TYPED_IN):
            found.add(plain(unescape(said["name"])))
    return found


def plain(name: str) -> str:
    """Return the name of a field without the number or the id that it ends with."""
    return re.sub(r"-(?:\d+|[0-9a-f-]{36})$", "", name)


def _in_files(sent: dict[str, Any]) -> set[int]:
    values = sent.get("data", {}).values()
    files = [one[0].getvalue() for one in values if isinstance(one, tuple)]
    return {number for content in files for number in marks_in(content)}
