"""What has a purpose of its own is asked of those alone who permit it, and sometimes not even then.

Whoever looks over a shoulder learns nothing of it from one form: it looks alike, and anyone's may
be one without.
"""

import re
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from services.reminders.forms.models import Form, OpenForm
from services.reminders.questions.domain import BadBank, Rest, read_bank
from services.reminders.questions.queries import (
    in_language,
    plain_set,
    set_asked,
    set_with_items,
)
from services.reminders.rights.queries import PERSON, share_of
from shared.auth.actors import system
from shared.contracts.reminders import FormReceived
from shared.events.content import Reference
from tests.reminders.house import START
from tests.reminders.test_forms import NONCE, contents

PLAIN, FULL = plain_set(), set_with_items()
[ITEM] = set(FULL.asks) - set(PLAIN.asks)
[INSTEAD] = set(PLAIN.asks) - set(FULL.asks)
FORM = "/reminders/form"
LOOK = re.compile(r">[^<]+<|value=\"[\w.-]{40,}\"|nonce-[\w-]+|name=\"Q\d+\"")
"""What two forms may differ in: their words, their secrets, and what their questions are called."""

days = st.dates(date(2020, 1, 1), date(2060, 1, 1))
rests = st.integers(1, 8).flatmap(
    lambda of: st.builds(
        Rest, weeks=st.integers(1, of), of=st.just(of), besides=st.sampled_from([0.0, 0.1, 0.5])
    )
)


def somebody(*, resting=False):
    """Return the id of someone whose first week is, or is not, one in which the item rests."""
    ids = iter(uuid4, None)
    return next(one for one in ids if FULL.rest.on(START.date(), one) is resting)


def pair(house, *, resting=False):
    """Return two people in care who permit short forms, in such weeks."""
    people = [somebody(resting=resting), somebody()]
    for person_id in people:
        house.describe(person_id)
    house.open_relationship(*people)
    for person_id in people:
        house.consent(person_id)
    house.hear()
    return people


def link_of(house, person_id):
    """Return the path of a person's first link, at the moment at which it comes."""
    while not house.letters(person_id):
        house.pass_time(house.clock.at + timedelta(hours=1))
    letter = house.letters(person_id)[0]
    house.clock.at = letter["at"]
    return house.path_of(letter)


def opened(house, path):
    """Return a member who has opened the form behind a link, and its page."""
    member = house.member()
    assert member.post(path).status_code == 303
    return member, member.get(FORM).text


def asks_it(page, language="en"):
    """Say which of the two questions a form has; it always has one."""
    full, plain = (in_language(one, language) for one in (FULL, PLAIN))
    has = (f'name="{ITEM.id}"' in page, f'name="{INSTEAD.id}"' in page)
    words = {one.id: one.says for one in (*full.asks, *plain.asks)}
    assert sorted(has) == [False, True]
    assert (words[ITEM.id] in page, words[INSTEAD.id] in page) == has
    return has[0]


class TestWeeks:
    @given(st.uuids(), rests, days)
    def test_of_every_row_of_weeks_as_many_rest_as_the_bank_says_or_more(
        self, person_id, rest, day
    ):
        row = (day.toordinal() - 1) // 7 // rest.of
        weeks = [date.fromordinal(7 * (row * rest.of + n) + 1) for n in range(rest.of)]
        resting = [rest.on(week, person_id) for week in weeks].count(True)

        assert resting == rest.weeks if rest.besides == 0 else resting >= rest.weeks

    @pytest.mark.requirement("CHK-16")
    def test_no_row_of_weeks_is_one_that_those_who_permit_it_cannot_have(self):
        rest = Rest(weeks=1, of=3, besides=0.2)
        weeks = [START.date() + timedelta(weeks=n) for n in range(3)]
        rows = {tuple(rest.on(week, UUID(int=n)) for week in weeks) for n in range(900)}

        assert FULL.rest.besides > 0
        assert (True, True, True) in rows
        assert len(rows) >= 7

    @given(st.uuids(), rests, days, st.integers(0, 6))
    def test_all_days_of_a_week_are_alike_whichever_day_a_form_comes(
        self, person_id, rest, day, more
    ):
        monday = day - timedelta(days=day.weekday())

        assert rest.on(monday, person_id) == rest.on(monday + timedelta(days=more), person_id)

    @given(st.uuids(), days, st.booleans())
    def test_without_a_permission_nothing_that_needs_one_is_asked(self, person_id, day, permitted):
        asked = FULL.asked_on(day, person_id, permitted=permitted)

        assert not asked or permitted
        assert PLAIN.asked_on(day, person_id, permitted=False)

    @pytest.mark.requirement("CHK-16")
    def test_nobody_can_foresee_by_the_calendar_which_week_it_is(self):
        people = [UUID(int=n) for n in range(400)]
        weeks = [START.date() + timedelta(weeks=n) for n in range(5)]
        resting = [sum(FULL.rest.on(week, one) for one in people) for week in weeks]

        assert all(0.2 < one / len(people) < 0.36 for one in resting)


