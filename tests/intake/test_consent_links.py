"""A link may only add: empty questions, one answer, and nothing shown that is kept."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import text as sql

from services.intake.consent import domain, queries, usecases
from services.intake.consent.models import ConsentRevision
from services.intake.people import usecases as people
from services.intake.people.domain import Details, NewMember
from shared.consent.ledger import history
from shared.consent.terms import Method, Setting, State
from tests.intake.test_consent import answered, permitted, without_tokens

pytestmark = pytest.mark.left_to_the_build("going through all of intake")

FORM = "/intake/questions"
ADDRESS = re.compile(r"http://127\.0\.0\.1:8000(/intake/a/[\w-]+)")
BOTH = ["checkin.email", "report.aggregate"]


def ask(house, relationship, person_id, *, purposes=BOTH, hours="48"):
    """Let Ines make a link for one person, and return her page."""
    url = house.page(relationship, person_id, "/consent/link")
    return house.visitor("ines").post(url, {"purposes": purposes, "hours": hours})


def link_for(house, relationship, person_id, **how):
    """Return the path of a new link."""
    found = ADDRESS.search(ask(house, relationship, person_id, **how).text)
    assert found
    return found[1]


def opened(house, path):
    """Return a member who has the form open."""
    member = house.member()
    assert member.browser.post(path, base_url=member.base_url).status_code == 303
    return member


def send(member, answers):
    """Send answers with what the page holds, as a browser would."""
    hidden = re.findall(r'name="(shown\.[\w.]+)" value="(\w+)"', member.get(FORM).text)
    return member.post(FORM, {**dict(hidden), **answers})


def said(house, person_id):
    """Return what is kept of a person, in short."""
    with house.work() as work:
        rows = history(work, ConsentRevision, clinic_id=house.clinic, person_id=person_id)
    return [(row.purpose, row.state) for row in rows]


class TestTheLink:
    @pytest.mark.requirement("INT-03")
    def test_takes_a_yes_with_the_evidence_that_it_came_alone_by_link(
        self, house, ana_and_noa, ana
    ):
        member = opened(house, link_for(house, ana_and_noa, ana))

        answer = send(member, {"checkin.email": "yes"})

        assert "Thank you" in answer.text
        with house.work() as work:
            [row] = history(work, ConsentRevision, clinic_id=house.clinic, person_id=ana)
        assert (row.method, row.setting) == (Method.ON_SCREEN, Setting.ALONE_BY_LINK)
        assert row.recorded_by is None
        assert permitted(house, ana)

    @pytest.mark.requirement("INT-07", "INT-08")
    def test_takes_a_withdrawal_in_the_steps_of_a_yes_with_no_reason(self, house, ana_and_noa, ana):
        pages = []
        for answer in ("yes", "no"):
            member = opened(house, link_for(house, ana_and_noa, ana))
            pages.append(without_tokens(member.get(FORM).text))
            send(member, {"checkin.email": answer})

        assert pages[0] == pages[1]
        assert "reason" not in pages[1].casefold()
        assert said(house, ana)[-1] == ("checkin.email", State.WITHDRAWN)

    @pytest.mark.requirement("CHK-07")
    def test_shows_the_same_empty_questions_whatever_is_kept(self, house, ana_and_noa, ana):
        before = without_tokens(opened(house, link_for(house, ana_and_noa, ana)).get(FORM).text)
        answered(house, ana)

        after = without_tokens(opened(house, link_for(house, ana_and_noa, ana)).get(FORM).text)

        assert after == before
        assert not re.search(r"<input[^>]+checked|Now:|Ana|Noa", after)

    @pytest.mark.requirement("CHK-04")
    def test_is_not_spent_by_being_opened_but_by_the_first_answer(self, house, ana_and_noa, ana):
        path = link_for(house, ana_and_noa, ana)
        first, second = opened(house, path), opened(house, path)

        statuses = [send(member, {"checkin.email": "no"}).status_code for member in (first, second)]

        assert statuses == [200, 410]
        assert len(said(house, ana)) == 1

    @pytest.mark.requirement("CHK-03")
    def test_is_kept_as_a_hash_alone_and_names_nobody(self, house, ana_and_noa, ana):
        path = link_for(house, ana_and_noa, ana)
        token = path.rsplit("/", 1)[1]

        with house.service.store.engine.connect() as connection:
            kept = connection.execute(sql("SELECT * FROM consent_link")).all()
            kept += connection.execute(sql("SELECT * FROM consent_request")).all()

        assert token.encode() not in repr(kept).encode()
        assert len(token) >= 27

    @pytest.mark.requirement("CHK-06", "INT-08")
    @pytest.mark.parametrize(
        "ending", ["spent", "over", "made anew", "closed", "left", "paused", "invented"]
    )
    def test_shows_one_closed_page_however_it_ended(self, house, ana_and_noa, ana, ending):
        path = link_for(house, ana_and_noa, ana)
        END[ending](house, ana_and_noa, ana, path)
        path = "/intake/a/" + "x" * 27 if ending == "invented" else path

        answers = [house.member().get(path), house.member().get("/intake/a/never-made")]

        assert [answer.status_code for answer in answers] == [410, 410]
        assert without_tokens(answers[0].text) == without_tokens(answers[1].text)
        assert "This link has closed" in answers[0].text

    @pytest.mark.requirement("INT-14")
    @pytest.mark.parametrize(
        "more",
        [
            {"email": "other@example.org"},
            {"contact.voicemail": "yes"},
            {"checkin.email": "perhaps"},
        ],
    )
    def test_refuses_whole_whatever_was_not_asked(self, house, ana_and_noa, ana, more):
        member = opened(house, link_for(house, ana_and_noa, ana))

        answer = send(member, {"report.aggregate": "yes", **more})

        assert answer.status_code == 422
        assert said(house, ana) == []

    @pytest.mark.requirement("INT-04")
    def test_keeps_nothing_when_the_text_changed_while_it_was_open(self, house, ana_and_noa, ana):
        member = opened(house, link_for(house, ana_and_noa, ana, hours="72"))
        hidden = re.findall(r'name="(shown\.[\w.]+)" value="(\w+)"', member.get(FORM).text)

        forged = member.post(FORM, {**dict(hidden), "shown.checkin.email": "0" * 64, **YES})

        assert forged.status_code == 409
        assert "The text has changed" in forged.text
        assert said(house, ana) == []

    @pytest.mark.requirement("UXA-04")
    def test_asks_in_the_persons_own_language_and_direction(self, house):
        pair = house.open("Ana", "Noa")
        person_id = house.person(pair, "Ana")
        with house.work() as work:
            people.change_details(
                work,
                clinic_id=house.clinic,
                person_id=person_id,
                details=Details(name="Ana", zone="UTC", language="ar"),
                now=house.clock.now(),
            )

        page = opened(house, link_for(house, pair, person_id)).get(FORM).text

        assert '<html lang="ar" dir="rtl"' in page
        assert "Save and close" not in page


YES = {"checkin.email": "yes"}


class TestAsking:
    @pytest.mark.requirement("CHK-14")
    def test_about_feeling_free_needs_someone_on_duty(self, house, ana_and_noa, ana):
        refused = ask(house, ana_and_noa, ana, purposes=["checkin.safety_items"])

        with pytest.raises(domain.NobodyOnDuty), house.work() as work:
            usecases.answer(
                work,
                clinic_id=house.clinic,
                person_id=ana,
                answers={"checkin.safety_items": True},
                now=house.clock.now(),
            )
        assert refused.status_code == 422
        assert "Nobody is on duty" in refused.text

    @pytest.mark.parametrize(("purposes", "hours"), [([], "48"), (BOTH, "3"), (BOTH, "73")])
    def test_needs_a_question_and_a_fitting_time(self, house, ana_and_noa, ana, purposes, hours):
        answer = ask(house, ana_and_noa, ana, purposes=purposes, hours=hours)

        assert answer.status_code == 422

    @pytest.mark.requirement("UXA-04")
    def test_stops_where_there_is_no_text_in_their_language(self, house):
        with house.work() as work:
            pair = people.open_relationship(
                work,
                clinic_id=house.clinic,
                clinician_id=house.staff["ines"],
                members=[
                    NewMember(details=Details(name=name, zone="UTC", language="fi"))
                    for name in ("Aino", "Veikko")
                ],
                now=house.clock.now(),
            )
        aino = house.person(pair, "Aino")

        answer = ask(house, pair, aino)
        page = house.visitor("ines").get(house.page(pair, aino, "/consent"))

        assert "no text in this language yet" in answer.text
        assert "There is no text in this language yet" in page.text

    @pytest.mark.parametrize(("name", "status"), [("joao", 404), ("marta", 403)])
    def test_is_for_the_treating_clinician(self, house, ana_and_noa, ana, name, status):
        url = house.page(ana_and_noa, ana, "/consent/link")

        assert house.visitor(name).get(url).status_code == status
        assert house.visitor(name).post(url, {"purposes": BOTH}).status_code == status


def _spend(house, _relationship, _person, path):
    send(opened(house, path), {"checkin.email": "no"})


def _wait(house, _relationship, _person, _path):
    house.clock.pass_by(hours=48)


def _again(house, relationship, person, _path):
    link_for(house, relationship, person)


def _close(house, relationship, _person, _path):
    with house.work() as work:
        people.close_relationship(work, relationship_id=relationship.id, now=house.clock.now())


def _leave(house, _relationship, person, _path):
    with house.service.store.engine.begin() as connection:
        connection.execute(sql("UPDATE member SET left_at = joined_at"))


def _pause(house, relationship, person, _path):
    url = house.page(relationship, person, "/consent/pause")
    house.visitor("ines").post(url, {"why": "doubt"})


END = {
    "spent": _spend,
    "over": _wait,
    "made anew": _again,
    "closed": _close,
    "left": _leave,
    "paused": _pause,
    "invented": lambda *_: None,
}


@pytest.mark.requirement("CHK-15")
@pytest.mark.parametrize("act", ["nothing", "gave", "withdrew", "refused", "paused", "was asked"])
def test_nothing_that_a_member_sees_by_link_or_seat_depends_on_another(house, act):
    trio = house.open("Ana", "Noa", "Kim")
    ana, noa = house.person(trio, "Ana"), house.person(trio, "Noa")
    untouched = house.open("Ana", "Noa", "Kim")
    ACTS[act](house, trio, ana)
    house.clock.pass_by(minutes=1)

    seen = [
        everything_seen(house, relationship, house.person(relationship, "Noa"))
        for relationship in (trio, untouched)
    ]

    assert noa != house.person(untouched, "Noa")
    assert seen[0] == seen[1]


def everything_seen(house, relationship, person_id):
    """Return every page that a member can see about consent, and what is told of them."""
    path = link_for(house, relationship, person_id)
    member = house.member()
    pages = [member.get(path), member.browser.post(path, base_url=member.base_url)]
    pages += [member.get(FORM), send(member, {"checkin.email": "yes"}), member.get(FORM)]
    seated = house.seated(house.visitor("ines"), relationship, person_id)
    pages += [seated.get("/intake/seat/choices")]
    return [(page.status_code, without_tokens(page.text)) for page in pages]


def _says(permits):
    def act(house, _relationship, person_id):
        for answers in permits:
            with house.work() as work:
                usecases.answer(
                    work,
                    clinic_id=house.clinic,
                    person_id=person_id,
                    answers=dict.fromkeys(BOTH, answers),
                    now=house.clock.now(),
                )

    return act


ACTS = {
    "nothing": lambda *_: None,
    "gave": _says([True]),
    "withdrew": _says([True, False]),
    "refused": _says([False]),
    "paused": lambda house, relationship, person: _pause(house, relationship, person, ""),
    "was asked": lambda house, relationship, person: link_for(house, relationship, person),
}


def test_the_comparison_sees_what_a_member_did_themselves(house, ana_and_noa, ana):
    answered(house, ana)
    seated = house.seated(house.visitor("ines"), ana_and_noa, ana)

    assert "Now: yes" in seated.get("/intake/seat/choices").text


@pytest.mark.requirement("INT-06")
@pytest.mark.parametrize(
    ("left", "notices"),
    [(timedelta(days=31), []), (timedelta(days=30), [False]), (timedelta(days=7), [True])],
)
def test_the_clinician_is_shown_what_ends_a_month_and_a_week_before(
    house, ana_and_noa, ana, left, notices
):
    answered(house, ana)
    house.clock.at = house.clock.at.replace(year=2027) - left

    with house.work() as work:
        ends = queries.endings(work, ana_and_noa, house.clock.now())
    ines = house.visitor("ines")
    page = ines.get("/intake/consent/endings").text
    own = ines.get(house.page(ana_and_noa, ana, "/consent")).text

    assert sorted({one.soon for one in ends}) == notices
    assert ("Ana" in page) is ("Noa" in page) is bool(notices)
    assert own.count("within a month") == 2 * notices.count(False)
    assert own.count("within a week") == 2 * notices.count(True)
