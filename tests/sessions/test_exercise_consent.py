"""What a member says to an exercise is evidence as everywhere else, and sealed beside that."""

import json
import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from html import unescape
from uuid import UUID, uuid4

import pytest
from fhir.resources.R4B.consent import Consent as R4BConsent
from fhirclient.models.consent import Consent as R4Consent
from sqlalchemy import inspect, select
from sqlalchemy import text as sql

from services.sessions.plans import domain, queries
from services.sessions.plans.models import EarlierAnswer, OfferRevision
from services.sessions.rights.queries import share_of
from services.sessions.roster.models import Base
from shared.auth.actors import Role
from shared.consent.decision import Because
from shared.consent.exchange import fhir, iso27560, kantara
from shared.consent.exchange.record import Controller, records_of
from shared.consent.ledger import (
    BEGINNING,
    Act,
    Evidence,
    append,
    broken,
    first_break,
    history,
)
from shared.consent.purposes import A_FORTNIGHT
from shared.consent.revision import read_revision
from shared.consent.sealed import SEALED, opened
from shared.consent.terms import BeyondTerms, Method, Setting, State
from shared.contracts.words import PlanState
from shared.events.content import Reference
from shared.keys import Scope
from shared.keys.rotation import Depth
from shared.migrating import migrate
from shared.store.ending import end_keys
from shared.store.engines import new_engine
from shared.store.rotating import Rotating
from tests.sessions.house import CLINIC, CLINICIAN, House
from tests.sessions.test_plans import Trying, offer
from tests.sessions.test_rights import erase

TEXTS = "/consent/texts"
WORDS = ("yes", "no", "not_now")


@pytest.fixture
def trying(house, pair, clinician) -> Trying:
    assert offer(clinician, pair).status_code == 302
    return Trying(house, pair, clinician)


def rows_of(work, person):
    return history(work, OfferRevision, clinic_id=CLINIC, person_id=person)


def ledger(house, person):
    """Return all that a person said to offers, oldest first."""
    with house.work() as work:
        return opened(work, rows_of(work, person))


def text_of(trying, locale="en"):
    return queries.text_for(UUID(trying.plan), locale, trying.house.clock.at)


def speaks(house, about, person, language):
    """Let a member be spoken to in another language from now on."""
    house.contents["intake.person", person] |= {"language": language}
    house.member_changed(about, person, active=True, version=2)
    house.settle()


def stop_by_form(trying, person):
    trying.house.form(trying.about, person, stop_plan=True)
    trying.house.settle()


