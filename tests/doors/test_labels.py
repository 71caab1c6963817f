"""A view opens exactly the sealed data that its line in the matrix lists: no less, and no more."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from enum import StrEnum
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.routing import Rule as Route

from services.intake.people.models import ContactCard, Person
from services.intake.screening.models import TalkAlone
from services.sessions.plans.models import OfferRevision
from services.sessions.records.models import Revision
from shared.auth.actors import Actor, Door, Role
from shared.auth.matrix import Rule, Word, whole_matrix
from shared.events.content import Provider
from shared.events.fetching import PAGE
from shared.labels import Label
from shared.settings import SERVICES
from shared.store.carrying import kinds_of_rows
from shared.store.rows import OfClinic
from shared.store.work import OutsideItsLabels
from tests.doors.callers import EVERYONE, Answered, Caller, Standing, stand
from tests.doors.oracle import comes_in
from tests.doors.routes import (
    READING,
    about_the_last,
    address,
    methods_of,
    routes_of,
    subject,
)
from tests.doors.typed import sent_to
from tests.doors.world import MEMBER_HOST, STAFF_HOST, Known, World
from tests.visitors import bearer, someone

pytestmark = [pytest.mark.timeout(900), pytest.mark.requirement("REC-02")]
SEALED = {
    Label.IDENTITY: ("intake", Person, "name"),
    Label.CONTACT: ("intake", ContactCard, "email"),
    Label.PERSON_PRIVATE: ("sessions", OfferRevision, "act"),
    Label.CONJOINT: ("sessions", Revision, "parts"),
    Label.SAFETY: ("intake", TalkAlone, "content"),
}
"""A sealed column of each label."""


class Noted(frozenset):
    """The labels that a view may open, which keeps in mind which ones were asked about."""

    asked: set[Label]

    @classmethod
    def of(cls, labels: frozenset[Label], asked: set[Label]) -> "Noted":
        """Return these labels, noting into ``asked``."""
        made = cls(labels)
        made.asked = asked
        return made

    def __contains__(self, label: object) -> bool:
        self.asked.add(Label(str(label)))
        return super().__contains__(label)


CONTENT = "backbone.content"

SAYS_LESS = {
    ("consent.hand_over", Label.PERSON_PRIVATE): 422,
    ("asking.create", Label.PERSON_PRIVATE): 422,
    ("consent.what_if", Label.PERSON_PRIVATE): 200,
}
"""What refuses in the same words for everybody where it may not say why someone is paused."""

NOTHING_ON_OFFER = ("plans.offer", "trying.offer")
"""What is done for a relationship that tries nothing at present."""

REFUSED_TO_ALL = {
    ("POST", "door.signing_in"),
    ("POST", "door.own_password"),
    ("POST", "account.change_password"),
    ("POST", "second_step.keep_first"),
    ("POST", "second_step.keep_another"),
    ("POST", "second_step.renew_codes"),
    ("POST", "account.end_sign_in"),
    ("POST", "seat.take"),
    ("POST", "backbone.content"),
}
"""Where the walk shows a wrong password, an invented address, or what is not given."""


class Way(StrEnum):
    """With what someone knocks."""

    TYPED = "what a person would type"
    NOTHING = "nothing typed"
    PAUSED = "the same, about someone whose consents are paused"


How = tuple[Caller, str, str, Way]
"""Who knocked, at which view, by which method, and with what."""


def watch(rules: dict[str, Rule], asked: dict[str, set[Label]]) -> dict[str, Rule]:
    """Return the same rules, which note what is asked of each."""
    return {
        view: replace(rule, opens=Noted.of(rule.opens, asked[view])) for view, rule in rules.items()
    }


def callers_of(rule: Rule) -> Iterator[Caller]:
    """Yield those whom a view lets in, one of each kind that can see something else."""
    yield from (caller for caller in EVERYONE if comes_in(rule, caller))


def knock(
    world: World,
    known: Known,
    standing: Standing,
    caller: Caller,
    view: str,
    method: str,
    way: Way = Way.TYPED,
) -> Answered:
    """Knock at a view with what is the caller's own."""
    place = -1 if view in NOTHING_ON_OFFER else 0
    about = subject(known.own, place=place, role=caller.role or Role.CLINIC_ADMIN)
    route = next(r for r in routes_of(standing.app) if r.endpoint == view and method in r.methods)
    if way is Way.PAUSED:
        about = about_the_last(about)
    sent = {} if method in READING or way is Way.NOTHING else sent_to(view, about, caller.role)
    found = standing.knock(method, address(standing.app, route, about, known), **sent)
    if method not in READING:
        world.rewind()
    return found


def ways(route: Route) -> list[Way]:
    """Return with what one knocks at a route."""
    return [way for way in Way if way is not Way.PAUSED or "person_id" in route.arguments]


def standings(world: World, known: Known, service: str) -> dict[Caller, Standing]:
    """Let everyone stand before a service, members on their own host."""
    made = {}
    for caller in EVERYONE:
        member = caller.door in (Door.SEAT, Door.LINK)
        host = MEMBER_HOST if member else STAFF_HOST
        made[caller] = stand(world, known, caller, service, host=host)
    world.keep()
    return made


