"""Each member is asked alone, may say no as easily as yes, and is heard at once."""

import re
from dataclasses import replace

import pytest
from sqlalchemy import text as sql

from services.intake.consent import domain, handlers, queries, usecases
from services.intake.consent.models import ConsentRevision
from services.intake.people import usecases as people
from services.intake.people.domain import Details, NewMember
from services.intake.people.models import Relationship
from shared.consent.ledger import Act, Evidence, append, first_break, history
from shared.consent.terms import Method, Setting, State
from shared.consent.texts import text_in_force
from shared.contracts.intake import ConsentChanged, ContributionChanged
from shared.contracts.reminders import ChannelChanged
from shared.contracts.words import Channel, Purpose
from shared.errors import NotFound

CHOICES = "/intake/seat/choices"
YES = {"checkin.email": "yes", "report.aggregate": "yes"}
NO = {"checkin.email": "no", "report.aggregate": "no"}
ON_PAPER = {
    "purpose": "checkin.email",
    "answer": "yes",
    "method": "on_paper",
    "setting": "alone_at_clinic",
}


def choose(seen, answers, url=CHOICES):
    """Send answers with what the member's own page holds, as a browser would."""
    hidden = re.findall(r'name="(shown\.[\w.]+)" value="(\w+)"', seen.get(url).text)
    return seen.post(url, {**dict(hidden), **answers})


def permitted(house, person_id, purpose=Purpose.CHECKIN_EMAIL):
    """Say whether a person permits something now."""
    with house.work() as work:
        standing = queries.standing(
            work, clinic_id=house.clinic, person_id=person_id, now=house.clock.now()
        )
    return standing[purpose].permits


def ledger(house, person_id):
    """Return all that was kept of a person's answers."""
    with house.work() as work:
        return history(work, ConsentRevision, clinic_id=house.clinic, person_id=person_id)


def answered(house, person_id, **more):
    """Let a person answer, by the use case."""
    said = {
        "answers": {Purpose.CHECKIN_EMAIL: True, Purpose.REPORT_AGGREGATE: True},
        "now": house.clock.now(),
    }
    with house.work() as work:
        usecases.answer(work, clinic_id=house.clinic, person_id=person_id, **(said | more))


def write_down(staff, own, change=None):
    """Let staff write down what someone said on paper, on the page of their consent as it is."""
    [after] = re.findall(r'name="after" value="(\d+)"', staff.get(own).text)
    return staff.post(own, ON_PAPER | {"after": after} | (change or {}))