class TestBank:
    def test_the_item_needs_its_purpose_and_rests_in_a_fifth_of_the_weeks_or_more(self):
        assert FULL.needs == "checkin.items"
        assert FULL.rest.weeks / FULL.rest.of >= 0.2
        assert PLAIN.needs is PLAIN.rest is None
        assert [one.id for one in (ITEM, INSTEAD)] == ["Q05", "Q33"]

    @pytest.mark.parametrize("language", ["en", "es", "ar"])
    def test_both_sets_look_alike_in_every_language(self, language):
        full, plain = (in_language(one, language) for one in (FULL, PLAIN))

        assert [one.kind for one in full.asks] == [one.kind for one in plain.asks]
        places = [full.asks.index(one) for one in full.asks if one.id == ITEM.id]
        assert plain.asks[places[0]].id == INSTEAD.id
        assert len({one.says for one in (*full.asks, *plain.asks)}) == 7

    def test_what_was_asked_before_stays_as_it_was(self):
        first = set_asked("weekly", 1)

        assert [one.id for one in first.asks] == ["Q01", "Q02", "Q03", "Q04", "Q05", "Q19"]
        assert (first.needs, first.rest) == (None, None)

    @pytest.mark.parametrize(
        "changed",
        [
            {"rest": {"weeks": 1, "of": 6, "besides": 0.1}},
            {"rest": {"weeks": 1, "of": 5, "besides": 0}},
            {"rest": None},
            {"asks": ["one", "choice"]},
            {"asks": ["one"]},
            {"needs": "not.a.purpose"},
        ],
    )
    def test_a_bank_that_would_tell_something_is_refused(self, changed):
        scale = {"says": "How?", "kind": "scale", "low": "a", "high": "b"}
        choice = {"says": "Which?", "kind": "choice", "options": [["a", "A"]]}
        plain = {"code": "p", "version": 1, "opens_with": "choice", "asks": ["one", "two"]}
        full = {
            **plain,
            "code": "f",
            "needs": "checkin.items",
            "rest": {"weeks": 1, "of": 5, "besides": 0.1},
        }
        questions = {"one": scale, "two": scale, "choice": choice}
        wrong = {key: value for key, value in {**full, **changed}.items() if value is not None}

        assert len(read_bank({"questions": questions, "sets": [plain, full]})) == 2
        with pytest.raises(BadBank):
            read_bank({"questions": questions, "sets": [plain, wrong]})


