"""A link opens an empty form, takes one answer, and never shows anything that is kept."""

import json
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from services.reminders.app import new_stationery
from services.reminders.forms.models import Form
from services.reminders.questions.queries import bank, plain_set
from shared.auth.actors import Role
from shared.contracts.reminders import ChannelChanged, FormReceived
from shared.contracts.words import Channel
from tests.reminders.house import HELP, START
from tests.visitors import bearer

DAY = timedelta(days=1)
ANSWER_SETS = (
    {},
    {"alone": "yes", "Q01": "0", "Q02": "10", "Q03": "depends", "Q05": "0", "Q19": "change"},
    {"stop_plan": "yes", "stop_messages": "yes"},
    {"not_now": "yes"},
)
ASKED = plain_set()
NONCE = re.compile(r'nonce-[\w-]+|value="[\w.-]{40,}"')


@pytest.fixture
def sent(house):
    """A house in which a couple's forms went out; the person whose link is newest, and its path."""
    _, people = house.couple()
    while not house.letters():
        house.pass_time(house.clock.at + timedelta(hours=6))
    letter = house.letters()[-1]
    person_id = next(p for p in people if house.letters(p))
    return house, person_id, house.path_of(letter)


def open_form(house, path):
    """Return a member who has started the form behind a link."""
    member = house.member()
    assert member.browser.post(path, base_url=member.base_url).status_code == 303
    return member


def rows(house):
    """Return every row of reminders' own tables, to see whether anything changed."""
    with house.reminders.store.engine.connect() as connection:
        tables = house.reminders.store.metadata.sorted_tables
        return {table.name: connection.execute(select(table)).all() for table in tables}


class TestLink:
    @pytest.mark.requirement("CHK-03")
    def test_holds_160_random_bits_that_name_nobody_and_is_kept_as_a_keyed_hash(self, house):
        stationery = new_stationery(house.settings)
        tokens = {stationery.token() for _ in range(100)}

        assert len(tokens) == 100
        assert all(len(token) == 27 for token in tokens)
        assert len(stationery.hash_of(tokens.pop())) == 32

    @pytest.mark.requirement("CHK-04", "PLT-21")
    def test_is_unused_however_often_it_is_fetched(self, sent):
        house, _, path = sent
        before = rows(house)

        answers = [
            house.member().browser.open(path, method=method, base_url="http://127.0.0.1:8000")
            for method in ("GET", "HEAD", "OPTIONS", "GET")
        ]

        assert [answer.status_code for answer in answers] == [200] * 4
        assert rows(house) == before
        assert "Set-Cookie" not in answers[0].headers

    @pytest.mark.requirement("CHK-05")
    def test_is_not_spent_by_starting_it_and_leads_to_an_address_without_it(self, sent):
        house, _, path = sent

        answers = [house.member().post(path) for _ in range(12)]

        assert {answer.location for answer in answers} == {"/reminders/form"}
        assert house.member().get(path).status_code == 200

    @pytest.mark.requirement("CHK-05")
    def test_is_spent_by_the_first_who_sends_the_form(self, sent):
        house, _, path = sent
        first, second = open_form(house, path), open_form(house, path)

        answers = [member.post("/reminders/form", {"Q01": "7"}) for member in (first, second)]

        assert [answer.status_code for answer in answers] == [200, 410]
        assert len(house.told(FormReceived)) == 1
        assert house.member().get(path).status_code == 410

    @pytest.mark.requirement("CHK-06", "INT-08")
    def test_shows_one_closed_page_whatever_closed_it(self, sent):
        house, person_id, path = sent
        member = open_form(house, path)
        invented = house.member().get("/reminders/f/" + "x" * 27)
        without_form = house.member().get("/reminders/form")

        house.consent(person_id, permitted=False)
        house.hear()
        withdrawn = house.member().get(path)
        in_the_middle = member.post("/reminders/form", {"Q01": "7"})
        house.consent(person_id)
        house.hear()
        house.clock.at += timedelta(hours=48)
        expired = house.member().get(path)
        foreign_form = house.member().browser.post(
            "/reminders/form", base_url="http://127.0.0.1:8000"
        )

        closed = [invented, without_form, withdrawn, in_the_middle, expired, foreign_form]
        assert {answer.status_code for answer in closed} == {410}
        assert len({answer.text for answer in closed}) == 1
        assert len({frozenset(_headers(answer)) for answer in closed}) == 1

    @pytest.mark.requirement("INT-08", "PLT-13")
    def test_opens_nothing_once_its_person_withdrew_although_no_worker_has_heard_of_it(self, sent):
        house, person_id, path = sent

        house.consent(person_id, permitted=False)
        looked, pressed = house.member().get(path), house.member().post(path)

        assert [looked.status_code, pressed.status_code] == [410, 410]

    @pytest.mark.requirement("PLT-13", "CHK-05")
    def test_opens_nothing_while_nobody_can_say_whether_its_person_agrees_and_is_not_spent(
        self, sent
    ):
        house, _, path = sent

        house.intake.reachable = False
        meanwhile = house.member().get(path), house.member().post(path)
        house.intake.reachable = True
        afterwards = house.member().get(path), house.member().post(path)

        assert [answer.status_code for answer in meanwhile] == [410, 410]
        assert [answer.status_code for answer in afterwards] == [200, 303]

    @pytest.mark.requirement("CHK-20")
    def test_guessing_is_slowed_down_and_locks_nobody_out(self, sent):
        house, _, path = sent

        answers = [house.member().get(f"/f/{n}").status_code for n in range(12)]
        at_once = house.member().get(path).status_code
        house.clock.at += timedelta(minutes=1)

        assert answers == [410] * 10 + [429] * 2
        assert at_once == 200
        assert house.member().get("/f/again").status_code == 410


