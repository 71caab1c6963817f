"""The clinician sees why, rehearses before anything changes, and keeps only what fits."""

import json
import re
from datetime import time
from hashlib import sha256
from html import unescape

import pytest
from sqlalchemy import text as sql

from services.intake.consent import domain, handlers, queries, usecases
from services.intake.consent.domain import Said
from services.intake.people import usecases as people
from services.intake.people.domain import Contact, Device, Manner, Means, windows_on
from shared.consent.ledger import Evidence, OutOfOrder
from shared.consent.terms import Method, Setting, State
from shared.consent.texts import NotAsShown
from shared.contracts.intake import ConsentChanged, ContributionChanged
from shared.contracts.reminders import ChannelChanged
from shared.contracts.words import Channel
from tests.intake.test_auditing import new_auditor
from tests.intake.test_consent import (
    CHOICES,
    NO,
    ON_PAPER,
    YES,
    answered,
    choose,
    ledger,
    permitted,
    without_tokens,
    write_down,
)

WORDS = re.compile(r"<[^>]+>|\s+")


def words_of(answer):
    """Return what a page says, in one line."""
    return " ".join(WORDS.sub(" ", answer.text).split())


@pytest.fixture
def page(house, ana_and_noa, ana):
    """The address of Ana's page, or of one below it."""
    return lambda more="": house.page(ana_and_noa, ana, f"/consent{more}")


class TestKeeping:
    @pytest.mark.requirement("INT-17")
    def test_takes_nobodys_word_for_someone_else(self, ines, page, house, ana):
        answer = write_down(ines, page(), {"answered_by": "someone"})

        assert answer.status_code == 422
        assert "Nobody can give consent for someone else" in answer.text
        assert ledger(house, ana) == []

    @pytest.mark.requirement("PLT-14")
    def test_keeps_a_page_that_was_sent_twice_once(self, ines, page, house, ana):
        [after] = re.findall(r'name="after" value="(\d+)"', ines.get(page()).text)

        statuses = [ines.post(page(), ON_PAPER | {"after": after}).status_code for _ in range(2)]

        assert statuses == [303, 409]
        assert len(ledger(house, ana)) == 1

    @pytest.mark.requirement("PLT-14")
    def test_refuses_what_was_said_before_what_is_kept(self, house, ana):
        answered(house, ana)
        earlier = house.clock.now().replace(day=1)

        with pytest.raises(OutOfOrder), house.work() as work:
            usecases.answer(
                work,
                clinic_id=house.clinic,
                person_id=ana,
                answers={"checkin.sms": True, "checkin.email": False},
                decided_at=earlier,
                now=house.clock.now(),
            )

        assert len(ledger(house, ana)) == 2

    @pytest.mark.requirement("INT-04")
    def test_refuses_a_text_that_nobody_wrote(self, house, ana):
        said = Said(answers={"checkin.email": True}, shown={"checkin.email": "0" * 64})

        with pytest.raises(NotAsShown), house.work() as work:
            usecases.take_down(
                work,
                clinic_id=house.clinic,
                person_id=ana,
                said=said,
                evidence=Evidence(method=Method.ON_SCREEN, setting=Setting.ALONE_AT_CLINIC),
                now=house.clock.now(),
            )

        assert ledger(house, ana) == []

    @pytest.mark.requirement("INT-04")
    def test_can_show_byte_for_byte_what_was_shown_and_says_when_it_cannot(self, house, ana):
        answered(house, ana)
        row = ledger(house, ana)[0]
        [text] = [one for one in domain.TEXTS if one.hash == row.text_hash]

        with house.work() as work:
            shown = queries.shown_to(work, row)
        with house.service.store.engine.begin() as connection:
            connection.execute(sql("UPDATE consent_text SET canonical = canonical || ' '"))

        assert shown == text.canonical()
        with pytest.raises(NotAsShown), house.work() as work:
            queries.shown_to(work, row)

    @pytest.mark.requirement("INT-04")
    def test_shows_an_auditor_what_a_record_says_was_shown_years_later(self, house, ana):
        answered(house, ana)
        row = ledger(house, ana)[0]
        house.clock.at = house.clock.at.replace(year=2033)

        page = new_auditor(house).get("/intake/consent/texts").text

        [shown] = re.findall(rf'id="t-{row.text_hash}".*?<pre[^>]*>(.*?)</pre>', page, re.DOTALL)
        canonical = unescape(shown)
        assert sha256(canonical.encode()).hexdigest() == row.text_hash
        assert json.loads(canonical)["locale"] == row.locale == "en"
        assert json.loads(canonical)["version"] == row.text_version == 1

    @pytest.mark.requirement("INT-09")
    def test_deletes_nothing_by_a_withdrawal_and_says_what_stops_and_stays(
        self, house, ana_and_noa, ana, ines
    ):
        answered(house, ana)
        seated = house.seated(ines, ana_and_noa, ana)
        shown = words_of(seated.get(CHOICES))
        before = counts(house)

        choose(seated, NO)

        fewer = {name: n for name, n in before.items() if counts(house)[name] < n}
        assert fewer == {}
        assert "If you say no: No more e-mails with a form." in shown
        assert "What stays: What you have sent us before." in shown

    @pytest.mark.requirement("INT-07")
    def test_offers_on_the_seat_what_was_permitted_on_paper(self, house, ana_and_noa, ana, ines):
        write_down(ines, house.page(ana_and_noa, ana, "/consent"), {"purpose": "contact.voicemail"})

        choose(house.seated(ines, ana_and_noa, ana), {"contact.voicemail": "no"})

        assert ledger(house, ana)[-1].state is State.WITHDRAWN

    def test_writes_into_the_trail_who_looked(self, house, ana, ines, page):
        def entries():
            with house.service.store.engine.connect() as connection:
                return connection.execute(sql("SELECT count(*) FROM audit_entry")).scalar_one()

        before = entries()
        ines.get(page("/why"))

        assert entries() > before