class TestAsking:
    def test_one_who_permits_it_is_asked_and_their_answer_goes_to_sessions(self, house):
        person_id, _ = pair(house)
        house.permit_items(person_id)
        member, page = opened(house, link_of(house, person_id))
        assert asks_it(page)

        member.post(FORM, {"Q01": "7", "Q05": "2", "Q33": "9"})

        [content] = contents(house)
        assert content["answers"] == {"Q01": 7, "Q05": 2}

    @pytest.mark.requirement("INT-02", "INT-06", "INT-08")
    @pytest.mark.parametrize(
        "said",
        [
            [],
            [{"permitted": False}],
            [{"permitted": True}, {"permitted": False}],
            [{"permitted": True, "valid_until": START + timedelta(hours=1)}],
            [{"permitted": True, "valid_from": START + timedelta(days=60)}],
        ],
        ids=["never asked", "refused", "withdrawn", "ended", "not yet"],
    )
    def test_one_who_does_not_is_asked_something_else(self, house, said):
        person_id, _ = pair(house)
        for one in said:
            house.permit_items(person_id, **one)
        member, page = opened(house, link_of(house, person_id))
        assert not asks_it(page)

        member.post(FORM, {"Q01": "7", "Q05": "2", "Q33": "9"})

        [content] = contents(house)
        assert content["answers"] == {"Q01": 7, "Q33": 9}

    @pytest.mark.requirement("INT-08")
    def test_unreachable_is_a_no_for_showing_and_for_sending(self, house):
        person_id, _ = pair(house)
        house.permit_items(person_id)
        path = link_of(house, person_id)
        member, page = opened(house, path)
        house.intake.reachable = False
        unproven = member.get(FORM).text

        answer = member.post(FORM, {"Q01": "7", "Q05": "2"})

        assert (asks_it(page), asks_it(unproven)) == (True, False)
        assert answer.status_code == 200
        assert contents(house)[0]["answers"] == {"Q01": 7}

    @pytest.mark.requirement("INT-08")
    def test_a_withdrawal_that_nobody_has_heard_of_yet_counts_at_once(self, house):
        person_id, _ = pair(house)
        house.permit_items(person_id)
        path = link_of(house, person_id)
        member, before = opened(house, path)

        house.permit_items(person_id, permitted=False)  # told, and not heard by any worker
        shown_again = member.get(FORM).text
        _, opened_again = opened(house, path)

        assert [asks_it(page) for page in (before, shown_again, opened_again)] == [
            True,
            False,
            False,
        ]

    @pytest.mark.requirement("INT-08", "CHK-12")
    def test_withdrawn_between_opening_and_sending_the_rest_is_kept_and_the_thanks_are_the_same(
        self, house
    ):
        people = pair(house)
        thanked = []
        for person_id in people:
            house.permit_items(person_id)
        for person_id in people:
            member, page = opened(house, link_of(house, person_id))
            assert asks_it(page)
            if person_id == people[0]:
                house.permit_items(person_id, permitted=False)
            thanked.append(member.post(FORM, {"Q01": "7", "Q05": "2"}))

        told = {one["person_id"]: one["answers"] for one in contents(house)}
        assert [told[str(one)] for one in people] == [{"Q01": 7}, {"Q01": 7, "Q05": 2}]
        assert len({NONCE.sub("", one.text) for one in thanked}) == 1
        assert {one.status_code for one in thanked} == {200}

    def test_permitted_between_opening_and_sending_a_form_takes_what_it_asked(self, house):
        person_id, _ = pair(house)
        member, page = opened(house, link_of(house, person_id))
        house.permit_items(person_id)

        assert not asks_it(member.get(FORM).text)
        member.post(FORM, {"Q05": "2", "Q33": "9"})

        assert not asks_it(page)
        assert contents(house)[0]["answers"] == {"Q33": 9}

    @pytest.mark.requirement("CHK-16")
    def test_in_a_resting_week_nobody_is_asked_whatever_they_permit(self, house):
        person_id, _ = pair(house, resting=True)
        house.permit_items(person_id)

        _, page = opened(house, link_of(house, person_id))

        assert not asks_it(page)

    def test_opened_twice_it_asks_the_same(self, house):
        person_id, _ = pair(house)
        house.permit_items(person_id)
        path = link_of(house, person_id)

        assert opened(house, path)[1].count("Q05") == opened(house, path)[1].count("Q05") > 0

    @pytest.mark.requirement("CHK-07", "CHK-15")
    def test_both_forms_look_alike_to_whoever_looks_over_a_shoulder(self, house):
        people = pair(house)
        house.permit_items(people[0])

        pages = [opened(house, link_of(house, one))[1] for one in people]

        assert [asks_it(page) for page in pages] == [True, False]
        assert len({LOOK.sub("", page) for page in pages}) == 1

    @pytest.mark.requirement("CHK-15")
    @pytest.mark.parametrize("permitted", [True, False, None])
    def test_what_a_partner_says_of_the_item_changes_nothing_for_the_other(self, house, permitted):
        other, one = pair(house)
        house.permit_items(one)
        if permitted is not None:
            house.permit_items(other, permitted=permitted)
        house.hear()
        member, page = opened(house, link_of(house, one))
        member.post(FORM, {"Q05": "2"})

        assert asks_it(page)
        assert contents(house)[0]["answers"] == {"Q05": 2}

    def test_what_was_asked_is_kept_with_the_open_form_and_with_what_was_sent(self, house):
        people = pair(house)
        house.permit_items(people[0])
        kept = []
        for person_id in people:
            member, _ = opened(house, link_of(house, person_id))
            with house.reading() as work:
                [open_now] = work.session.scalars(select(OpenForm))
                kept.append((open_now.set_code, open_now.set_version))
            member.post(FORM, {"Q01": "1"})

        with house.reading() as work:
            sent = {
                one.person_id: (one.set_code, one.set_version)
                for one in work.session.scalars(select(Form))
            }
        named = [(one.code, one.version) for one in (FULL, PLAIN)]
        assert kept == named
        assert [sent[one] for one in people] == named

    @pytest.mark.requirement("INT-20")
    def test_a_copy_has_the_question_that_was_asked_in_its_words(self, house):
        people = pair(house)
        house.permit_items(people[0])
        for person_id in people:
            member, _ = opened(house, link_of(house, person_id))
            member.post(FORM, {"Q05": "2", "Q33": "3"})

        copied = [_copied(house, person_id) for person_id in people]

        assert copied == [[("Q05", ITEM.says, "2")], [("Q33", INSTEAD.says, "3")]]
        assert len(house.told(FormReceived)) == 2


def _copied(house, person_id):
    """Return (code, question, answer) of all that a person sent, as their copy has it."""
    clinics = frozenset({house.clinic_id})
    acting = replace(system("reminders"), clinics=clinics)
    reference = Reference(PERSON, house.clinic_id, person_id, 1)
    with house.reminders.store.unit_of_work(clinics=clinics, actor=acting) as work:
        [here] = share_of(work, [reference])[reference]["relationships"].values()
    answers = [one for form in here["forms"] for one in form["answers"]]
    return [(one["code"], one["question"], one["in_words"]) for one in answers]