class TestForm:
    @pytest.mark.requirement("CHK-07")
    def test_holds_nothing_about_anybody(self, sent):
        house, person_id, path = sent
        member = open_form(house, path)

        page = member.get("/reminders/form").text

        known = [person_id.hex[:8], str(person_id), "Harbour", "example.org", path.split("/")[-1]]
        assert [one for one in known if one in page] == []
        assert all(question.says in page for question in ASKED.asks)
        assert not re.search(r"\d{4}-\d\d-\d\d", page)

    @pytest.mark.requirement("CHK-11")
    def test_opens_with_a_question_about_the_moment_that_can_end_it(self, sent):
        house, _, path = sent
        member = open_form(house, path)

        answer = member.post("/reminders/form", {"Q01": "7", "not_now": "yes"})

        assert "Thank you" in answer.text
        assert house.told(FormReceived) == []
        assert member.get("/reminders/form").status_code == 410
        assert house.member().get(path).status_code == 200

    @pytest.mark.requirement("CHK-12")
    def test_thanks_in_the_same_words_whatever_was_answered(self, house):
        house.couple(len(ANSWER_SETS))
        house.pass_time(START + 7 * DAY, at_least=timedelta(hours=1))
        answers = []
        for typed, letter in zip(ANSWER_SETS, house.letters(), strict=True):
            house.clock.at = letter["at"]
            answers.append(open_form(house, house.path_of(letter)).post("/reminders/form", typed))

        assert {answer.status_code for answer in answers} == {200}
        assert len({NONCE.sub("", answer.text) for answer in answers}) == 1
        assert len({frozenset(_headers(answer)) for answer in answers}) == 1
        assert all(line in answers[0].text for line in HELP.splitlines())

    def test_takes_anything_that_is_not_an_answer_as_skipped(self, sent):
        house, _, path = sent

        open_form(house, path).post(
            "/reminders/form", {"Q01": "11", "Q02": "-1", "Q03": "x", "Q04": "3"}
        )

        [content] = contents(house)
        assert content["answers"] == {"Q04": 3}
        assert content["stop_plan"] is False

    def test_goes_to_sessions_alone_and_by_reference(self, sent):
        house, person_id, path = sent
        open_form(house, path).post(
            "/reminders/form", {"Q33": "0", "stop_plan": "yes", "alone": "yes"}
        )

        [told] = house.told(FormReceived)
        [content] = contents(house)

        assert told.person_id == person_id
        assert content == {
            "person_id": str(person_id),
            "relationship_id": str(told.relationship_id),
            "submitted_at": house.clock.now().isoformat(),
            "answers": {"alone": "yes", "Q33": 0},
            "stop_plan": True,
        }
        assert _content(house, told.form_id, caller="reports").status_code == 404

    @pytest.mark.requirement("PLT-12")
    def test_is_sealed_where_it_is_kept(self, sent):
        house, _, path = sent
        open_form(house, path).post("/reminders/form", {"Q19": "change"})

        with house.reading() as work:
            form = work.session.scalars(select(Form)).one()
            assert b"change" not in form.content
            assert work.open(form, "content")["answers"] == {"Q19": "change"}

    @pytest.mark.requirement("CHK-10")
    def test_asks_the_same_number_of_everybody_and_needs_no_script(self):
        assert {len(one.asks) for one in bank()} == {6}


