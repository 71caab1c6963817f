"""Nothing that a member sees of intake, nor when, depends on what another one does in private.

Two relationships in one house stand for two worlds: the same members, the same clock and the same
acts of staff. In one of them Ana does something on her own; what Noa sees and what the other
services are told of Noa is compared, byte for byte but for what is drawn anew each time.
"""

import random
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import request, request_started

from services.intake.consent import handlers, queries
from services.intake.consent import usecases as consent
from services.intake.people import usecases as people
from services.intake.people.domain import Contact, Details, Device, Manner, Means, NewMember
from services.intake.screening.usecases import record_talk
from shared.auth.actors import Actor, Door, Role
from shared.auth.matrix import rules_of
from shared.contracts import Event
from shared.contracts.reminders import ChannelChanged
from shared.contracts.words import Channel
from shared.labels import Label
from tests.intake.conftest import POLICY
from tests.intake.test_consent_links import link_for, opened, send
from tests.intake.test_questionnaires import CALM, GAD_7, at, page_of, seated

pytestmark = pytest.mark.left_to_the_build("living through two lives for each private act")

SEAT, LINK = "/intake/seat/choices", "/intake/questions"
ASKED = [POLICY, "checkin.email", "report.aggregate"]
DRAWN = re.compile(
    r'csrf_token" value="[^"]*"|nonce[=-]"?[\w+/=-]+"?|(/intake/(a|seat)/)[\w=-]{20,}|[0-9a-f-]{36}'
)


def _answers(**said: bool):
    def act(house, _relationship, ana):
        with house.work() as work:
            consent.answer(
                work,
                clinic_id=house.clinic,
                person_id=ana,
                answers={one.replace("_", "."): yes for one, yes in said.items()},
                now=house.clock.now(),
            )

    return act


def _fills_in_a_card(house, _relationship, ana):
    contact = Contact(
        email=f"{ana.hex[-6:]}@elsewhere.example",
        private=True,
        means=frozenset({Means.EMAIL}),
        checked=frozenset({Means.EMAIL}),
        manner=Manner(device=Device.MEMBER),
    )
    with house.work() as work:
        people.change_contact(
            work,
            clinic_id=house.clinic,
            person_id=ana,
            contact=contact,
            spoken_alone=True,
            now=house.clock.now(),
        )


def _stops_a_way(house, _relationship, ana):
    with house.work() as work:
        people.stop_means(
            work, clinic_id=house.clinic, person_id=ana, means=Means.EMAIL, now=house.clock.now()
        )


def _stops_messages(house, _relationship, ana):
    event = ChannelChanged(
        clinic_id=house.clinic,
        occurred_at=house.clock.now(),
        person_id=ana,
        channel=Channel.EMAIL,
        permitted=False,
        version=1,
    )
    with house.work() as work:
        handlers.on_channel_changed(work, event)


def _uses_the_invitation(house, relationship, ana):
    send(opened(house, link_for(house, relationship, ana, purposes=ASKED)), {POLICY: "yes"})


def _leaves_the_invitation(house, relationship, ana):
    link_for(house, relationship, ana, purposes=ASKED)


def _fills_in_a_questionnaire(house, relationship, ana):
    house.note_policy(ana)
    seated(house, relationship, ana, GAD_7).post(at(1), CALM)


def _talks_alone(house, relationship, ana):
    house.note_policy(ana)
    with house.work(_ines(house)) as work:
        record_talk(
            work,
            relationship_id=relationship.id,
            person_id=ana,
            held_on=house.clock.now().date(),
            alone=True,
            notes="not alone at home",
            now=house.clock.now(),
        )


def _is_doubted(house, relationship, ana):
    url = house.page(relationship, ana, "/consent/pause")
    house.visitor("ines").post(url, {"why": "doubt"})


def _joins_another_relationship(house, _relationship, ana):
    kim = NewMember(details=Details(name="Kim", zone="UTC"))
    lee = NewMember(details=Details(name="Lee", zone="UTC"))
    with house.work(_ines(house)) as work:
        other = people.open_relationship(
            work,
            clinic_id=house.clinic,
            clinician_id=house.staff["ines"],
            members=[kim, lee],
            now=house.clock.now(),
        )
        people.add_known_member(
            work, relationship_id=other.id, person_id=ana, now=house.clock.now()
        )


def _ines(house):
    return Actor(
        door=Door.STAFF,
        id=house.staff["ines"],
        role=Role.CLINICIAN,
        clinics=frozenset({house.clinic}),
        opens=frozenset(Label),
    )