@pytest.mark.requirement("INT-03")
class TestARevision:
    @pytest.mark.parametrize("setting", ["alone_at_clinic", "alone_by_phone"])
    def test_holds_every_part_of_the_evidence(self, house, trying, setting):
        person, text, asked = trying.about.people[0], text_of(trying), house.clock.at
        house.clock.move(timedelta(days=2))

        assert trying.says(person, "yes", setting=setting).status_code == 302

        [kept] = ledger(house, person)
        assert (kept.clinic_id, kept.person_id) == (CLINIC, person)
        assert (kept.purpose, kept.revision, kept.position) == (f"exercise.{trying.plan}", 1, 1)
        assert kept.state is State.GIVEN
        assert (kept.template, kept.text_version, kept.locale) == ("exercise", 1, "en")
        assert kept.text_hash == text.hash
        assert (kept.method, kept.setting) == (Method.SPOKEN, Setting(setting))
        assert kept.decided_at == kept.valid_from == kept.recorded_at == house.clock.at
        assert kept.valid_until == asked + domain.OFFER_STANDS
        assert kept.recorded_by == kept.witnessed_by == CLINICIAN
        assert kept.previous_hash == BEGINNING

    def test_is_chained_to_the_one_before_and_changes_nothing_of_it(self, house, trying):
        person = trying.about.people[0]
        trying.says(person, "not_now")
        [before] = ledger(house, person)
        trying.says(person, "yes")
        trying.says(person, "no")

        first, *later = ledger(house, person)

        assert first == before
        assert [one.state for one in later] == [State.GIVEN, State.WITHDRAWN]
        assert [one.previous_hash for one in later] == [first.hash, later[0].hash]
        assert [one.revision for one in later] == [2, 3]

    def test_of_a_no_holds_for_no_time_at_all(self, house, trying):
        for word in ("no", "not_now"):
            trying.says(trying.about.people[0], word)

        kept = ledger(house, trying.about.people[0])

        assert [one.state for one in kept] == [State.REFUSED, State.DEFERRED]
        assert all(one.valid_until == one.valid_from for one in kept)

    def test_of_a_stop_by_form_takes_back_what_was_said_to_the_text_it_was_said_to(
        self, house, trying
    ):
        person = trying.about.people[0]
        trying.says(person, "yes")
        house.clock.move(timedelta(hours=1))
        sent_at = house.clock.at
        stop_by_form(trying, person)

        said, stopped = ledger(house, person)

        assert (stopped.state, stopped.method) == (State.WITHDRAWN, Method.STOP_LINK)
        assert stopped.setting is Setting.ALONE_BY_LINK
        assert (stopped.decided_at, stopped.recorded_by) == (sent_at, None)
        assert stopped.text_hash == said.text_hash
        assert trying.told[-1] is PlanState.ENDED

    def test_is_not_made_of_a_stop_by_someone_who_was_never_asked(self, house, trying):
        stop_by_form(trying, trying.about.people[0])

        assert ledger(house, trying.about.people[0]) == []
        assert trying.told[-1] is PlanState.ENDED

    def test_is_not_made_of_a_stop_that_was_sent_before_what_is_kept(self, house, trying):
        person = trying.about.people[0]
        form = house.form(trying.about, person, stop_plan=True)
        house.clock.move(timedelta(minutes=1))
        trying.says(person, "yes")
        house.settle()

        assert form
        assert [one.state for one in ledger(house, person)] == [State.GIVEN]
        assert trying.told[-1] is PlanState.ENDED

    def test_is_read_by_other_systems_one_person_each(self, house, trying):
        controller = Controller(id=CLINIC, name="Harbour", clinic="Quay")
        for person, word in zip(trying.about.people, ("yes", "not_now"), strict=True):
            trying.says(person, word)

        found = [self._records(house, trying, person) for person in trying.about.people]

        for person, records in zip(trying.about.people, found, strict=True):
            given = fhir.consent_resource(records, controller)
            strict = R4Consent(jsondict=given, strict=True)
            assert strict.patient.reference == f"Patient/{person}"
            assert R4BConsent.model_validate(given).patient.reference == f"Patient/{person}"
        yes, later = (iso27560.consent_record(one[0], controller) for one in found)
        assert (yes["state"], later["state"]) == (
            "dpv:ConsentGiven",
            "dpv:ConsentRequestDeferred",
        )
        assert yes["event"][0]["expression_setting"] == "alone_at_clinic"
        assert yes["pii_processing"]["privacy_notice"].endswith(text_of(trying).hash)
        assert [len(kantara.receipts(one[0], controller)) for one in found] == [1, 0]
        with pytest.raises(fhir.NotOnePerson):
            fhir.consent_resource([*found[0], *found[1]], controller)

    def _records(self, house, trying, person):
        acts = ledger(house, person)
        with house.work() as work:
            decision = queries.decision_of(work, UUID(trying.plan), person, house.clock.at)
        return records_of(acts, [(acts[0].purpose, decision)])

    def test_is_the_same_when_it_was_written_as_json_and_read(self, house, trying):
        trying.says(trying.about.people[0], "yes")
        [kept] = ledger(house, trying.about.people[0])

        assert read_revision(json.loads(json.dumps(kept.content()))) == kept


