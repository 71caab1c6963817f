"""Each member fills in alone, can go on later, and is read by nobody but their clinician."""

import json
import re
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy import text as sql

from services.intake.people.models import Person
from services.intake.questionnaires import domain, queries, usecases
from services.intake.questionnaires.models import Questionnaire
from shared.auth.actors import Actor, Door, Role
from shared.contracts.intake import QuestionnaireCompleted
from shared.labels import Label
from tests.visitors import bearer

pytestmark = pytest.mark.left_to_the_build("filling in questionnaires")

FIRST, TWO_WEEKS, CSI_4, GAD_7, RDAS, CSI_16 = 1, 2, 12, 13, 31, 11
QUESTIONS = "/intake/seat/questions"
CALM = {f"i{number}": "1" for number in range(1, 8)}


def page_of(house, relationship, person_id, more=""):
    return house.page(relationship, person_id, f"/questionnaires{more}")


def seated(house, relationship, person_id, *packs):
    """Return a member whom Ines seated to fill these in."""
    staff = house.visitor("ines")
    handed = staff.post(
        page_of(house, relationship, person_id, "/hand-over"), {"packs": list(map(str, packs))}
    )
    assert handed.status_code == 200, handed.text
    [path] = set(re.findall(r"http://127\.0\.0\.1:8000(/intake/seat/[\w=-]+)", handed.text))
    member = house.member()
    taken = member.browser.post(path, base_url=member.base_url)
    assert taken.headers["Location"] == QUESTIONS
    return member


def at(number):
    return f"{QUESTIONS}/{number}"


def kept(house, person_id):
    """Return what is kept of a person's questionnaires, opened, oldest first."""
    with house.work() as work:
        rows = work.session.scalars(
            select(Questionnaire)
            .where(Questionnaire.person_id == person_id)
            .order_by(Questionnaire.id)
        ).all()
        return [(row.filled_on, work.open(row, "content")) for row in rows]


def speaks(house, person_id, language):
    """Let a person have another language."""
    with house.work() as work:
        work.get(Person, house.clinic, person_id).language = language


def without_tokens(page: str) -> str:
    """Return a page without what is drawn anew at each visit, and without ids."""
    lines = [line for line in page.splitlines() if "csrf" not in line.casefold()]
    return re.sub(r"[0-9a-f-]{36}|nonce-\S+", "", "\n".join(lines))


def asked_alone(house, person_id):
    """Return a person who may be asked alone: they noted the policy that the clinic chose."""
    house.choose_policy()
    house.note_policy(person_id)
    return person_id


@pytest.fixture
def ana(house, ana_and_noa) -> UUID:
    return asked_alone(house, house.person(ana_and_noa, "Ana"))


@pytest.fixture
def noa(house, ana_and_noa) -> UUID:
    return asked_alone(house, house.person(ana_and_noa, "Noa"))