class TestSeat:
    @pytest.mark.requirement("INT-02")
    def test_asks_each_question_alone_and_ticks_nothing(self, house, ana_and_noa):
        seated = house.seated(house.visitor("ines"), ana_and_noa, house.person(ana_and_noa, "Ana"))

        page = seated.get(CHOICES).text

        assert page.count("<fieldset") == 2
        assert not re.search(r"<input[^>]+checked", page)
        assert page.count('value="yes"') == page.count('value="no"') == 2

    @pytest.mark.requirement("INT-02")
    def test_keeps_nothing_for_a_question_that_was_skipped(self, house, ana_and_noa):
        ana = house.person(ana_and_noa, "Ana")
        seated = house.seated(house.visitor("ines"), ana_and_noa, ana)

        choose(seated, {"checkin.email": "no"})

        assert [row.purpose for row in ledger(house, ana)] == ["checkin.email"]

    def test_tells_what_was_permitted_and_for_how_long(self, house, ana_and_noa):
        ana = house.person(ana_and_noa, "Ana")

        choose(house.seated(house.visitor("ines"), ana_and_noa, ana), YES)

        told = {event.purpose: event for event in house.told(ConsentChanged)}
        assert set(told) == {Purpose.CHECKIN_EMAIL, Purpose.REPORT_AGGREGATE}
        for event in told.values():
            assert (event.person_id, event.permitted, event.revision) == (ana, True, 1)
            assert event.valid_from == house.clock.now()
            assert event.valid_until == house.clock.now().replace(year=2027)

    @pytest.mark.requirement("INT-01")
    def test_ends_with_the_answers_and_shows_the_next_person_nothing(self, house, ana_and_noa):
        ana = house.person(ana_and_noa, "Ana")
        staff = house.visitor("ines")
        path = house.seat(staff, ana_and_noa, ana)
        member = house.member()
        member.browser.post(path, base_url=member.base_url)

        sent = choose(member, YES)

        assert sent.headers["Location"] == "/intake/seat/closed"
        assert sent.headers["Clear-Site-Data"] == '"cache", "storage"'
        assert member.browser.get_cookie("attune-seat-intake", domain="127.0.0.1") is None
        for url in (CHOICES, path):
            again = member.get(url)
            assert again.status_code == 410
            assert "You can hand the device back" in again.text

    @pytest.mark.requirement("INT-01")
    def test_signs_staff_out_on_the_device_that_is_handed_over(self, house, ana_and_noa):
        staff = house.visitor("ines")
        kept = {
            name: staff.browser.get_cookie(name, domain="localhost").value
            for name in ("attune-staff", "attune-session")
        }

        house.seat(staff, ana_and_noa, house.person(ana_and_noa, "Ana"))
        cleared = staff.get(house.page(ana_and_noa))
        for name, value in kept.items():
            staff.browser.set_cookie(name, value, domain="localhost")

        assert cleared.status_code == 303
        assert staff.get(house.page(ana_and_noa)).status_code == 303
        renewed = staff.get("/intake/session/renew")
        assert renewed.headers["Location"].startswith("/intake/sign-in")

    def test_leads_staff_back_to_where_they_were(self, house, ana_and_noa):
        staff = house.visitor("ines")
        house.seat(staff, ana_and_noa, house.person(ana_and_noa, "Ana"))

        back = staff.post("/intake/sign-in", {"name": "ines", "password": "a good password"})

        assert back.headers["Location"] == house.page(ana_and_noa)

    def test_is_taken_once(self, house, ana_and_noa):
        path = house.seat(house.visitor("ines"), ana_and_noa, house.person(ana_and_noa, "Ana"))
        members = [house.member(), house.member()]

        answers = [one.browser.post(path, base_url=one.base_url) for one in members]

        assert [answer.status_code for answer in answers] == [303, 410]

    @pytest.mark.parametrize(("minutes", "status"), [(29, 200), (30, 410)])
    def test_closes_by_itself_after_half_an_hour(self, house, ana_and_noa, minutes, status):
        ana = house.person(ana_and_noa, "Ana")
        seated = house.seated(house.visitor("ines"), ana_and_noa, ana)

        house.clock.pass_by(minutes=minutes)

        assert seated.get(CHOICES).status_code == status

    def test_of_the_same_person_ends_an_earlier_one(self, house, ana_and_noa):
        ana = house.person(ana_and_noa, "Ana")
        earlier = house.seated(house.visitor("ines"), ana_and_noa, ana)

        house.seat(house.visitor("ines"), ana_and_noa, ana)

        assert earlier.get(CHOICES).status_code == 410

    @pytest.mark.requirement("INT-01")
    def test_of_one_member_shows_nothing_of_another(self, house, ana_and_noa):
        noa, ana = house.person(ana_and_noa, "Noa"), house.person(ana_and_noa, "Ana")
        before = house.seated(house.visitor("ines"), ana_and_noa, noa).get(CHOICES).text
        choose(house.seated(house.visitor("ines"), ana_and_noa, ana), YES)

        after = house.seated(house.visitor("ines"), ana_and_noa, noa).get(CHOICES).text

        assert without_tokens(before) == without_tokens(after)

    def test_is_opened_by_no_invented_address(self, house):
        member = house.member()

        for address in ("x", "A" * 64, "é"):
            assert member.get(f"/intake/seat/{address}").status_code == 410

    def test_forgets_the_place_when_the_member_leaves(self, house, ana_and_noa):
        ana = house.person(ana_and_noa, "Ana")
        seated = house.seated(house.visitor("ines"), ana_and_noa, ana)

        seated.get("/intake/leave")

        assert seated.get(CHOICES).status_code == 410

    def test_is_started_only_by_the_clinician_who_treats_them(self, house, ana_and_noa):
        ana = house.person(ana_and_noa, "Ana")
        url = house.page(ana_and_noa, ana, "/hand-over")

        assert house.visitor("joao").post(url).status_code == 404
        assert house.visitor("marta").post(url).status_code == 403