@pytest.mark.requirement("PLT-12")
class TestInTheOpen:
    def rows(self, house):
        with house.service.store.engine.connect() as connection:
            return connection.execute(sql("SELECT * FROM offer_revision")).mappings().all()

    def test_stands_that_someone_was_asked_and_nothing_of_what_they_said(self, house, clinician):
        shapes = {}
        for word in (*WORDS, "stop"):
            about = house.relationship("Alder", "Birch")
            offer(clinician, about)
            trying = Trying(house, about, clinician)
            trying.says(about.people[0], "yes" if word == "stop" else word)
            if word == "stop":
                stop_by_form(trying, about.people[0])
            shapes[word] = [row for row in self.rows(house) if row["person_id"] in _spelt(about)]

        columns = set(shapes["yes"][0])
        assert columns.isdisjoint(SEALED)
        lengths = {len(row["act"]) for rows in shapes.values() for row in rows}
        assert len(lengths) == 1
        for row in (row for rows in shapes.values() for row in rows):
            open_columns = {name: str(it) for name, it in row.items() if name != "act"}
            found = re.findall("given|refused|withdrawn|deferred|link|form", str(open_columns))
            assert found == []

    def test_no_hash_can_be_found_by_trying_the_few_words_that_there_are(self, house, trying):
        text = text_of(trying)
        kept = [
            self._kept(house, person, text, nonce)
            for person, nonce in zip(trying.about.people, (b"\0", b"\1"), strict=True)
        ]

        acts = [{name: one.content()[name] for name in SEALED} for one, _ in kept]
        assert acts[0] == acts[1]
        assert kept[0][1] != kept[1][1]

    def _kept(self, house, person, text, nonce):
        at = house.clock.at
        with house.work() as work:
            row = append(
                work,
                OfferRevision,
                clinic_id=CLINIC,
                person_id=person,
                purpose="exercise.one",
                text=text,
                act=Act(state=State.REFUSED, decided_at=at, valid_from=at, valid_until=at),
                evidence=Evidence(method=Method.SPOKEN, setting=Setting.ALONE_AT_CLINIC),
                now=at,
                chance=lambda count: nonce * count,
            )
            return row.read(work), row.commitment


def _spelt(about):
    return {person.hex for person in about.people} | {str(person) for person in about.people}


@pytest.mark.requirement("INT-03", "PLT-16")
class TestTheChain:
    CHANGES = (
        "UPDATE offer_revision SET recorded_at = '2026-01-01 00:00:00' WHERE position = 2",
        "UPDATE offer_revision SET purpose = 'exercise.other' WHERE position = 2",
        "UPDATE offer_revision SET commitment = hash WHERE position = 2",
        "UPDATE offer_revision SET act = NULL WHERE position = 2",
        "UPDATE offer_revision SET act = x'020000000100' WHERE position = 2",
        "UPDATE offer_revision SET act ="
        " (SELECT act FROM offer_revision WHERE position = 1) WHERE position = 2",
        "DELETE FROM offer_revision WHERE position = 2",
    )

    @pytest.fixture
    def person(self, trying):
        for word in ("no", "not_now", "yes"):
            trying.says(trying.about.people[0], word)
        return trying.about.people[0]

    def broken(self, house):
        return list(broken(house.service.store, OfferRevision))

    @pytest.mark.parametrize("change", CHANGES)
    def test_names_the_first_bad_position(self, house, person, change):
        whole = self.broken(house)
        with house.service.store.engine.begin() as connection:
            connection.execute(sql(change))

        assert whole == []
        assert self.broken(house) == [(CLINIC, person, 2)]

    def test_names_it_too_where_someone_with_the_keys_changed_what_was_said(self, house, person):
        with house.work() as work:
            row = rows_of(work, person)[1]
            work.seal(row, act=work.open(row, "act") | {"state": "given"})

        assert self.broken(house) == [(CLINIC, person, 2)]

    def test_is_whole_after_the_keys_were_changed(self, house, person):
        before = ledger(house, person)
        for _ in Rotating(house.service.store, Depth.ALL).steps():
            pass
        house.service.store.keys.forget()

        assert self.broken(house) == []
        assert ledger(house, person) == before

    def test_is_whole_after_the_key_of_the_person_was_destroyed(self, house, person):
        store = house.service.store
        end_keys(store, clinic_id=CLINIC, scope=Scope.PERSON, subject_id=person)
        store.keys.forget()

        assert self.broken(house) == []
        assert ledger(house, person) == []


