"""Goes through every door with the marker in hand, and notes what comes back."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

from tests.canary.finder import MARKER, found_in
from tests.canary.fingers import Inputs, Sent, one_by_one, plausibly
from tests.doors.callers import EVERYONE, Answered, Caller, Standing, stand
from tests.doors.oracle import comes_in
from tests.doors.routes import READING, address, methods_of, routes_of, subject
from tests.doors.typed import sent_to
from tests.doors.world import MEMBER_HOST, STAFF_HOST, Known, World
from shared.auth.matrix import Rule
from shared.settings import SERVICES

QUERY = ("q", "page", "state", "next", "who", "day", "clinic", "before", "at", "weekday", "code")
HEADERS = {
    "User-Agent": MARKER,
    "Referer": f"http://{STAFF_HOST}/{MARKER}",
    "Accept-Language": MARKER,
    "X-Request-Id": MARKER,
    "Traceparent": f"00-{MARKER}-{MARKER}-01",
}
LAST = ("set_up.", "people.close", "door.", "plans.", "schedules", "forms.stop", "consent.")
"""What changes who may do what, or ends something, waits until the rest was tried."""
ECHOES = {200, 201, 401, 409, 422}
"""Whoever typed something may be shown it again, so that it can be mended."""


@dataclass
class Walk:
    """One walk through the doors of a world; ``leaks`` are the answers that said too much."""

    world: World
    known: Known
    leaks: list[str] = field(default_factory=list)
    took: set[str] = field(default_factory=set)
    shown: set[str] = field(default_factory=set)

    def types_everywhere(self) -> None:
        """Type the marker into every input: as it is meant, into whole forms, one by one, beside."""
        for name, endpoint, method, path, caller, sent in self._doors():
            rule = self._rules(name)[endpoint]
            answer = self._knock(caller, name, method, path, rule, **plausibly(endpoint, sent))
            if answer.status < 400:
                self.took.add(endpoint)
        self._fill_in_forms()
        for name, endpoint, method, path, caller, sent in self._doors():
            rule = self._rules(name)[endpoint]
            for one in one_by_one(endpoint, sent):
                self._knock(caller, name, method, path, rule, headers=HEADERS, **one)
        self._ask_strangely()

    def reads_everywhere(self) -> None:
        """Open every page as everyone: the marker shows only where the view may open a label."""
        for name in SERVICES:
            for caller in EVERYONE:
                for endpoint, path, rule in self._pages(name, caller):
                    found = self._knock(caller, name, "GET", path, rule)
                    if found.let_in and found_in(found.answer.get_data()):
                        self.shown.add(endpoint)

    def _doors(self) -> Iterator[tuple[str, str, str, str, Caller, Sent]]:
        """Yield each way of sending something, by the first who may."""
        found = []
        for name in SERVICES:
            app = self.world.services[name].app
            for route in routes_of(app):
                caller = self._first(self._rules(name)[route.endpoint])
                about = subject(
                    self.known.own, **({"role": caller.role} if caller and caller.role else {})
                )
                for method in methods_of(route) if caller else ():
                    path = address(app, route, about, self.known)
                    sent = sent_to(route.endpoint, about, caller.role)
                    found.append((name, route.endpoint, method, path, caller, sent))
        yield from sorted(found, key=lambda door: (door[1].startswith(LAST), door[1]))

    def _fill_in_forms(self) -> None:
        """Fill in every form of every page as its reader would, with the marker for words."""
        for name in SERVICES:
            for caller in EVERYONE:
                for _, path, rule in list(self._pages(name, caller)):
                    page = self._knock(caller, name, "GET", path, rule)
                    if not page.let_in or "html" not in page.answer.content_type:
                        continue
                    for method, action, values, words in Inputs(page.answer.text).forms:
                        if words and method == "POST" and not action.startswith("/intake/setup"):
                            typed = values | dict.fromkeys(words, MARKER)
                            where = urljoin(path, action)
                            self._knock(caller, name, method, where, rule, data=typed)

    def _ask_strangely(self) -> None:
        """Put the marker into addresses and headers."""
        query = "&".join(f"{name}={MARKER}" for name in QUERY)
        for name in SERVICES:
            for caller in EVERYONE:
                for _, path, rule in self._pages(name, caller):
                    self._knock(caller, name, "GET", f"{path}?{query}", rule, headers=HEADERS)
                for path in (f"/{name}/{MARKER}", f"/{name}/api/{MARKER}"):
                    self._knock(caller, name, "GET", path, Rule(), headers=HEADERS)

    def _pages(self, name: str, caller: Caller) -> Iterator[tuple[str, str, Rule]]:
        about = subject(self.known.own, **({"role": caller.role} if caller.role else {}))
        app = self.world.services[name].app
        for route in routes_of(app):
            rule = self._rules(name)[route.endpoint]
            if "GET" in (route.methods or ()) and comes_in(rule, caller):
                yield route.endpoint, address(app, route, about, self.known), rule

    def _knock(
        self, caller: Caller, name: str, method: str, path: str, rule: Rule, **sent: Any
    ) -> Answered:
        """Knock, and look at what comes back."""
        host = MEMBER_HOST if rule.for_members else STAFF_HOST
        found = self._standing(caller, name, host).knock(method, path, **sent)
        typed = MARKER in path or method not in READING
        where = f"{method} {path.partition('?')[0]} as {caller}: {found.status}"
        for header, value in found.answer.headers.items():
            if found_in(value.encode()) and not (header == "Location" and MARKER in path):
                self.leaks.append(f"{where} in {header}")
        if found_in(found.answer.get_data()) and not (rule.opens and found.let_in):
            if not (typed and found.status in ECHOES):
                self.leaks.append(f"{where} in the answer")
        return found

    def _standing(self, caller: Caller, name: str, host: str) -> Standing:
        return stand(self.world, self.known, caller, name, host=host)

    def _first(self, rule: Rule) -> Caller | None:
        return next((caller for caller in EVERYONE if comes_in(rule, caller)), None)

    def _rules(self, name: str) -> Mapping[str, Rule]:
        rules: Mapping[str, Rule] = self.world.services[name].app.extensions["rules"]
        return rules