class TestAtTheSeat:
    def test_a_section_stands_on_a_page_of_its_own_and_nothing_is_chosen(
        self, house, ana_and_noa, ana
    ):
        member = seated(house, ana_and_noa, ana, FIRST)

        page = member.get(at(1)).text

        assert "Page 1 of 5" in page
        assert "What do you hold on to" in page
        assert "What do you like" not in page
        chosen = re.findall(r"<input[^>]+checked", member.get(at(5)).text)
        assert {re.search(r'value="(.*?)"', one)[1] for one in chosen} == {""}

    def test_what_was_answered_is_kept_sealed_with_pack_version_and_hash(
        self, house, ana_and_noa, ana
    ):
        member = seated(house, ana_and_noa, ana, FIRST)

        member.post(at(1), {"v1": "Honesty\n\n Time for the children "})
        for number in range(2, 6):
            member.post(at(number), {"h3": "It depends", "c1": ["work", "sleep"], "c2": "depends"})

        [(filled_on, content)] = kept(house, ana)
        assert filled_on == house.clock.now().date()
        assert content["answers"]["v1"] == ["Honesty", "Time for the children"]
        assert content["answers"]["c1"] == ["work", "sleep"]
        assert content["answers"]["c2"] == domain.DEPENDS
        assert content["score"] is None
        pack = queries.pack_numbered(FIRST)
        assert (content["pack"], content["version"], content["hash"]) == (1, 1, pack.hash)

    @pytest.mark.requirement("PLT-12")
    def test_no_column_and_no_fact_holds_an_answer_or_which_questionnaire_it_was(
        self, house, ana_and_noa, ana
    ):
        seated(house, ana_and_noa, ana, CSI_4).post(at(1), {"i01": "6", "i02": "0"})

        with house.service.store.engine.connect() as connection:
            [row] = connection.execute(sql("SELECT * FROM questionnaire")).mappings()
            told = connection.execute(sql("SELECT cloud_event FROM outbox")).scalars().all()

        plain = {name: value for name, value in row.items() if name != "content"}
        assert set(plain) == {
            "clinic_id", "id", "relationship_id", "person_id", "method", "seat_id",
            "recorded_by", "began_at", "changed_at", "filled_on",
        }  # fmt: skip
        assert "answers" not in str(plain)
        assert not any("csi" in text.casefold() or "answer" in text for text in told)

    @pytest.mark.requirement("INT-01")
    def test_it_ends_with_the_last_page_and_shows_the_next_person_nothing(
        self, house, ana_and_noa, ana
    ):
        member = seated(house, ana_and_noa, ana, TWO_WEEKS)

        sent = member.post(at(1), {"l1": "7"})

        assert sent.headers["Location"] == "/intake/seat/closed"
        assert sent.headers["Clear-Site-Data"] == '"cache", "storage"'
        for url in (QUESTIONS, at(1)):
            assert member.get(url).status_code in (303, 410)
        assert member.get(at(1)).status_code == 410

    @pytest.mark.requirement("INT-01")
    def test_the_pages_of_one_member_do_not_depend_on_what_another_did(
        self, house, ana_and_noa, ana, noa
    ):
        before = [
            seated(house, ana_and_noa, noa, FIRST).get(at(number)).text for number in range(1, 6)
        ]
        other = seated(house, ana_and_noa, ana, FIRST, TWO_WEEKS)
        for number in range(1, 7):
            other.post(at(number), {"v1": "Freedom", "h1": "More calm", "l1": "2", "c1": "loss"})

        member = seated(house, ana_and_noa, noa, FIRST)
        after = [member.get(at(number)).text for number in range(1, 6)]

        assert list(map(without_tokens, before)) == list(map(without_tokens, after))

    def test_it_can_be_closed_half_way_and_gone_on_with_at_another_seat(
        self, house, ana_and_noa, ana
    ):
        first = seated(house, ana_and_noa, ana, FIRST)
        first.post(at(1), {"v1": "Honesty"})
        closed = first.post(at(2), {"p1": "Evenings", "then": "close"})

        second = seated(house, ana_and_noa, ana, FIRST)

        assert closed.headers["Location"] == "/intake/seat/closed"
        assert first.get(at(1)).status_code == 410
        assert "Honesty" in second.get(at(1)).text
        assert "Evenings" in second.get(at(2)).text
        assert [day for day, _ in kept(house, ana)] == [None]

    def test_an_answer_can_be_taken_back_before_the_end(self, house, ana_and_noa, ana):
        member = seated(house, ana_and_noa, ana, FIRST)
        member.post(at(1), {"v1": "Honesty"})
        member.post(at(1), {"v1": ""})

        assert "v1" not in kept(house, ana)[0][1]["answers"]

    def test_leaving_everything_out_is_as_good_as_answering(self, house, ana_and_noa, ana):
        member = seated(house, ana_and_noa, ana, CSI_4)

        member.post(at(1), {})

        [(filled_on, content)] = kept(house, ana)
        assert filled_on
        assert (content["answers"], content["score"]) == ({}, None)

    def test_several_are_filled_in_one_after_the_other(self, house, ana_and_noa, ana):
        member = seated(house, ana_and_noa, ana, TWO_WEEKS, GAD_7)

        onwards = member.post(at(1), {"l1": "7", "l6": "depends"})
        member.post(at(2), CALM)

        assert onwards.headers["Location"] == at(2)
        [(_, weeks), (_, worry)] = kept(house, ana)
        assert (weeks["pack"], weeks["score"]) == (TWO_WEEKS, None)
        assert (worry["pack"], worry["score"]) == (GAD_7, 7)

    @pytest.mark.parametrize("number", [0, 6, 99])
    def test_there_is_no_other_page(self, house, ana_and_noa, ana, number):
        member = seated(house, ana_and_noa, ana, FIRST)

        assert member.get(at(number)).status_code == 404
        assert member.post(at(number), {}).status_code == 404

    def test_it_opens_no_questions_about_consent_and_the_other_way_round(
        self, house, ana_and_noa, ana
    ):
        member = seated(house, ana_and_noa, ana, FIRST)
        asked = house.seated(house.visitor("ines"), ana_and_noa, ana)

        assert member.get("/intake/seat/choices").status_code == 410
        assert asked.get(at(1)).status_code == 410

    def test_words_that_look_like_marks_stay_words(self, house, ana_and_noa, ana):
        member = seated(house, ana_and_noa, ana, FIRST)
        member.post(at(1), {"v1": "<b>Honesty</b>"})

        assert "&lt;b&gt;Honesty" in member.get(at(1)).text