class TestWithdrawal:
    @pytest.mark.requirement("INT-07", "INT-08")
    def test_takes_the_same_steps_as_consent_and_asks_no_reason(self, house, ana_and_noa):
        ana = house.person(ana_and_noa, "Ana")
        choose(house.seated(house.visitor("ines"), ana_and_noa, ana), YES)

        seated = house.seated(house.visitor("ines"), ana_and_noa, ana)
        page = seated.get(CHOICES).text
        choose(seated, NO)

        assert "Now: yes, until 23 November 2027." in page
        assert "<textarea" not in page
        assert "reason" not in page.casefold()
        assert not permitted(house, ana)
        assert house.told(ConsentChanged)[-1].permitted is False

    @pytest.mark.requirement("INT-07")
    def test_keeps_the_proof_of_what_was_permitted_before(self, house, ana_and_noa):
        ana = house.person(ana_and_noa, "Ana")
        answered(house, ana)
        choose(house.seated(house.visitor("ines"), ana_and_noa, ana), NO)

        states = [row.state for row in ledger(house, ana) if row.purpose == "checkin.email"]

        assert states == [State.GIVEN, State.WITHDRAWN]

    @pytest.mark.requirement("INT-06")
    def test_is_not_needed_once_a_year_is_over(self, house, ana_and_noa):
        ana = house.person(ana_and_noa, "Ana")
        answered(house, ana)

        house.clock.at = house.clock.at.replace(year=2027)

        assert not permitted(house, ana)


class TestStopLink:
    def stop(self, house, person_id, **more):
        event = ChannelChanged(
            clinic_id=house.clinic,
            occurred_at=more.get("at", house.clock.now()),
            person_id=person_id,
            channel=Channel.EMAIL,
            permitted=more.get("permitted", False),
            version=1,
        )
        with house.work() as work:
            handlers.on_channel_changed(work, event)

    @pytest.mark.requirement("INT-08", "INT-14")
    def test_is_kept_as_a_withdrawal_and_told(self, house, ana_and_noa):
        ana = house.person(ana_and_noa, "Ana")
        answered(house, ana)

        self.stop(house, ana)

        last = ledger(house, ana)[-1]
        assert (last.state, last.method) == (State.WITHDRAWN, Method.STOP_LINK)
        assert house.told(ConsentChanged)[-1].permitted is False

    @pytest.mark.requirement("PLT-14")
    def test_told_twice_is_kept_once(self, house, ana_and_noa):
        ana = house.person(ana_and_noa, "Ana")
        answered(house, ana)

        self.stop(house, ana)
        self.stop(house, ana)

        assert len(ledger(house, ana)) == 3

    @pytest.mark.requirement("INT-14")
    def test_can_only_stop(self, house, ana_and_noa):
        ana = house.person(ana_and_noa, "Ana")
        answered(house, ana)
        self.stop(house, ana)

        self.stop(house, ana, permitted=True)

        assert not permitted(house, ana)

    def test_opened_again_by_staff_takes_nothing_away(self, house, ana_and_noa):
        ana = house.person(ana_and_noa, "Ana")
        answered(house, ana)

        self.stop(house, ana, permitted=True)

        assert permitted(house, ana)
        assert len(ledger(house, ana)) == 2

    def test_heard_late_does_not_undo_what_was_said_after_it(self, house, ana_and_noa):
        ana, stopped_at = house.person(ana_and_noa, "Ana"), house.clock.now()
        house.clock.pass_by(hours=1)
        answered(house, ana)

        self.stop(house, ana, at=stopped_at)

        assert permitted(house, ana)