@pytest.mark.requirement("INT-04")
class TestWhatWasRead:
    def test_is_what_the_page_showed_in_the_language_of_the_member(self, house, trying):
        person = trying.about.people[0]
        speaks(house, trying.about, person, "ar")
        text = text_of(trying, "ar")

        page = trying.asked(person).text
        trying.says(person, "yes")

        shown = re.search(r'<div class="house-words[^>]*lang="ar" dir="rtl">.*?</div>', page, re.S)
        assert all(words in unescape(shown[0]) for words in (text.question, *text.points))
        [kept] = ledger(house, person)
        assert (kept.locale, kept.text_hash) == ("ar", text.hash)

    def test_stands_beside_their_last_word_for_the_clinician(self, trying):
        for word in ("no", "yes"):
            trying.says(trying.about.people[0], word, setting="alone_by_phone")

        [line] = re.findall(r"<p><strong>Alder</strong>:.*?</p>", trying.page, re.S)

        assert re.search("Yes .*in words, alone by phone, 2 March 2026", line)
        assert "counts until 16 March 2026" in line
        assert f'{TEXTS}#t-{text_of(trying).hash}">text version 1, en</a>' in line

    @pytest.mark.parametrize("shown", ["", "0" * 64])
    def test_is_what_was_shown_or_nothing_is_kept(self, house, trying, shown):
        person = trying.about.people[0]

        answer = trying.says(person, "yes", shown=shown)

        assert answer.status_code == 409
        assert "The text has changed since this page was opened" in answer.text
        assert text_of(trying).hash in answer.text
        assert " checked" not in answer.text
        assert ledger(house, person) == []

    def test_is_never_in_another_language_unless_they_agreed_on_one(self, house, trying):
        person = trying.about.people[0]
        speaks(house, trying.about, person, "fi")

        page = trying.asked(person)
        refused = trying.says(person, "yes", shown=text_of(trying).hash)
        nothing = ledger(house, person)
        agreed = trying.asked(person, locale="es").text
        form = dict(re.findall(r'name="(shown|locale)" value="(\w+)"', agreed))
        kept = trying.says(person, "yes", **form)

        assert "There is no text in this language yet" in page.text
        assert 'name="said"' not in page.text
        assert (refused.status_code, nothing) == (422, [])
        assert kept.status_code == 302
        assert [one.locale for one in ledger(house, person)] == ["es"]

    def test_is_shown_to_an_auditor_byte_for_byte_years_later(self, house, trying):
        trying.says(trying.about.people[0], "no")
        [kept] = ledger(house, trying.about.people[0])
        house.clock.at = house.clock.at.replace(year=2033)

        page = house.visitor(Role.AUDITOR).get(TEXTS)

        [shown] = re.findall(rf'id="t-{kept.text_hash}".*?<pre[^>]*>(.*?)</pre>', page.text, re.S)
        canonical = unescape(shown)
        assert sha256(canonical.encode()).hexdigest() == kept.text_hash
        assert json.loads(canonical)["locale"] == kept.locale
        assert json.loads(canonical)["version"] == kept.text_version
        assert "Alder" not in page.text
        assert trying.plan not in page.text

    def test_says_so_where_it_is_not_as_it_was(self, house, trying):
        trying.says(trying.about.people[0], "no")
        auditor = house.visitor(Role.AUDITOR)
        before = auditor.get(TEXTS).text
        with house.service.store.engine.begin() as connection:
            connection.execute(sql("UPDATE consent_text SET canonical = canonical || ' '"))

        assert "Not as it was kept" not in before
        assert "Not as it was kept" in auditor.get(TEXTS).text

    @pytest.mark.parametrize("role", list(Role))
    def test_is_open_to_clinicians_and_auditors_alone(self, house, role):
        allowed = role in (Role.CLINICIAN, Role.AUDITOR)

        assert house.visitor(role).get(TEXTS).status_code == (200 if allowed else 403)