class TestLanguages:
    @pytest.mark.parametrize(
        ("language", "lang", "direction", "says"),
        [
            ("ar", "ar", "rtl", "ما الذي يبقى ثابتًا لديك مهما حدث؟"),
            ("es", "es", "ltr", "¿Qué es firme para usted"),
            ("es-MX", "es", "ltr", "¿Qué es firme para usted"),
            ("de", "en", "ltr", "What do you hold on to"),
        ],
    )
    def test_a_member_is_asked_in_their_own_where_it_is_there(
        self, house, ana_and_noa, ana, language, lang, direction, says
    ):
        speaks(house, ana, language)

        page = seated(house, ana_and_noa, ana, FIRST).get(at(1)).text

        assert f'<html lang="{lang}" dir="{direction}"' in page
        assert says in page

    def test_no_english_word_stands_on_an_arabic_page(self, house, ana_and_noa, ana):
        speaks(house, ana, "ar")
        member = seated(house, ana_and_noa, ana, FIRST)

        for number in range(1, 6):
            page = re.sub(r"<(script|style)\b.*?</\1>|<[^>]+>", " ", member.get(at(number)).text)
            assert set(re.findall(r"[A-Za-z]+", page)) <= {"Shift"}

    def test_staff_see_what_waits_for_a_native_reviewer(self, house, ana_and_noa, ana):
        speaks(house, ana, "ar")

        page = house.visitor("ines").get(page_of(house, ana_and_noa, ana)).text

        assert "in العربية: needs a native reviewer" in page
        assert "in English: the published wording" in page


class TestOnPaper:
    def test_a_score_is_kept_with_how_to_read_it(self, house, ana_and_noa, ana):
        staff = house.visitor("ines")

        sent = staff.post(
            page_of(house, ana_and_noa, ana, "/scores"),
            {"pack": str(RDAS), "score": "47,5", "filled_on": "2026-11-20"},
        )

        assert sent.status_code == 303
        page = staff.get(page_of(house, ana_and_noa, ana)).text
        assert "47.5, on a range from 0 to 69" in page
        assert "The higher end is the easier one." in page
        assert "20 November 2026" in page

    @pytest.mark.parametrize(
        ("change", "says"),
        [
            ({"score": "70"}, "outside the range"),
            ({"score": "much"}, "outside the range"),
            ({"score": "nan"}, "outside the range"),
            ({"filled_on": "2026-11-24"}, "still to come"),
            ({"filled_on": "lately"}, "still to come"),
            ({"pack": "2"}, "cannot be filled in here"),
            ({"pack": "999"}, "cannot be filled in here"),
        ],
    )
    def test_what_does_not_fit_is_said_back_and_not_kept(
        self, house, ana_and_noa, ana, change, says
    ):
        typed = {"pack": str(RDAS), "score": "47", "filled_on": "2026-11-20"} | change

        answer = house.visitor("ines").post(page_of(house, ana_and_noa, ana, "/scores"), typed)

        assert answer.status_code == 422
        assert says in answer.text
        assert kept(house, ana) == []

    def test_all_answers_can_be_written_down_from_paper(self, house, ana_and_noa, ana):
        staff = house.visitor("ines")
        url = page_of(house, ana_and_noa, ana, f"/paper/{CSI_4}")
        answers = {"i01": "6", "i02": "5", "i03": "4", "i04": "3", "filled_on": "2026-11-20"}

        asked = staff.get(url).text
        sent = staff.post(url, answers)

        assert "How rewarding is your relationship" in asked
        assert sent.status_code == 303
        [(filled_on, content)] = kept(house, ana)
        assert (filled_on.isoformat(), content["score"]) == ("2026-11-20", 18)

    def test_nothing_at_all_is_no_answer(self, house, ana_and_noa, ana):
        url = page_of(house, ana_and_noa, ana, f"/paper/{CSI_4}")

        answer = house.visitor("ines").post(url, {"filled_on": "2026-11-20"})

        assert answer.status_code == 422
        assert kept(house, ana) == []

    def test_what_ships_without_items_shows_none(self, house, ana_and_noa, ana):
        staff = house.visitor("ines")

        assert staff.get(page_of(house, ana_and_noa, ana, f"/paper/{RDAS}")).status_code == 422
        handed = staff.post(page_of(house, ana_and_noa, ana, "/hand-over"), {"packs": [str(RDAS)]})
        assert handed.status_code == 422
        assert staff.get(page_of(house, ana_and_noa, ana)).status_code == 200