def counts(house):
    """Return how many rows each table holds, but those that note who looked, and how often."""
    apart = ("audit_", "staff_", "rate", "seat")
    with house.service.store.engine.connect() as connection:
        names = connection.execute(sql("SELECT name FROM sqlite_master WHERE type = 'table'"))
        return {
            name: connection.execute(sql(f'SELECT count(*) FROM "{name}"')).scalar_one()
            for name in names.scalars()
            if not name.startswith(apart)
        }


@pytest.mark.requirement("INT-17")
class TestPause:
    @pytest.mark.parametrize("why", ["age", "doubt"])
    def test_puts_aside_what_was_permitted_and_takes_no_yes(
        self, house, ana_and_noa, ana, ines, page, why
    ):
        answered(house, ana)

        ines.post(page("/pause"), {"why": why})

        assert not permitted(house, ana)
        assert [event.permitted for event in house.told(ConsentChanged)] == [True] * 2 + [False] * 2
        refused = write_down(ines, page())
        assert refused.status_code == 422
        assert ("those whom your clinic asks" in refused.text) is (why == "age")
        assert ines.post(house.page(ana_and_noa, ana, "/hand-over")).status_code == 422

    def test_still_takes_a_no(self, house, ana, ines, page):
        ines.post(page("/pause"), {"why": "doubt"})

        kept = write_down(ines, page(), {"answer": "no"})

        assert kept.status_code == 303

    def test_brings_nothing_back_once_it_is_settled_but_lets_them_be_asked(
        self, house, ana, ines, page
    ):
        answered(house, ana)
        ines.post(page("/pause"), {"why": "doubt"})

        ines.post(page("/settle"))
        still_nothing = permitted(house, ana)
        write_down(ines, page())

        assert not still_nothing
        assert permitted(house, ana)

    def test_ends_the_counting_of_the_relationship(self, house, ana_and_noa, ana, ines, page):
        for name in ("Ana", "Noa"):
            answered(house, house.person(ana_and_noa, name))

        ines.post(page("/pause"), {"why": "doubt"})

        assert house.told(ContributionChanged)[-1].permitted is False

    def test_of_a_member_at_the_seat_says_nothing_of_its_reason(
        self, house, ana_and_noa, ana, ines, page
    ):
        seated = house.seated(ines, ana_and_noa, ana)
        hidden = dict(re.findall(r'name="(shown\.[\w.]+)" value="(\w+)"', seated.get(CHOICES).text))
        house.visitor("ines").post(page("/pause"), {"why": "doubt"})

        answer = seated.post(CHOICES, {**hidden, **YES})

        assert answer.status_code == 422
        assert "doubt" not in answer.text
        assert ledger(house, ana) == []