ACTS = {
    "permits": _answers(checkin_email=True, report_aggregate=True),
    "refuses": _answers(checkin_email=False, report_aggregate=False),
    "notes the policy": _answers(terms_limited=True),
    "goes along with no policy": _answers(terms_limited=False),
    "fills in a card": _fills_in_a_card,
    "stops a way": _stops_a_way,
    "stops messages": _stops_messages,
    "uses the invitation": _uses_the_invitation,
    "leaves the invitation": _leaves_the_invitation,
    "fills in a questionnaire": _fills_in_a_questionnaire,
    "talks alone": _talks_alone,
    "is doubted": _is_doubted,
    "joins another relationship": _joins_another_relationship,
}
MIXES = [random.Random(seed).sample(sorted(ACTS), 4) for seed in (1, 2)]


@pytest.mark.requirement("CHK-15", "INT-01")
@pytest.mark.parametrize("acts", [[one] for one in ACTS] + MIXES, ids="+".join)
def test_what_one_member_sees_is_the_same_whatever_another_did(house, acts):
    worlds = two_worlds(house)
    [touched, _] = worlds
    for act in acts:
        if act == "is doubted" or not paused(house, touched):
            ACTS[act](house, touched, house.person(touched, "Ana"))
    house.clock.pass_by(minutes=5)

    [seen, untouched] = [everything_seen(house, world) for world in worlds]

    assert seen == untouched


@pytest.mark.requirement("CHK-15")
def test_the_comparison_sees_what_the_member_did_themselves(house):
    worlds = two_worlds(house)
    _answers(checkin_email=True)(house, worlds[0], house.person(worlds[0], "Noa"))

    [seen, untouched] = [everything_seen(house, world) for world in worlds]

    assert seen != untouched


@pytest.mark.requirement("CHK-15")
def test_every_page_of_a_member_is_compared(house):
    [world, _] = two_worlds(house)
    with visited(house) as endpoints:
        everything_seen(house, world)

    members = {one for one, rule in rules_of("intake").items() if rule.for_members}
    assert members - endpoints == set()


def two_worlds(house):
    """Return two relationships of the same three members, who may be asked alone."""
    house.choose_policy()
    worlds = [house.open("Ana", "Noa", "Kim") for _ in range(2)]
    for world in worlds:
        house.note_policy(house.person(world, "Noa"))
    return worlds


def paused(house, world):
    """Say whether Ana is paused, after which she is not asked any more."""
    ana = house.person(world, "Ana")
    with house.work() as work:
        return queries.open_pause(work, house.clinic, ana) is not None


def everything_seen(house, world):
    """Return every page that Noa can see, and what the other services were told of her."""
    noa, pages = house.person(world, "Noa"), []
    path = link_for(house, world, noa, purposes=ASKED)
    member = house.member()
    pages += [member.get(path), member.browser.post(path, base_url=member.base_url)]
    pages += [member.get(LINK), send(member, {"checkin.email": "yes"}), member.get(LINK)]
    pages += [member.get(path), member.get("/intake/leave")]
    pages += _seat_pages(house, world, noa)
    pages += _questionnaire_pages(house, world, noa)
    return [(one.status_code, DRAWN.sub("", one.text), heads(one)) for one in pages] + told_of(
        house, noa
    )


def _seat_pages(house, world, noa):
    path = house.seat(house.visitor("ines"), world, noa)
    member = house.member()
    pages = [member.get(path), member.browser.post(path, base_url=member.base_url)]
    pages += [member.get(SEAT)]
    hidden = re.findall(r'name="(shown\.[\w.]+)" value="(\w+)"', pages[-1].text)
    said = {**dict(hidden), "report.aggregate": "no", "receipt": "show"}
    return [*pages, member.post(SEAT, said), member.get(SEAT), member.get("/intake/seat/closed")]


def _questionnaire_pages(house, world, noa):
    handed = house.visitor("ines").post(
        page_of(house, world, noa, "/hand-over"), {"packs": [str(GAD_7)]}
    )
    path = re.search(r"http://127\.0\.0\.1:8000(/intake/seat/[\w=-]+)", handed.text)[1]
    member = house.member()
    member.browser.post(path, base_url=member.base_url)
    return [member.get("/intake/seat/questions"), member.get(at(1)), member.post(at(1), CALM)]


def heads(answer):
    """Return the headers of an answer, but for what is drawn anew each time."""
    dropped = {"Set-Cookie", "Content-Length", "X-Request-ID", "traceparent", "Date"}
    return sorted((k, DRAWN.sub("", v)) for k, v in answer.headers if k not in dropped)


def told_of(house, person_id):
    """Return what the other services were told of one person, and when."""
    facts = [one for one in house.told(Event) if getattr(one, "person_id", None) == person_id]
    return [(type(one).__name__, one.occurred_at, DRAWN.sub("", one.data_text())) for one in facts]


@contextmanager
def visited(house) -> Iterator[set[str]]:
    """Note which views are asked."""
    endpoints: set[str] = set()

    def note(_app, **_more):
        endpoints.add(str(request.endpoint))

    with request_started.connected_to(note, house.service.app):
        yield endpoints