class TestWhatTheClinicianReads:
    def enter(self, house, relationship, person_id, pack, score, day):
        house.visitor("ines").post(
            page_of(house, relationship, person_id, "/scores"),
            {"pack": str(pack), "score": str(score), "filled_on": day},
        )

    @pytest.mark.parametrize(
        ("pack", "scores", "says"),
        [
            (RDAS, (40, 52), "Moved towards the easier end."),
            (RDAS, (40, 51), "No change beyond chance."),
            (RDAS, (52, 40), "Moved towards the harder end."),
            (GAD_7, (12, 8), "Moved towards the easier end."),
        ],
    )
    def test_a_score_beside_their_own_earlier_one_with_the_source_of_the_threshold(
        self, house, ana_and_noa, ana, pack, scores, says
    ):
        self.enter(house, ana_and_noa, ana, pack, scores[0], "2026-10-01")
        self.enter(house, ana_and_noa, ana, pack, scores[1], "2026-11-01")

        page = house.visitor("ines").get(page_of(house, ana_and_noa, ana)).text

        assert f"Their own one before: {scores[0]}. {says}" in page
        assert "points on, published: " in page

    def test_no_change_is_named_by_a_number_that_nobody_verified(self, house, ana_and_noa, ana):
        self.enter(house, ana_and_noa, ana, CSI_16, 40, "2026-10-01")
        self.enter(house, ana_and_noa, ana, CSI_16, 60, "2026-11-01")

        page = house.visitor("ines").get(page_of(house, ana_and_noa, ana)).text

        assert "Their own one before: 40." in page
        assert "Moved" not in page
        assert "No threshold" in page

    def test_a_clinic_may_set_a_threshold_of_its_own_with_its_source(self, house, ana_and_noa, ana):
        self.enter(house, ana_and_noa, ana, CSI_16, 40, "2026-10-01")
        self.enter(house, ana_and_noa, ana, CSI_16, 60, "2026-11-01")

        sent = house.visitor("marta").post(
            f"/intake/questionnaires/{CSI_16}/limit",
            {f"points-{CSI_16}": "8", f"source-{CSI_16}": "Agreed in our team"},
        )

        assert sent.status_code == 303
        page = house.visitor("ines").get(page_of(house, ana_and_noa, ana)).text
        assert "Moved towards the easier end." in page
        assert "8 points on, set by the clinic: Agreed in our team" in page

    @pytest.mark.parametrize(
        ("number", "points", "source"),
        [(CSI_16, "0", "x"), (CSI_16, "82", "x"), (CSI_16, "8", " "), (RDAS, "3", "x")],
    )
    def test_a_threshold_needs_a_source_and_never_replaces_a_published_one(
        self, house, number, points, source
    ):
        sent = house.visitor("marta").post(
            f"/intake/questionnaires/{number}/limit",
            {f"points-{number}": points, f"source-{number}": source},
        )

        assert sent.status_code == 422

    def test_what_a_member_wrote_in_their_own_direction_of_script(self, house, ana_and_noa, ana):
        speaks(house, ana, "ar")
        member = seated(house, ana_and_noa, ana, FIRST)
        member.post(at(1), {"v1": "الصدق"})
        for number in range(2, 6):
            member.post(at(number), {"c1": "work", "c2": "3"})
        staff = house.visitor("ines")

        listed = staff.get(page_of(house, ana_and_noa, ana)).text
        [one] = set(re.findall(r"/questionnaires/([0-9a-f-]{36})", listed))
        page = staff.get(page_of(house, ana_and_noa, ana, f"/{one}")).text

        assert "الصدق" in page
        assert "in العربية" in page
        assert 'dd dir="auto"' in page
        assert "3 (0: not rested; 10: well rested)" in page
        assert page.count("Left out") > 3

    def test_a_draft_is_nobodys_to_read(self, house, ana_and_noa, ana):
        seated(house, ana_and_noa, ana, FIRST).post(at(1), {"v1": "Honesty", "then": "close"})
        staff = house.visitor("ines")

        page = staff.get(page_of(house, ana_and_noa, ana)).text

        assert "One is begun and not finished." in page
        assert "Honesty" not in page
        with house.work() as work:
            [draft] = work.session.scalars(select(Questionnaire.id)).all()
        assert staff.get(page_of(house, ana_and_noa, ana, f"/{draft}")).status_code == 404

    def test_never_a_figure_over_several_members(self, house, ana_and_noa, ana, noa):
        self.enter(house, ana_and_noa, ana, RDAS, 40, "2026-10-01")
        before = house.visitor("ines").get(page_of(house, ana_and_noa, ana)).text
        self.enter(house, ana_and_noa, noa, RDAS, 60, "2026-10-01")

        after = house.visitor("ines").get(page_of(house, ana_and_noa, ana)).text

        assert without_tokens(before) == without_tokens(after)