class TestReceipt:
    @pytest.mark.requirement("INT-19")
    def test_is_shown_once_and_only_when_the_person_asks(self, house, ana_and_noa, ana, ines):
        plain = choose(house.seated(ines, ana_and_noa, ana), YES)
        seated = house.seated(house.visitor("ines"), ana_and_noa, ana)

        asked = choose(seated, YES | {"receipt": "show"})
        again = seated.get(CHOICES)

        assert plain.status_code == 303
        said = words_of(asked)
        assert "Your receipt" in said
        assert "May we e-mail you a link to a short form?" in said
        assert "You said Yes" in said
        assert "23 November 2027" in said
        assert asked.headers["Clear-Site-Data"] == '"cache", "storage"'
        assert "no-store" in asked.headers["Cache-Control"]
        assert again.status_code == 410
        assert "Ana" not in said

    @pytest.mark.requirement("INT-19")
    def test_is_printed_by_staff_for_one_person_and_kept_nowhere(self, house, ana, ines, page):
        answered(house, ana)
        before = counts(house)

        printed = ines.post(page("/receipt"))

        assert "May we e-mail you a link" in words_of(printed)
        assert counts(house) == before


class TestWhy:
    def test_names_the_deciding_revision_and_text(self, house, ana, ines, page):
        answered(house, ana)

        said = words_of(ines.get(page("/why")))

        row = ledger(house, ana)[0]
        assert "Revision 1 of 23 November 2026 decides" in said
        assert f"checkin.email, version 1, en, {row.text_hash[:12]}" in said
        assert "Nobody has asked them yet, so it is a no." in said

    def test_says_in_which_service_what_goes_on_and_what_it_waits_for(
        self, house, ana_and_noa, ana, ines, page
    ):
        answered(house, ana)
        waiting = words_of(ines.get(page("/why")))
        whole_card(house, ana)

        going = words_of(ines.get(page("/why")))

        assert "Short forms go out by e-mail. It also waits for a contact card" in waiting
        assert "Goes on Reminders: Short forms go out by e-mail." in going
        assert (
            "Reports: The relationship is counted in the next reports. It also waits for" in going
        )

    @pytest.mark.requirement("INT-10")
    @pytest.mark.parametrize("path", ["/why", "/what-if", "/link"])
    def test_is_for_the_treating_clinician_alone(self, house, page, path):
        statuses = {
            name: house.visitor(name).get(page(path)).status_code
            for name in ("ines", "joao", "marta", "rui")
        }

        assert statuses == {"ines": 200, "joao": 404, "marta": 403, "rui": 403}