class TestTheGate:
    @pytest.fixture
    def released(self, trying):
        trying.press("release")
        return trying

    @pytest.mark.requirement("INT-06")
    def test_no_yes_holds_longer_than_its_offer_or_than_a_fortnight(self, house, trying):
        at, text, person = house.clock.at, text_of(trying), trying.about.people[0]
        for late in (timedelta(microseconds=1), timedelta(days=300)):
            until = A_FORTNIGHT.after(at) + late
            with pytest.raises(BeyondTerms), house.work() as work:
                _append(work, person, text, trying, until=until, at=at)

        assert ledger(house, person) == []

    @pytest.mark.requirement("INT-06")
    def test_a_yes_to_what_has_lapsed_is_not_taken_though_no_job_ran(self, house, trying):
        house.clock.move(domain.OFFER_STANDS)

        answer = trying.says(trying.about.people[0], "yes")

        assert answer.status_code == 422
        assert "it has ended" in answer.text
        assert ledger(house, trying.about.people[0]) == []

    @pytest.mark.requirement("INT-06", "PLT-13")
    def test_a_yes_that_ended_early_opens_nothing_and_is_asked_for_again(self, house, released):
        one, other = released.about.people
        released.says(other, "yes")
        with house.work() as work:
            until = house.clock.at + timedelta(days=1)
            _append(work, one, text_of(released), released, until=until, at=house.clock.at)
        house.clock.move(timedelta(days=1))
        released.press("release")

        assert released.told == [PlanState.OFFERED]
        assert "Ask again: that has ended" in released.page
        released.says(one, "yes")
        assert released.told == [PlanState.OFFERED, PlanState.RUNNING]

    @pytest.mark.requirement("INT-05", "PLT-13")
    def test_a_yes_to_a_text_before_a_material_one_opens_nothing(self, house, released):
        one, other = released.about.people
        released.says(other, "yes")
        with house.work() as work:
            until, text = house.clock.at + timedelta(days=9), text_of(released)
            _append(work, one, replace(text, version=0), released, until=until, at=house.clock.at)
        released.press("release")

        assert released.told == [PlanState.OFFERED]
        assert "Ask again: the text has changed" in released.page
        released.says(one, "yes")
        assert released.told == [PlanState.OFFERED, PlanState.RUNNING]

    @pytest.mark.requirement("PLT-13")
    def test_a_yes_is_used_up_by_what_began(self, house, trying):
        trying.everyone_says("yes")
        trying.press("release")
        trying.press("stop")
        house.clock.move(timedelta(days=4))
        offer(trying.clinician, trying.about, "X13")
        again = Trying(house, trying.about, trying.clinician)
        again.press("release")

        assert again.plan != trying.plan
        assert again.told[-1] is PlanState.OFFERED
        with house.work() as work:
            assert queries.decisions_on(work, UUID(again.plan), house.clock.at) == {}

    @pytest.mark.requirement("PLT-14")
    def test_not_now_is_neither_a_yes_nor_a_no(self, house, released):
        person = released.about.people[0]
        released.says(released.about.people[1], "yes")
        released.says(person, "not_now")

        with house.work() as work:
            found = queries.decision_of(work, UUID(released.plan), person, house.clock.at)
        assert (found.permits, found.because) == (False, Because.DEFERRED)
        assert "Not now" in released.page
        released.says(person, "yes")
        assert released.told[-1] is PlanState.RUNNING


def _append(work, person, text, trying, *, until, at):
    append(
        work,
        OfferRevision,
        clinic_id=CLINIC,
        person_id=person,
        purpose=domain.purpose_of(UUID(trying.plan)),
        text=text,
        act=Act(state=State.GIVEN, decided_at=at, valid_from=at, valid_until=until),
        evidence=Evidence(method=Method.SPOKEN, setting=Setting.ALONE_AT_CLINIC),
        now=at,
    )