class TestStopTheseMessages:
    @pytest.mark.requirement("CHK-18", "INT-07")
    def test_in_the_form_takes_effect_with_it(self, sent):
        house, person_id, path = sent

        open_form(house, path).post("/reminders/form", {"stop_messages": "yes"})

        [told] = house.told(ChannelChanged)
        assert (told.person_id, told.channel, told.permitted) == (person_id, Channel.EMAIL, False)
        house.pass_time(house.clock.at + 10 * DAY)
        assert len(house.letters(person_id)) == 1

    @pytest.mark.requirement("CHK-18")
    def test_by_one_click_in_a_mail_program_and_twice_is_once(self, sent):
        house, _, path = sent
        member = house.member()

        answers = [
            member.browser.post(where, data={"List-Unsubscribe": "One-Click"}, base_url=None)
            for where in (f"{path}/stop", f"{path}/stop", "/reminders/f/unheard/stop")
        ]

        assert len({answer.text for answer in answers}) == 1
        assert len(house.told(ChannelChanged)) == 1
        assert house.member().get(path).status_code == 410

    @pytest.mark.requirement("INT-14")
    def test_is_undone_by_staff_alone(self, sent):
        house, person_id, path = sent
        house.member().browser.post(f"{path}/stop")
        schedule = house.schedule(person_id)

        house.consent(person_id)
        house.hear()
        kept_closed = house.member().get(path).status_code
        page = house.staff().get(f"/schedules/{schedule.id}").text
        answer = house.staff().post(f"/schedules/{schedule.id}/reopen")

        assert kept_closed == 410
        assert "Stopped by them" in page
        assert answer.status_code == 303
        assert [one.permitted for one in house.told(ChannelChanged)] == [False, True]
        assert (
            house.staff(Role.SUPERVISOR).post(f"/schedules/{schedule.id}/reopen").status_code > 399
        )


def contents(house):
    """Return what sessions gets for every form that was told."""
    found = [_content(house, told.form_id) for told in house.told(FormReceived)]
    return [answer.json["items"][0]["content"] for answer in found]


def _content(house, form_id, caller="sessions"):
    asked = {"clinic_id": str(house.clinic_id), "subject_id": str(form_id), "version": 1}
    return house.reminders.app.test_client().post(
        "/internal/content/reminders.form",
        data=json.dumps({"references": [asked]}),
        content_type="application/json",
        headers=bearer(house.reminders.app, caller=caller, scopes=["content"]),
    )


def _headers(answer):
    return {
        (name, NONCE.sub("", value))
        for name, value in answer.headers
        if name not in ("X-Request-Id", "Date", "Set-Cookie")
    }