class TestWhoComesIn:
    @pytest.mark.parametrize("more", ["", f"/paper/{CSI_4}"])
    def test_the_treating_clinician_alone(self, house, ana_and_noa, ana, more):
        url = page_of(house, ana_and_noa, ana, more)

        statuses = {
            name: house.visitor(name).get(url).status_code
            for name in ("ines", "joao", "marta", "rui")
        }

        assert statuses == {"ines": 200, "joao": 404, "marta": 403, "rui": 403}

    def test_nobody_else_hands_over_or_writes(self, house, ana_and_noa, ana):
        for more in ("/hand-over", "/scores", f"/paper/{CSI_4}"):
            url = page_of(house, ana_and_noa, ana, more)
            typed = {"packs": "1", "pack": "31", "score": "4", "filled_on": "2026-11-20"}
            assert house.visitor("joao").post(url, typed).status_code == 404
            assert house.visitor("marta").post(url, typed).status_code == 403
        assert kept(house, ana) == []

    @pytest.mark.requirement("INT-10")
    def test_the_page_of_all_members_does_not_tell_who_filled_in_what(
        self, house, ana_and_noa, ana
    ):
        before = house.visitor("ines").get(house.page(ana_and_noa)).text
        seated(house, ana_and_noa, ana, TWO_WEEKS).post(at(1), {"l1": "1"})

        after = house.visitor("ines").get(house.page(ana_and_noa)).text

        assert without_tokens(before) == without_tokens(after)

    def test_the_list_of_packs_says_what_is_known_and_what_is_not(self, house):
        for name in ("ines", "marta", "rui"):
            page = house.visitor(name).get("/intake/questionnaires").text
            assert "Score entry only" in page
            assert "Not verified." in page
            assert "needs a native reviewer" in page
        assert "Keep the threshold" not in house.visitor("ines").get("/intake/questionnaires").text


class TestOtherServices:
    def finish(self, house, relationship, person_id):
        seated(house, relationship, person_id, CSI_4).post(
            at(1), {"i01": "6", "i02": "5", "i03": "4", "i04": "3"}
        )
        [told] = house.told(QuestionnaireCompleted)
        return told

    @pytest.mark.requirement("PLT-10", "PLT-11")
    def test_hear_that_one_was_finished_and_not_which(self, house, ana_and_noa, ana):
        told = self.finish(house, ana_and_noa, ana)

        assert (told.relationship_id, told.person_id) == (ana_and_noa.id, ana)
        assert set(told.data()) == {"relationship_id", "person_id", "questionnaire_id", "version"}

    def test_a_draft_is_not_told(self, house, ana_and_noa, ana):
        seated(house, ana_and_noa, ana, FIRST).post(at(1), {"v1": "Honesty", "then": "close"})

        assert house.told(QuestionnaireCompleted) == []

    @pytest.mark.parametrize(("caller", "status"), [("sessions", 200), ("reminders", 404)])
    def test_sessions_alone_may_read_it_by_reference(self, house, ana_and_noa, ana, caller, status):
        told = self.finish(house, ana_and_noa, ana)
        headers = bearer(house.service.app, caller=caller, scopes=["content"])
        wanted = {
            "clinic_id": str(house.clinic),
            "subject_id": str(told.questionnaire_id),
            "version": 1,
        }

        answer = house.service.app.test_client().post(
            "/internal/content/intake.questionnaire",
            json={"references": [wanted]},
            headers=headers,
        )

        assert answer.status_code == status, answer.text
        if status == 200:
            assert '"score":18' in json.dumps(answer.json, separators=(",", ":")).replace(".0", "")


def test_a_clinician_elsewhere_cannot_write_through_a_use_case(house, ana_and_noa, ana):
    joao = Actor(
        door=Door.STAFF,
        id=house.staff["joao"],
        role=Role.CLINICIAN,
        clinics=frozenset({house.clinic}),
        opens=frozenset(Label),
    )
    with pytest.raises(Exception, match="nothing at this address"), house.work(joao) as work:
        usecases.enter_score(
            work,
            relationship_id=ana_and_noa.id,
            person_id=ana,
            pack=RDAS,
            score=4,
            filled_on=house.clock.now().date(),
            now=house.clock.now(),
        )
