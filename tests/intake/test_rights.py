"""A person asks for what is theirs, alone; the clinician sees it first, and nobody else ever."""

import re
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlalchemy import text as sql

from services.intake.people.models import Member
from services.intake.rights import domain, queries, usecases
from services.intake.rights.domain import Kind, Rule, State
from services.intake.rights.models import RightsRequest
from shared.auth.actors import Actor, Door, Role
from shared.auth.matrix import Word, rules_of
from shared.contracts.intake import PersonChanged, PersonErased
from shared.errors import NotFound
from tests.intake.conftest import MONDAY
from tests.intake.test_consent import CHOICES, answered, permitted, without_tokens
from tests.intake.test_consent_links import link_for

pytestmark = pytest.mark.left_to_the_build("asking for each right in each way")

ALONE = {"came": "in_person", "alone": "yes"}
REASON = "They want it, and said so on their own."


@pytest.fixture
def noa(house, ana_and_noa):
    return house.person(ana_and_noa, "Noa")


@pytest.fixture
def place(house, ana_and_noa, ana):
    """The address of Ana's requests, or of one of them."""
    return lambda more="": house.page(ana_and_noa, ana, f"/requests{more}")


def ask(visitor, place, kind, **change):
    """Take a request down, and return its number."""
    answer = visitor.post(place(), {"kind": kind, **ALONE, **change})
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"].rpartition("#")[2]


def decide(visitor, place, number, decision="grant", reason=REASON):
    return visitor.post(place(f"/{number}"), {"decision": decision, "reason": reason})


def belongs(house, relationship, person_id):
    """Let someone belong to one more relationship, whoever treats it."""
    with house.work() as work:
        work.add(
            Member(
                clinic_id=house.clinic,
                id=work.new_id(),
                relationship_id=relationship.id,
                person_id=person_id,
                joined_at=house.clock.now(),
            )
        )


def row_of(house, number):
    with house.work() as work:
        [row] = [one for one in work.session.query(RightsRequest) if str(one.id) == number]
    return row