class TestWhatIf:
    def rehearse(self, ines, page, **how):
        return words_of(ines.get(page("/what-if"), query_string=how))

    def test_of_a_no_says_what_would_stop_and_changes_nothing(self, house, ana, ines, page):
        answered(house, ana)
        whole_card(house, ana)
        before = counts(house)

        said = self.rehearse(ines, page, act="withdraw", purpose="checkin.email")

        assert "Stops Reminders Short forms go out by e-mail." in said
        assert "Sessions New answers come into the course of time." in said
        assert "What was answered before stays in the record." in said
        assert counts(house) == before
        assert permitted(house, ana)

    def test_of_a_yes_says_what_would_start_and_what_would_wait(self, house, ana, ines, page):
        waits = self.rehearse(ines, page, act="give", purpose="checkin.email")
        whole_card(house, ana)
        starts = self.rehearse(ines, page, act="give", purpose="checkin.email")

        assert "Would start, and waits Reminders Short forms go out by e-mail" in waits
        assert "Starts Reminders Short forms go out by e-mail" in starts

    def test_of_a_joint_thing_depends_on_everyone(self, house, ana_and_noa, ana, ines, page):
        alone = self.rehearse(ines, page, act="give", purpose="report.aggregate")
        answered(house, house.person(ana_and_noa, "Noa"))
        together = self.rehearse(ines, page, act="give", purpose="report.aggregate")

        assert "Waits for every other member's own yes" in alone.replace("&#39;", "'")
        assert "Starts Reports The relationship is counted" in together

    @pytest.mark.requirement("INT-06")
    def test_of_a_day_says_what_ends_by_itself(self, house, ana, ines, page):
        answered(house, ana)
        whole_card(house, ana)

        soon = self.rehearse(ines, page, act="wait", day="2026-11-24")
        later = self.rehearse(ines, page, act="wait", day="2027-11-24")

        assert "Nothing stops and nothing starts" in soon
        assert "Stops Reminders Short forms go out by e-mail" in later

    def test_knows_of_a_stop_that_only_the_clinician_opens_again(self, house, ana, ines, page):
        answered(house, ana)
        whole_card(house, ana)
        told(house, ana, permitted=False, version=1)
        stopped = self.rehearse(ines, page, act="give", purpose="checkin.email")

        told(house, ana, permitted=True, version=2)
        told(house, ana, permitted=False, version=1)
        opened = self.rehearse(ines, page, act="give", purpose="checkin.email")

        assert "Waits for you, to open these messages again" in stopped
        assert "Starts Reminders Short forms go out by e-mail" in opened

    def test_knows_of_a_stop_by_someone_who_had_said_no_already(self, house, ana, ines, page):
        answered(house, ana, answers={"checkin.email": False})
        whole_card(house, ana)
        told(house, ana, permitted=False, version=1)

        said = self.rehearse(ines, page, act="give", purpose="checkin.email")

        assert "Waits for you, to open these messages again" in said

    def test_is_confirmed_as_any_answer_is_kept(self, house, ana, ines, page):
        shown = ines.get(page("/what-if"), query_string={"act": "give", "purpose": "checkin.email"})
        hidden = dict(re.findall(r'name="(after|purpose|answer)" value="([\w.]+)"', shown.text))

        kept = ines.post(page(), hidden | {"method": "spoken", "setting": "alone_at_clinic"})

        assert kept.status_code == 303
        assert permitted(house, ana)

    @pytest.mark.parametrize("day", ["", "2020-01-01", "9999-12-31", "2026-11-22"])
    def test_refuses_a_day_that_it_cannot_rehearse(self, ines, page, day):
        said = self.rehearse(ines, page, act="wait", day=day)

        assert "Choose a day from today on, within ten years" in said

    @pytest.mark.parametrize(
        "how",
        [{"act": "x"}, {"act": "give", "purpose": "x"}, {"act": "give", "purpose": "terms.open"}],
    )
    def test_refuses_an_answer_that_nobody_is_asked_for(self, ines, page, how):
        assert "Choose yes or no, and what it would be about" in self.rehearse(ines, page, **how)

    @pytest.mark.requirement("INT-17")
    def test_of_a_yes_that_nobody_may_take_says_so(self, ines, page):
        nobody_on_duty = self.rehearse(ines, page, act="give", purpose="checkin.safety_items")
        ines.post(page("/pause"), {"why": "doubt"})
        in_doubt = self.rehearse(ines, page, act="give", purpose="checkin.email")
        a_no = self.rehearse(ines, page, act="withdraw", purpose="checkin.email")

        assert "Nobody is on duty at this clinic to read these answers" in nobody_on_duty
        assert "There is an open doubt whether this person can decide this now" in in_doubt
        assert "Nothing stops and nothing starts" in a_no

    def test_says_why_something_stops_and_until_when_a_yes_would_hold(self, house, ana, ines, page):
        answered(house, ana)
        whole_card(house, ana)

        a_yes = self.rehearse(ines, page, act="give", purpose="checkin.email")
        a_no = self.rehearse(ines, page, act="withdraw", purpose="checkin.email")
        at_the_end = self.rehearse(ines, page, act="wait", day="2027-11-23")
        too_old = self.rehearse(ines, page, act="wait", day="2027-02-22")

        assert "It would hold until 23 November 2027 at the latest" in a_yes
        assert "go out by e-mail. Because they say no." in a_no
        assert "go out by e-mail. Because their yes has reached its end." in at_the_end
        assert "go out by e-mail. Because it then lacks a contact card that is whole" in too_old

    def test_names_the_days_on_which_something_changes_by_itself(self, house, ana, ines, page):
        none = words_of(ines.get(page("/what-if")))
        answered(house, ana)
        whole_card(house, ana)
        some = words_of(ines.get(page("/what-if")))

        assert "Nothing changes by itself, as things stand." in none
        assert "changes by itself 22 February 2027 23 November 2027" in some