class TestReports:
    @pytest.mark.requirement("RPT-01")
    def test_count_an_episode_only_while_everyone_permits_it(self, house):
        three = house.open("Ana", "Noa", "Kim")
        people_ids = [house.person(three, name) for name in ("Ana", "Noa", "Kim")]

        for person_id in people_ids[:2]:
            answered(house, person_id)
        before = house.told(ContributionChanged)
        answered(house, people_ids[2])
        choose(house.seated(house.visitor("ines"), three, people_ids[0]), NO)

        told = house.told(ContributionChanged)
        assert before == []
        assert [(event.permitted, event.revision) for event in told] == [(True, 1), (False, 2)]
        assert {event.episode_id for event in told} == {three.episode_id}

    def test_do_not_count_it_from_the_moment_that_someone_joins(self, house, ana_and_noa):
        for name in ("Ana", "Noa"):
            answered(house, house.person(ana_and_noa, name))

        with house.work() as work:
            people.add_member(
                work,
                relationship_id=ana_and_noa.id,
                member=NewMember(details=Details(name="Kim", zone="UTC")),
                now=house.clock.now(),
            )

        assert house.told(ContributionChanged)[-1].permitted is False

    @pytest.mark.requirement("INT-06")
    def test_hear_when_a_permission_ends_by_itself(self, house, ana_and_noa):
        for name in ("Ana", "Noa"):
            answered(house, house.person(ana_and_noa, name))
        [job] = [one for one in house.service.jobs if one.name == "contributions"]

        early = job.run()
        house.clock.at = house.clock.at.replace(year=2027)
        late, again = job.run(), job.run()

        assert (early, late, again) == (0, 1, 0)
        assert house.told(ContributionChanged)[-1].permitted is False

    @pytest.mark.requirement("INT-05")
    def test_hear_when_a_new_release_brings_a_text_that_ends_what_was_permitted(self, house):
        """What was kept under an earlier text, by a release that did not know of this one."""
        [older, newer] = [house.open("Ana", "Noa") for _ in range(2)]
        for name in ("Ana", "Noa"):
            answered(house, house.person(newer, name))
            permits_by_an_earlier_text(house, older, house.person(older, name))
        jobs = {one.name: one for one in house.service.jobs}

        by_itself, looked_at, again = (jobs[it].run() for it in ("contributions", "texts", "texts"))

        assert (by_itself, looked_at, again) == (0, 2, 0)
        ended = [one for one in house.told(ContributionChanged) if not one.permitted]
        assert [one.episode_id for one in ended] == [older.episode_id]


def permits_by_an_earlier_text(house, relationship, person_id):
    """Keep a yes to the text before the first that is known here, and count the relationship."""
    now = house.clock.now()
    text = text_in_force(domain.TEXTS, "report.aggregate", "en", now)
    until = now.replace(year=now.year + 1)
    with house.work() as work:
        append(
            work,
            ConsentRevision,
            clinic_id=house.clinic,
            person_id=person_id,
            purpose="report.aggregate",
            text=replace(text, version=0),
            act=Act(state=State.GIVEN, decided_at=now, valid_from=now, valid_until=until),
            evidence=Evidence(method=Method.ON_PAPER, setting=Setting.ALONE_AT_CLINIC),
            now=now,
        )
        found = work.get(Relationship, house.clinic, relationship.id)
        people.settle_contribution(work, relationship=found, permitted_until=until, now=now)


class TestClinicianPage:
    @pytest.mark.requirement("INT-03")
    def test_keeps_an_answer_on_paper_with_its_evidence(self, house, ana_and_noa):
        ana = house.person(ana_and_noa, "Ana")

        write_down(house.visitor("ines"), house.page(ana_and_noa, ana, "/consent"))

        [row] = ledger(house, ana)
        assert (row.method, row.setting) == (Method.ON_PAPER, Setting.ALONE_AT_CLINIC)
        assert row.recorded_by == row.witnessed_by == house.staff["ines"]
        assert (row.template, row.text_version, row.locale) == ("checkin.email", 1, "en")
        assert permitted(house, ana)

    @pytest.mark.parametrize(
        "change", [{"method": "on_screen"}, {"setting": "alone_by_link"}, {"answer": ""}]
    )
    def test_keeps_nothing_that_was_not_said_to_staff(self, house, ana_and_noa, change):
        ana = house.person(ana_and_noa, "Ana")

        answer = write_down(house.visitor("ines"), house.page(ana_and_noa, ana, "/consent"), change)

        assert answer.status_code == 422
        assert ledger(house, ana) == []

    @pytest.mark.requirement("INT-10")
    def test_is_for_the_treating_clinician_alone(self, house, ana_and_noa):
        url = house.page(ana_and_noa, house.person(ana_and_noa, "Ana"), "/consent")

        statuses = {
            name: house.visitor(name).get(url).status_code
            for name in ("ines", "joao", "marta", "rui")
        }

        assert statuses == {"ines": 200, "joao": 404, "marta": 403, "rui": 403}

    @pytest.mark.requirement("INT-10")
    def test_no_page_of_others_differs_by_what_someone_said(self, house, ana_and_noa):
        admin, ana = house.visitor("marta"), house.person(ana_and_noa, "Ana")
        before = admin.get(house.page(ana_and_noa)).text
        answered(house, ana)

        assert without_tokens(admin.get(house.page(ana_and_noa)).text) == without_tokens(before)

    @pytest.mark.requirement("INT-01")
    def test_the_page_of_all_members_does_not_tell_a_no_from_never_asked(self, house, ana_and_noa):
        clinician, ana = house.visitor("ines"), house.person(ana_and_noa, "Ana")
        before = clinician.get(house.page(ana_and_noa)).text
        write_down(clinician, house.page(ana_and_noa, ana, "/consent"), {"answer": "no"})
        clinician.get(house.page(ana_and_noa, ana, "/consent"))

        after = clinician.get(house.page(ana_and_noa)).text

        assert without_tokens(after) == without_tokens(before)