def everything(house, *, besides=("rights_request", "audit_entry", "staff_seen", "rate")):
    """Return all rows of all tables that a request may not touch."""
    with house.service.store.engine.connect() as connection:
        names = connection.execute(
            sql("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        ).scalars()
        return {
            name: connection.execute(sql(f'SELECT * FROM "{name}"')).all()
            for name in names
            if not name.startswith(besides)
        }


@pytest.mark.requirement("INT-20")
class TestTakingDown:
    @pytest.mark.parametrize("came", ["in_person", "by_phone", "in_writing"])
    @pytest.mark.parametrize("kind", list(Kind))
    def test_needs_the_person_alone_however_the_wish_came(self, ines, place, kind, came, house):
        refused = ines.post(place(), {"kind": kind, "came": came})

        assert refused.status_code == 422
        assert "nobody else in the room" in refused.text
        number = ask(ines, place, kind, came=came)
        assert row_of(house, number).state is State.WAITING

    @pytest.mark.parametrize("change", [{"kind": "everything"}, {"kind": ""}, {"came": "gossip"}])
    def test_takes_nothing_that_is_not_on_the_list(self, ines, place, change, house):
        answer = ines.post(place(), {"kind": "access", **ALONE, **change})

        assert answer.status_code == 422
        assert "Choose what the person asks for" in answer.text

    def test_says_nothing_of_a_copy_asked_for_elsewhere(self, house, ines, place, ana):
        """Someone in two relationships asks in each for what belongs there."""
        elsewhere = house.open("Kim", "Lou", clinician="joao")
        belongs(house, elsewhere, ana)
        ask(ines, place, "access")

        def place_there(more=""):
            return house.page(elsewhere, ana, f"/requests{more}")

        there = ask(house.visitor("joao"), place_there, "access")

        assert there not in ines.get(place()).text

    def test_keeps_one_open_request_of_a_kind(self, ines, place, house):
        ask(ines, place, "erasure")

        again = ines.post(place(), {"kind": "erasure", **ALONE})

        assert again.status_code == 409
        assert "asked for already" in again.text
        ask(ines, place, "access")

    def test_is_done_by_the_clinician_or_the_front_desk_and_nobody_else(self, house, place):
        asked = {"kind": "access", **ALONE}
        statuses = {
            name: house.visitor(name).post(place(), asked).status_code
            for name in ("joao", "rui", "olga", "marta")
        }

        assert statuses == {"joao": 404, "rui": 403, "olga": 404, "marta": 303}

    def test_no_view_that_a_link_or_a_seat_opens_is_among_them(self):
        rules = {view: one for view, one in rules_of("intake").items() if view.startswith("rights")}

        assert len(rules) == 12
        members = {Word.LINK, Word.SEAT, Word.ADDRESS, Word.PUBLIC}
        assert [view for view, one in rules.items() if one.words & members or one.scopes] == []

    def test_a_member_at_their_seat_reaches_none_of_it(self, house, ana_and_noa, ana, place, ines):
        seated = house.seated(ines, ana_and_noa, ana)

        assert seated.post(place(), {"kind": "access", **ALONE}).status_code == 404
        assert seated.get(place()).status_code == 404

    def test_leaves_a_line_in_the_trail(self, house, ines, place):
        ask(ines, place, "access")

        with house.service.store.engine.connect() as connection:
            last = connection.execute(
                sql("SELECT act, what, role FROM audit_entry WHERE route LIKE '%take_down'")
            ).all()
        assert ("wrote", "rights_request", "clinician") in last


@pytest.mark.requirement("INT-20")
class TestTheClinicianFirst:
    def test_finds_it_on_the_list_and_on_a_page_of_its_own(self, house, ines, place):
        number = ask(house.visitor("marta"), place, "access")

        listed = ines.get("/intake/relationships").text
        waiting = ines.get("/intake/requests").text

        assert "One request waits" in listed
        assert number in waiting
        assert "A copy of what is kept" in waiting
        assert "One request waits" not in house.visitor("joao").get("/intake/relationships").text

    @pytest.mark.parametrize("kind", ["access", "limit", "erasure"])
    def test_nothing_happens_before(self, house, ines, place, kind, ana):
        answered(house, ana)
        before = everything(house)

        number = ask(ines, place, kind)

        assert everything(house) == before
        assert ines.post(place(f"/{number}/copy")).status_code in (404, 409)
        assert permitted(house, ana)

    def test_decides_with_a_reason_that_is_sealed(self, house, ines, place):
        number = ask(ines, place, "access")

        without = decide(ines, place, number, reason=" ")
        neither = decide(ines, place, number, decision="")
        kept = decide(ines, place, number, "refuse")

        assert (without.status_code, neither.status_code, kept.status_code) == (422, 422, 303)
        row = row_of(house, number)
        assert (row.state, row.reviewed_by) == (State.REFUSED, house.staff["ines"])
        assert REASON.encode() not in row.reason
        assert REASON in ines.get(place(f"/{number}")).text

    def test_is_the_one_who_treats_them(self, house, ines, place):
        number = ask(ines, place, "access")

        statuses = {
            name: (house.visitor(name).get(place(f"/{number}")).status_code)
            for name in ("ines", "joao", "marta", "rui")
        }

        assert statuses == {"ines": 200, "joao": 404, "marta": 403, "rui": 403}

    def test_is_asked_of_whoever_decides_by_any_way(self, house, ana_and_noa, ana, ines, place):
        number = ask(ines, place, "access")
        desk = Actor(
            door=Door.STAFF,
            id=house.staff["marta"],
            role=Role.CLINIC_ADMIN,
            clinics=frozenset({house.clinic}),
        )

        with pytest.raises(NotFound), house.work(desk) as work:
            usecases.review(
                work,
                relationship_id=ana_and_noa.id,
                person_id=ana,
                request_id=UUID(number),
                grants=True,
                reason=REASON,
                now=house.clock.now(),
            )

    def test_decides_once(self, ines, place):
        number = ask(ines, place, "access")
        decide(ines, place, number, "refuse")

        again = decide(ines, place, number)

        assert again.status_code == 409

    def test_one_request_belongs_to_one_person(self, house, ines, place, ana_and_noa, noa):
        number = ask(ines, place, "access")

        of_noa = house.page(ana_and_noa, noa, f"/requests/{number}")

        assert ines.get(of_noa).status_code == 404
        assert ines.post(f"{of_noa}/call-off").status_code == 404
        assert ines.post(of_noa, {"decision": "grant", "reason": REASON}).status_code == 404


@pytest.mark.requirement("INT-20")
class TestSomeoneInTwoRelationships:
    @pytest.fixture
    def elsewhere(self, house, ana):
        """Another relationship to which Ana belongs, treated by Joao."""
        other = house.open("Kim", "Lou", clinician="joao")
        belongs(house, other, ana)
        return other

    @pytest.fixture
    def there(self, house, elsewhere, ana):
        return lambda more="": house.page(elsewhere, ana, f"/requests{more}")

    @pytest.fixture
    def joao(self, house):
        return house.visitor("joao")

    def number_of(self, joao, there):
        """Return the number under which Joao finds the wish on his own list."""
        [number] = set(re.findall(r"/requests/([0-9a-f-]{36})", joao.get("/intake/requests").text))
        assert joao.get(there(f"/{number}")).status_code == 200
        return number

    def test_is_erased_once_everyone_who_treats_them_has_granted_it(
        self, house, ines, joao, place, there, ana
    ):
        number = ask(ines, place, "erasure")
        house.clock.pass_by(days=7)

        first = decide(ines, place, number)
        waits = ines.get(place(f"/{number}")).text
        nothing_yet = house.told(PersonErased)
        decide(joao, there, self.number_of(joao, there))

        assert first.status_code == 303
        assert "begins once everyone who treats them here has granted it" in waits
        assert nothing_yet == []
        assert [event.person_id for event in house.told(PersonErased)] == [ana]
        assert row_of(house, number).state is State.SETTLED

    @pytest.mark.parametrize("first", ["ines", "joao"])
    def test_is_kept_whole_when_one_of_them_says_no(
        self, house, ines, joao, place, there, ana, first
    ):
        answered(house, ana)
        number = ask(ines, place, "erasure")
        house.clock.pass_by(days=7)
        here, elsewhere = (ines, place, number), (joao, there, self.number_of(joao, there))
        grants, refuses = (elsewhere, here) if first == "joao" else (here, elsewhere)

        decide(*grants)
        decide(*refuses, "refuse")

        states = {row_of(house, one[2]).state for one in (here, elsewhere)}
        assert states == {State.REFUSED}
        assert house.told(PersonErased) == []
        assert permitted(house, ana)
        ask(ines, place, "erasure")

    def test_calls_it_off_with_either_while_nothing_has_begun(
        self, house, ines, joao, place, there
    ):
        number = ask(ines, place, "erasure")
        other = self.number_of(joao, there)
        house.clock.pass_by(days=7)
        decide(ines, place, number)

        off = ines.post(place(f"/{number}/call-off"))

        assert off.status_code == 303
        assert {row_of(house, one).state for one in (number, other)} == {State.CALLED_OFF}
        assert house.told(PersonErased) == []
        assert decide(joao, there, other).status_code == 409

    def test_is_decided_too_by_whoever_treats_them_since_it_was_asked(
        self, house, ines, joao, place, ana
    ):
        number = ask(ines, place, "erasure")
        house.clock.pass_by(days=7)
        belongs(house, house.open("Max", "Zoe", clinician="joao"), ana)

        decide(ines, place, number)

        assert house.told(PersonErased) == []
        assert "To be erased" in joao.get("/intake/requests").text

    def test_shows_neither_clinician_the_other(self, house, ines, joao, place, there, ana_and_noa):
        number = ask(ines, place, "erasure")
        other = self.number_of(joao, there)
        house.clock.pass_by(days=7)
        decide(ines, place, number)

        pages = [joao.get("/intake/requests"), joao.get(there()), joao.get(there(f"/{other}"))]

        assert "taken down by a member of staff" in pages[1].text
        assert not [one for one in pages if "Ines" in one.text or str(ana_and_noa.id) in one.text]
        assert "Joao" not in ines.get(place(f"/{number}")).text

    def test_asks_nobody_twice_where_one_clinician_treats_them_in_both(
        self, house, ines, place, ana
    ):
        mine = house.open("Kim", "Lou")
        belongs(house, mine, ana)
        number = ask(ines, place, "erasure")
        house.clock.pass_by(days=7)

        decide(ines, place, number)

        assert len(house.told(PersonErased)) == 1

    def test_is_limited_by_one_for_it_only_stops(self, house, ines, place, elsewhere, ana):
        answered(house, ana)
        decide(ines, place, ask(ines, place, "limit"))

        assert not permitted(house, ana)


@pytest.mark.requirement("INT-20")
class TestTheQuietDays:
    def test_lie_between_asking_to_be_erased_and_a_yes(self, house, ines, place):
        number = ask(ines, place, "erasure")
        early = decide(ines, place, number)
        house.clock.pass_by(days=7, seconds=-1)
        still = decide(ines, place, number)
        house.clock.pass_by(seconds=1)

        assert (early.status_code, still.status_code) == (422, 422)
        assert "quiet days are not over" in early.text
        assert decide(ines, place, number).status_code == 303

    def test_do_not_keep_a_no_waiting(self, ines, place):
        number = ask(ines, place, "erasure")

        assert decide(ines, place, number, "refuse").status_code == 303

    def test_are_called_off_without_a_trace_in_anything_else(self, house, ines, place, ana):
        answered(house, ana)
        before = everything(house)
        number = ask(ines, place, "erasure")
        house.clock.pass_by(days=3)

        off = ines.post(place(f"/{number}/call-off"))

        assert off.status_code == 303
        assert row_of(house, number).state is State.CALLED_OFF
        assert everything(house) == before
        house.clock.pass_by(days=30)
        assert decide(ines, place, number).status_code == 409

    def test_are_set_by_the_clinic_and_never_fewer_than_seven(self, house, ines, place):
        marta = house.visitor("marta")
        rule_page = f"/intake/setup/clinics/{house.clinic}/requests"

        fewer = marta.post(rule_page, {"pause_days": "6", "keeps": "Ten years."})
        more = marta.post(rule_page, {"pause_days": "14", "keeps": "Ten years, by our law."})
        number = ask(ines, place, "erasure")

        assert (fewer.status_code, more.status_code) == (422, 303)
        assert row_of(house, number).quiet_until == MONDAY + timedelta(days=14)
        assert "Ten years, by our law." in ines.get(place(f"/{number}")).text

    def test_of_one_clinic_are_not_set_by_another(self, house):
        olga = house.visitor("olga")
        rule_page = f"/intake/setup/clinics/{house.clinic}/requests"

        assert olga.get(rule_page).status_code == 404
        assert olga.post(rule_page, {"pause_days": "9", "keeps": "x"}).status_code == 404


@pytest.mark.requirement("INT-20", "CHK-15")
class TestThePartner:
    @pytest.mark.parametrize("kind", list(Kind))
    def test_gets_no_sign_of_what_was_asked_or_called_off(
        self, house, ines, place, kind, ana_and_noa, noa
    ):
        answered(house, noa)
        seen, told = seen_by(house, ana_and_noa, noa), facts(house)

        number = ask(ines, place, kind)
        asked = seen_by(house, ana_and_noa, noa)
        ines.post(place(f"/{number}/call-off"))

        assert asked == seen
        assert seen_by(house, ana_and_noa, noa) == seen
        assert facts(house) == told

    @pytest.mark.parametrize("kind", list(Kind))
    def test_gets_no_sign_of_what_was_granted(
        self, house, ines, place, kind, ana_and_noa, ana, noa
    ):
        answered(house, noa)
        number = ask(ines, place, kind)
        house.clock.pass_by(days=8)
        seen, told = seen_by(house, ana_and_noa, noa), facts(house)

        decide(ines, place, number)

        assert seen_by(house, ana_and_noa, noa) == seen
        assert permitted(house, noa)
        assert not any(str(noa) in fact for fact in facts(house)[len(told) :])


@pytest.mark.requirement("INT-20")
class TestACopy:
    def test_is_given_whole_or_not_at_all(self, house, ines, place):
        number = ask(ines, place, "access")
        decide(ines, place, number)

        answer = ines.post(place(f"/{number}/copy"))

        assert answer.status_code == 503, "the other services are not there in this house"
        assert row_of(house, number).state is State.GRANTED

    def test_is_given_no_more_once_they_have_it(self, house, ines, place):
        number = ask(ines, place, "access")
        early = ines.post(place(f"/{number}/handed-over"))
        decide(ines, place, number)

        closed = ines.post(place(f"/{number}/handed-over"))

        assert (early.status_code, closed.status_code) == (409, 303)
        assert ines.post(place(f"/{number}/copy")).status_code == 409
        ask(ines, place, "access")


class TestALimit:
    @pytest.fixture
    def limited(self, house, ines, place, ana):
        """Ana permitted much, and then asked that nothing optional happens."""
        answered(house, ana)
        number = ask(ines, place, "limit")
        decide(ines, place, number)
        return number

    def test_ends_what_was_permitted_and_takes_no_yes(self, house, ines, limited, ana, ana_and_noa):
        said = {"purpose": "checkin.email", "method": "spoken", "setting": "alone_at_clinic"}

        yes = ines.post(house.page(ana_and_noa, ana, "/consent"), {**said, "answer": "yes"})

        assert not permitted(house, ana)
        assert "nothing optional happens for now" in yes.text
        assert not permitted(house, ana)
        assert [event.available for event in house.told(PersonChanged)] == [False]

    def test_is_lifted_and_brings_nothing_back_by_itself(
        self, house, ines, place, limited, ana, ana_and_noa
    ):
        lifted = ines.post(place(f"/{limited}/lift"))

        assert lifted.status_code == 303
        assert row_of(house, limited).state is State.SETTLED
        assert not permitted(house, ana)
        answered(house, ana)
        assert permitted(house, ana)
        assert [event.available for event in house.told(PersonChanged)] == [False, True]

    def test_and_a_doubt_are_lifted_each_on_its_own(
        self, house, ines, place, limited, ana, ana_and_noa
    ):
        consent = house.page(ana_and_noa, ana, "/consent")
        ines.post(f"{consent}/pause", {"why": "doubt"})
        ines.post(place(f"/{limited}/lift"))
        in_doubt = ines.get(consent).text
        ines.post(f"{consent}/settle")

        told = [event.available for event in house.told(PersonChanged)]
        assert told == [False, False, False, True]
        assert "There is a doubt" in in_doubt
        assert "Paused." not in ines.get(consent).text

    def test_is_not_settled_as_a_doubt_is(self, house, ines, limited, ana, ana_and_noa):
        ines.post(house.page(ana_and_noa, ana, "/consent/settle"))

        assert house.told(PersonChanged)[-1].available is False

    def test_leaves_the_record_where_it_is(self, house, ines, limited, ana_and_noa):
        assert "Ana" in ines.get(house.page(ana_and_noa)).text


class TestErasingHere:
    @pytest.fixture
    def erased(self, house, ines, place, ana, ana_and_noa):
        """Ana said, filled in and was spoken with, and then asked to be erased."""
        answered(house, ana)
        house.choose_policy()
        house.note_policy(ana)
        talk = {"held_on": "2026-11-23", "alone": "yes", "module": "own", "notes": "quiet words"}
        ines.post(house.page(ana_and_noa, ana, "/talk"), talk)
        number = ask(ines, place, "erasure")
        house.clock.pass_by(days=7)
        self.link = link_for(house, ana_and_noa, ana)
        answer = decide(ines, place, number)
        assert answer.status_code == 303, answer.text
        return number

    def test_tells_who_confirmed_and_who_approved(self, house, erased, ana):
        [told] = house.told(PersonErased)

        assert told.person_id == ana
        assert str(told.request_id) == erased
        assert told.confirmed_by == told.approved_by == house.staff["ines"]

    def test_ends_what_was_permitted_and_closes_links(self, house, erased, ana):
        assert not permitted(house, ana)
        assert house.member().get(self.link).status_code == 410

    def test_removes_who_they_were_and_keeps_the_others(self, house, ines, erased, ana_and_noa):
        page = ines.get(house.page(ana_and_noa)).text

        assert "Ana" not in page
        assert "Someone" in page
        assert "Noa" in page
        assert "Erased." in page

    def test_destroys_the_keys_once_and_keeps_its_own_receipt(self, house, ines, erased, place):
        open_page = ines.get(place(f"/{erased}")).text
        [job] = [one for one in house.service.jobs if one.name == "endings"]

        done = [job.run(), job.run()]

        page = ines.get(place(f"/{erased}")).text
        assert done == [1, 0]
        assert open_page.count("Not answered yet") == 4
        assert page.count("Not answered yet") == 3
        row = row_of(house, erased)
        with house.work() as work:
            [own, *others] = queries.receipts_of(work, row)
        assert (own.removed, own.keys) == (1, 3)
        assert own.stopped == 4
        assert [one.settled_at for one in others] == [None, None, None]

    def test_shows_every_page_also_afterwards(self, house, ines, erased, ana_and_noa, ana, place):
        [job] = [one for one in house.service.jobs if one.name == "endings"]
        job.run()
        house.service.store.keys.forget()
        pages = ["", "/change"]
        of_member = ["/requests", f"/requests/{erased}", "/consent", "/consent/why", "/talk"]
        of_member += ["/questionnaires", "/contact", "/details", "/consent/what-if"]

        statuses = {
            **{page: ines.get(house.page(ana_and_noa, None, page)).status_code for page in pages},
            **{
                page: ines.get(house.page(ana_and_noa, ana, page)).status_code for page in of_member
            },
            "list": ines.get("/intake/relationships").status_code,
            "receipt": ines.post(place(f"/{erased}/receipt")).status_code,
        }

        assert set(statuses.values()) == {200}, statuses

    def test_takes_no_more_requests_and_no_more_answers(
        self, house, ines, erased, place, ana, ana_and_noa
    ):
        said = {"purpose": "checkin.email", "method": "spoken", "setting": "alone_at_clinic"}
        answers = [
            ines.post(place(), {"kind": "access", **ALONE}),
            ines.post(house.page(ana_and_noa, ana, "/consent"), {**said, "answer": "yes"}),
            ines.post(house.page(ana_and_noa, ana, "/hand-over")),
        ]

        assert {answer.status_code for answer in answers} == {410}

    def test_ends_whatever_else_they_asked_for(self, house, ines, place, ana):
        limit, access = ask(ines, place, "limit"), ask(ines, place, "access")
        decide(ines, place, limit)
        number = ask(ines, place, "erasure")
        house.clock.pass_by(days=7)
        decide(ines, place, number)

        states = [row_of(house, one).state for one in (limit, access, number)]
        assert states == [State.SETTLED, State.CALLED_OFF, State.GRANTED]
        assert ines.post(place(f"/{limit}/lift")).status_code == 409

    @pytest.mark.requirement("INT-19")
    def test_shows_a_receipt_to_print_and_keeps_and_sends_none(self, house, ines, erased, place):
        before, told = everything(house), facts(house)

        receipt = ines.post(place(f"/{erased}/receipt"))

        assert "It is not kept and not sent" in receipt.text
        assert "The record of care stays" in receipt.text
        assert everything(house) == before
        assert facts(house) == told


def seen_by(house, relationship, person_id):
    """Return what a member sees at their seat and by a link, but for what is new in every page."""
    seated = house.seated(house.visitor("ines"), relationship, person_id)
    path = link_for(house, relationship, person_id)
    pages = [seated.get(CHOICES), house.member().get(path)]
    return [(page.status_code, sorted(page.headers.keys()), plain(page.text)) for page in pages]


def plain(page):
    page = re.sub(r"/intake/(a|seat)/[\w=-]+", "", without_tokens(page))
    return re.sub(r'nonce="[\w-]+"', "", page)


def facts(house):
    """Return the facts that were told, but for who signed out."""
    with house.service.store.engine.connect() as connection:
        texts = connection.execute(sql("SELECT cloud_event FROM outbox ORDER BY id")).scalars()
        return [text for text in texts if "intake.signin" not in text]


ACTS = {
    "granted": State.GRANTED,
    "refused": State.REFUSED,
    "called off": State.CALLED_OFF,
    "settled": State.SETTLED,
}


@hypothesis_settings(max_examples=60, stateful_step_count=12)
class ARequest(RuleBasedStateMachine):
    """Whatever is tried, in any order: a request moves forward only, and never early."""

    def __init__(self):
        super().__init__()
        self.at = MONDAY
        self.kind, self.state = Kind.ERASURE, State.WAITING
        self.path = [State.WAITING]
        self.quiet = domain.quiet_until(self.kind, Rule(), self.at)
        self.granted_at: datetime | None = None

    @rule(hours=st.integers(0, 24 * 5))
    def time_passes(self, hours):
        self.at += timedelta(hours=hours)

    @rule(kind=st.sampled_from(list(Kind)))
    @precondition(lambda self: self.path == [State.WAITING])
    def it_was_another_kind(self, kind):
        self.kind, self.quiet = kind, domain.quiet_until(kind, Rule(), MONDAY)

    @rule(grants=st.sampled_from([True, False, None]), reason=st.sampled_from(["", " ", "so"]))
    def someone_decides(self, grants, reason):
        with suppress(domain.Refusal):
            self._move(
                domain.after_review(
                    self.state, grants=grants, reason=reason, quiet=self.quiet, now=self.at
                )
            )
            assert reason == "so"
            assert grants is not None

    @rule()
    def someone_calls_it_off(self):
        with suppress(domain.Refusal):
            self._move(domain.after_calling_off(self.state))

    @rule()
    def it_is_settled(self):
        with suppress(domain.Refusal):
            self._move(domain.after_settling(self.state))

    def _move(self, state):
        self.state = state
        self.path.append(state)
        if state is State.GRANTED:
            self.granted_at = self.at

    @invariant()
    def it_has_gone_one_of_the_few_ways(self):
        ways = (
            [State.WAITING, State.GRANTED, State.SETTLED],
            [State.WAITING, State.REFUSED],
            [State.WAITING, State.CALLED_OFF],
        )
        assert any(self.path == way[: len(self.path)] for way in ways)

    @invariant()
    def nobody_was_erased_before_the_quiet_days_were_over(self):
        if self.kind is Kind.ERASURE and self.granted_at is not None:
            assert self.granted_at - MONDAY >= timedelta(days=7)


TestARequest = ARequest.TestCase
TestARequest = pytest.mark.requirement("INT-20")(TestARequest)


@pytest.mark.parametrize("days", [0, 6, 61])
def test_quiet_days_have_a_least_and_a_most(days):
    with pytest.raises(domain.PauseNotUsable):
        Rule(pause_days=days)