class TestBeforeTextsWereKept:
    """What was said then is kept, shown and handed over as what it is: a word without a text."""

    @pytest.fixture
    def person(self, house, trying):
        person = trying.about.people[0]
        with house.work() as work:
            row = EarlierAnswer(
                clinic_id=CLINIC,
                id=uuid4(),
                plan_id=UUID(trying.plan),
                person_id=person,
                method=domain.EarlierMethod.SPOKEN,
                recorded_by=CLINICIAN,
                recorded_at=house.clock.at,
            )
            work.seal(row, said="yes")
            work.add(row)
        return person

    @pytest.mark.requirement("INT-04", "PLT-13")
    def test_it_permits_nothing_and_the_clinician_is_told_to_ask_again(self, trying, person):
        trying.says(trying.about.people[1], "yes")
        trying.press("release")

        assert trying.told == [PlanState.OFFERED]
        assert "said before texts were kept" in trying.page
        assert "Ask again: no text was kept" in trying.page
        trying.says(person, "yes")
        assert trying.told[-1] is PlanState.RUNNING

    @pytest.mark.requirement("INT-20")
    def test_it_is_in_a_copy_without_a_text(self, house, trying, person):
        assert [(one["said"], one["text_shown"]) for one in shared(house, trying, person)] == [
            ("yes", None)
        ]

    @pytest.mark.requirement("PLT-08")
    def test_it_goes_with_the_person(self, house, person):
        erase(house, person)
        house.settle()

        with house.work() as work:
            assert work.session.scalars(select(EarlierAnswer)).all() == []


@pytest.mark.requirement("INT-04")
def test_no_answer_from_before_is_lost_by_the_step_to_texts(tmp_path):
    file = tmp_path / "before.sqlite"
    engine = new_engine(f"sqlite:///{file}")
    migrate(engine, "sessions", Base.metadata, to="0007")
    ids = [uuid4().hex for _ in range(4)]
    with closing(sqlite3.connect(file)) as before, before:
        before.execute(
            "INSERT INTO plan_answer (clinic_id, id, plan_id, person_id, method, recorded_at, said)"
            " VALUES (?, ?, ?, ?, 'form', '2026-03-02 09:00:00', x'0102')",
            ids,
        )
        kept = before.execute("SELECT * FROM plan_answer").fetchall()

    migrate(engine, "sessions", Base.metadata)
    engine.dispose()

    with closing(sqlite3.connect(file)) as after:
        assert after.execute("SELECT * FROM plan_answer").fetchall() == kept != []
        assert after.execute("SELECT * FROM offer_revision").fetchall() == []


def shared(house: House, trying, person):
    """Return what sessions gives of a person's words to offers, for their copy."""
    reference = Reference("sessions.person", CLINIC, person, 1)
    with house.work() as work:
        given = share_of(work, [reference])
    return given[reference]["relationships"][str(trying.about.id)]["said_to_offers"]


@pytest.mark.requirement("INT-20", "INT-03")
def test_a_copy_says_of_each_answer_which_text_was_read(house, trying):
    person = trying.about.people[0]
    trying.says(person, "not_now")
    trying.says(person, "yes")
    text = text_of(trying)

    later, yes = shared(house, trying, person)

    assert (later["said"], yes["said"]) == ("not_now", "yes")
    assert yes["text_shown"] == json.loads(text.canonical())
    assert yes["text_shown"]["version"] == yes["evidence"]["text_version"] == 1
    assert (yes["how"], yes["where"]) == ("spoken", "alone_at_clinic")
    assert read_revision(yes["evidence"]) == ledger(house, person)[-1]
    assert all(one["evidence"]["person_id"] == str(person) for one in (later, yes))


@pytest.mark.requirement("PLT-08")
def test_someone_who_is_gone_takes_their_words_along_and_nobody_elses(house, trying):
    gone, stays = trying.about.people
    trying.everyone_says("yes")
    erase(house, gone)
    house.settle()
    house.service.store.keys.forget()

    with house.work() as work:
        assert [len(rows_of(work, one)) for one in (gone, stays)] == [0, 1]
        assert first_break(rows_of(work, stays), work) is None
    assert [one.state for one in ledger(house, stays)] == [State.GIVEN]


def test_no_text_is_kept_beside_a_person(house):
    columns = inspect(house.service.store.engine).get_columns("consent_text")

    assert {column["name"] for column in columns} == {"hash", "canonical", "kept_at"}