def told(house, person_id, *, permitted, version):
    """Let reminders tell that someone's e-mails were stopped by a link, or opened again."""
    event = ChannelChanged(
        clinic_id=house.clinic,
        occurred_at=house.clock.now(),
        person_id=person_id,
        channel=Channel.EMAIL,
        permitted=permitted,
        version=version,
    )
    with house.work() as work:
        handlers.on_channel_changed(work, event)


def whole_card(house, person_id):
    """Let a person's contact card be whole and confirmed, and the policy noted by them."""
    house.choose_policy()
    house.note_policy(person_id)
    with house.work() as work:
        people.change_contact(
            work,
            clinic_id=house.clinic,
            person_id=person_id,
            contact=Contact(
                email=f"{person_id.hex}@mail.example",
                private=True,
                windows=windows_on(range(7), *HOURS),
                means=frozenset({Means.EMAIL}),
                checked=frozenset({Means.EMAIL}),
                manner=Manner(device=Device.NOBODY),
            ),
            spoken_alone=True,
            now=house.clock.now(),
        )


HOURS = (time(17), time(22))


@pytest.mark.requirement("INT-01")
def test_the_overview_of_all_members_shows_no_answer_of_any(house, ana_and_noa, ana, ines):
    url = house.page(ana_and_noa, None, "/consent")
    before = without_tokens(ines.get(url).text)
    answered(house, ana)

    after = without_tokens(ines.get(url).text)

    assert after == before
    assert "Ana" in after
    assert "Noa" in after


@pytest.mark.requirement("INT-01")
@pytest.mark.parametrize("whose", [["Ana"], ["Noa"], ["Ana", "Noa"]], ids="+".join)
def test_what_ends_soon_is_listed_alike_whoever_permitted_it(house, ana_and_noa, ines, whose):
    for name in whose:
        answered(house, house.person(ana_and_noa, name))
    house.clock.pass_by(days=340)

    everywhere = words_of(ines.get("/intake/consent/endings"))
    here = words_of(ines.get(house.page(ana_and_noa, None, "/consent")))

    assert "Within a month Ana , Noa before 23 November 2027" in everywhere
    assert "Something ends on 23 November 2027. Ask each of them again before, alone." in here
    assert not re.search("E-mails|counted in|Permitted", everywhere + here)


class TestWhoIsNotAskedFromTheStart:
    @pytest.mark.requirement("INT-17")
    @pytest.mark.parametrize("why", ["age", "doubt"])
    def test_waits_when_the_relationship_opens_and_the_others_do_not(self, house, ines, why):
        typed = {"count": "2", "name-1": "Ana", "name-2": "Noa"}
        typed |= {"zone-1": "UTC", "zone-2": "UTC", "not_asked-1": why}

        answer = ines.post("/intake/relationships/new", typed)

        place = answer.headers["Location"]
        page = ines.get(place).text
        said = {name: ines.get(url).text for url, name in re.findall(CONSENT_OF, page)}
        assert "Paused." in said["Ana"]
        assert "Paused." not in said["Noa"]

    @pytest.mark.requirement("INT-17")
    def test_waits_when_they_join_later(self, house, ines, ana_and_noa):
        typed = {"name-1": "Kim", "zone-1": "UTC", "not_asked-1": "doubt"}

        ines.post(house.page(ana_and_noa, None, "/members/new"), typed)

        kim = house.person(ana_and_noa, "Kim")
        assert "Paused." in ines.get(house.page(ana_and_noa, kim, "/consent")).text
        handed = ines.post(house.page(ana_and_noa, kim, "/hand-over"))
        assert handed.status_code == 422

    @pytest.mark.requirement("INT-17")
    def test_is_asked_from_the_age_that_the_clinic_chose(self, house, ines):
        details = {"name": "Harbour Street", "zone": "Europe/Lisbon", "sender": "Harbour"}
        place = f"/intake/setup/clinics/{house.clinic}"
        refused = house.visitor("rui").post(place, details | {"adult_age": "5"})
        house.visitor("rui").post(place, details | {"adult_age": "16"})

        assert "between 14 and 21" in refused.text
        assert "younger than 16" in ines.get("/intake/relationships/new").text


CONSENT_OF = r'href="([^"]+/consent)">Consent<span class="visually-hidden"> of (\w+)'