def gather(
    world: World, known: Known, service: str, standing: dict[Caller, Standing]
) -> tuple[dict[tuple[str, Label], How], set[tuple[str, Label]], set[tuple[str, str]]]:
    """Knock at every view as everyone whom it lets in.

    Return what was opened by which knock, what was given to services, and what worked.
    """
    opened: dict[tuple[str, Label], How] = {}
    done: set[tuple[str, str]] = set()
    app = world.services[service].app
    rules, asked = app.extensions["rules"], defaultdict(set)
    app.extensions["rules"] = watch(rules, asked)
    for route in routes_of(app):
        for caller in callers_of(rules[route.endpoint]):
            for method in [m for m in ("GET", *methods_of(route)) if m in (route.methods or ())]:
                for way in ways(route):
                    asked[route.endpoint].clear()
                    how = (caller, route.endpoint, method, way)
                    status = knock(world, known, standing[caller], *how).status
                    if status < 400 and way is Way.TYPED:
                        done.add((method, route.endpoint))
                    for label in asked[route.endpoint]:
                        opened.setdefault((route.endpoint, label), how)
    asked[CONTENT].clear()
    for provider in app.extensions["providers"].values():
        ask_for_all(world, known, service, provider)
    given = {(CONTENT, label) for label in asked[CONTENT]}
    app.extensions["rules"] = rules
    return opened, given, done


def ask_for_all(world: World, known: Known, service: str, provider: Provider) -> None:
    """Ask for everything of a kind, as a service that may."""
    app, clinic_id = world.services[service].app, known.own.clinic_id
    with world.work(service, clinic_id) as work:
        kinds = kinds_of_rows(world.services[service].store, OfClinic)
        rows = [one for kind in kinds for one in work.session.scalars(select(kind))]
    wanted = {(one.id, 1) for one in rows}
    wanted |= {(clinic_id, one.period) for one in rows if hasattr(one, "period")}
    acting = someone(Role.CLINICIAN, clinics=[clinic_id])
    scopes = ["content"]
    headers = bearer(app, caller=min(provider.audience), scopes=scopes, acting=acting)
    references = [
        {"clinic_id": str(clinic_id), "subject_id": str(one), "version": version}
        for one, version in sorted(wanted)
    ]
    for start in range(0, len(references), PAGE):
        page = {"references": references[start : start + PAGE]}
        path = f"/{service}/internal/content/{provider.kind}"
        assert app.test_client().post(path, json=page, headers=headers).status_code == 200


@pytest.mark.parametrize("service", SERVICES)
def test_every_view_opens_what_its_line_lists_and_is_stopped_without_it(
    world: World, known: Known, service: str
) -> None:
    standing = standings(world, known, service)
    opened, given, done = gather(world, known, service, standing)

    app = world.services[service].app
    rules = app.extensions["rules"]
    every = {(m, r.endpoint) for r in routes_of(app) for m in methods_of(r)}
    assert every - done - REFUSED_TO_ALL == set(), "what is typed there does not work"
    listed = {(view, label) for view, rule in rules.items() for label in rule.opens}
    assert lines(listed - set(opened) - given) == "", "listed, and never opened"
    assert lines({*opened, *given} - listed) == "", "opened, and not listed"
    for (view, label), how in opened.items():
        less = replace(rules[view], opens=rules[view].opens - {label})
        app.extensions["rules"] = {**rules, view: less}
        stopped = SAYS_LESS.get((view, label), 500)
        assert knock(world, known, standing[how[0]], *how).status == stopped, view
    app.extensions["rules"] = rules


def lines(found: set[tuple[str, Label]]) -> str:
    """Return views and labels, a line each."""
    return "\n".join(f"{view}: {label}" for view, label in sorted(found))


def acting(who: Role | Word, rule: Rule, known: Known) -> Actor:
    """Return whoever comes by a view, as the policy makes them."""
    door = Door.STAFF if isinstance(who, Role) else Door.SEAT if who is Word.SEAT else Door.LINK
    return Actor(
        door=door,
        id=known.own.staff[Role.CLINICIAN],
        role=who if isinstance(who, Role) else None,
        clinics=frozenset({known.own.clinic_id}),
        opens=rule.opens,
        at="walk:view",
    )


def opens(work: Any, row: Any, column: str) -> bool:
    """Say whether a unit of work opens a column."""
    try:
        work.open(row, column)
    except OutsideItsLabels:
        return False
    return True


@pytest.mark.parametrize("label", SEALED)
def test_by_every_view_each_role_opens_what_the_file_says(
    world: World, known: Known, label: Label
) -> None:
    service, model, column = SEALED[label]
    store, clinics = world.services[service].store, {known.own.clinic_id}
    wrong = []
    for table in whole_matrix().values():
        for view, rule in table.items():
            for who in [*rule.roles, *(rule.words & {Word.SEAT, Word.LINK})]:
                with store.reading(clinics=clinics, actor=acting(who, rule, known)) as work:
                    row = work.session.scalars(select(model).limit(1)).one()
                    if opens(work, row, column) != rule.allows(who, label):
                        wrong.append((view, who))

    assert wrong == []