class TestLedger:
    @pytest.mark.requirement("INT-04")
    def test_keeps_every_text_that_was_shown_under_its_hash(self, house, ana_and_noa):
        ana = house.person(ana_and_noa, "Ana")
        answered(house, ana)

        with house.service.store.engine.connect() as connection:
            kept = dict(connection.execute(sql("SELECT hash, canonical FROM consent_text")).all())

        texts = {text.hash: text.canonical() for text in domain.TEXTS}
        assert {row.text_hash for row in ledger(house, ana)} == set(kept)
        assert all(texts[found] == canonical for found, canonical in kept.items())

    @pytest.mark.requirement("INT-03")
    @pytest.mark.parametrize(
        "change",
        ["state = 'withdrawn'", "valid_until = valid_from", "setting = 'alone_by_phone'"],
    )
    def test_shows_where_it_was_changed(self, house, ana_and_noa, change):
        ana = house.person(ana_and_noa, "Ana")
        answered(house, ana)
        whole = first_break(ledger(house, ana))

        with house.service.store.engine.begin() as connection:
            connection.execute(sql(f"UPDATE consent_revision SET {change} WHERE position = 2"))

        assert whole is None
        assert first_break(ledger(house, ana)) == 2

    @pytest.mark.requirement("INT-03")
    def test_that_was_changed_is_given_out_no_more_and_says_so(self, house, ana_and_noa):
        ana, ines = house.person(ana_and_noa, "Ana"), house.visitor("ines")
        answered(house, ana)
        own = house.page(ana_and_noa, ana, "/consent")
        with house.service.store.engine.begin() as connection:
            connection.execute(sql("UPDATE consent_revision SET state = 'refused'"))

        pages = [ines.get(own), ines.get(f"{own}/why")]
        given_out = [ines.post(f"{own}/receipt")] + [
            ines.get(f"{own.replace('/intake/', '/intake/api/', 1)}{more}")
            for more in ("", "/receipts", "/fhir")
        ]

        assert [page.status_code for page in pages] == [200, 200]
        assert all("Entry 1 is not as it was kept" in page.text for page in pages)
        assert [answer.status_code for answer in given_out] == [409] * 4

    def test_keeps_persons_apart(self, house, ana_and_noa):
        ana, noa = house.person(ana_and_noa, "Ana"), house.person(ana_and_noa, "Noa")
        answered(house, ana)
        answered(house, noa)

        assert [row.position for row in ledger(house, ana)] == [1, 2]
        assert ledger(house, noa)[0].previous_hash == "0" * 64

    def test_of_another_clinic_takes_no_answer(self, house, ana_and_noa):
        ana = house.person(ana_and_noa, "Ana")

        with pytest.raises(NotFound), house.work() as work:
            usecases.answer(
                work,
                clinic_id=house.hill,
                person_id=ana,
                answers={Purpose.CHECKIN_EMAIL: True},
                now=house.clock.now(),
            )


def without_tokens(page: str) -> str:
    """Return a page without what is drawn anew at each visit."""
    lines = page.splitlines()
    return "\n".join(line for line in lines if "csrf" not in line.casefold())
