"""The progress log: equal space, nothing lost, nobody ranked."""

import re
from datetime import date, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.sessions.records import domain
from services.sessions.records.domain import Part
from shared.auth.actors import Role
from shared.contracts.sessions import SessionRecorded
from shared.contracts.words import RelationshipState
from tests.sessions.house import COLLEAGUE

pytestmark = pytest.mark.left_to_the_build("going through all of sessions")

WORDS = {"behaviour": "Asked twice", "impact": "Felt heard", "wish": "A pause", "next_step": "Tea"}


def form_of(about, **typed):
    """Return what a clinician types: the same words for every member unless told otherwise."""
    full = {"happened_on": "2026-03-02", "kind": "session"}
    full |= {f"{part}-{one}": f"{text}." for one in about.people for part, text in WORDS.items()}
    return full | typed


def write(clinician, about, **typed):
    return clinician.post(f"/relationships/{about.id}/entries/new", form_of(about, **typed))


def entry_id_on(page):
    return re.search(r"/entries/([0-9a-f-]{36})/correct", page)[1]


class TestWriting:
    @pytest.mark.requirement("REC-06")
    @pytest.mark.parametrize("names", [("Alder", "Birch"), ("Rowan", "Sorrel", "Thyme")])
    def test_the_form_gives_every_member_the_same_parts_in_the_same_order(
        self, house, clinician, names
    ):
        about = house.relationship(*names)

        page = clinician.get(f"/relationships/{about.id}/entries/new").text
        fields = re.findall(r'<textarea[^>]*name="(\w+)-([0-9a-f-]{36})" rows="(\d+)"', page)

        columns = [fields[at : at + 4] for at in range(0, len(fields), 4)]
        assert len(columns) == len(names)
        assert {tuple(part for part, _, _ in column) for column in columns} == {tuple(Part)}
        assert len({rows for _, _, rows in fields}) == 1

    @pytest.mark.requirement("REC-06")
    def test_the_form_has_no_field_for_a_score_a_severity_or_a_diagnosis(
        self, house, pair, clinician
    ):
        page = clinician.get(f"/relationships/{pair.id}/entries/new").text

        names = set(re.findall(r'<(?:input|select|textarea)[^>]* name="([a-z_]+)', page))
        assert names == {"csrf_token", "happened_on", "kind", "entry_id", *Part}

    def test_an_entry_shows_in_the_course_and_is_told_without_its_words(
        self, house, pair, clinician
    ):
        assert write(clinician, pair).status_code == 302

        page = clinician.get(f"/relationships/{pair.id}").text
        [told] = house.told(SessionRecorded)
        assert page.count("Asked twice.") == 2
        assert told.relationship_id == pair.id
        assert str(told.entry_id) in page

    def test_an_entry_about_the_time_between_sessions_tells_no_session(
        self, house, pair, clinician
    ):
        write(clinician, pair, kind="between")

        assert house.told(SessionRecorded) == []

    def test_sending_the_same_form_twice_keeps_one_entry(self, house, pair, clinician):
        once = str(uuid4())
        write(clinician, pair, entry_id=once)
        write(clinician, pair, entry_id=once)

        assert clinician.get(f"/relationships/{pair.id}").text.count("Asked twice.") == 2
        assert len(house.told(SessionRecorded)) == 1

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            ({"happened_on": "2026-03-09"}, "This day lies ahead"),
            ({"happened_on": "soon"}, "This is not a day"),
            ({"wish": "x" * 4_001}, "4,000 characters"),
        ],
    )
    def test_what_does_not_fit_comes_back_with_everything_that_was_typed(
        self, house, pair, clinician, wrong, said
    ):
        typed = {f"wish-{pair.people[0]}": wrong.pop("wish")} if "wish" in wrong else wrong

        answer = write(clinician, pair, **typed)

        assert answer.status_code == 422
        assert said in answer.text
        assert answer.text.count("Asked twice.") == 2
        assert clinician.get(f"/relationships/{pair.id}").text.count("Asked twice.") == 0

    def test_an_empty_entry_is_not_kept(self, house, pair, clinician):
        empty = {f"{part}-{one}": "  " for one in pair.people for part in Part}

        answer = write(clinician, pair, **empty)

        assert answer.status_code == 422
        assert "Write at least one line" in answer.text

    def test_nobody_else_writes_into_the_log(self, house, pair):
        stranger = house.visitor(staff_id=COLLEAGUE)

        assert write(stranger, pair).status_code == 404
        assert house.told(SessionRecorded) == []


class TestCorrecting:
    @pytest.fixture
    def entry(self, pair, clinician):
        write(clinician, pair)
        return entry_id_on(clinician.get(f"/relationships/{pair.id}").text)

    def correct(self, visitor, about, entry, **typed):
        address = f"/relationships/{about.id}/entries/{entry}/correct"
        return visitor.post(address, form_of(about, **{"seen": "1", "reason": "Mixed up", **typed}))

    @pytest.mark.requirement("REC-07")
    def test_the_earlier_version_stays_with_reason_and_time(self, house, pair, clinician, entry):
        house.clock.move(timedelta(days=1, hours=2))
        answer = self.correct(clinician, pair, entry, **{f"wish-{pair.people[0]}": "A walk"})
        assert answer.status_code == 302

        course = clinician.get(f"/relationships/{pair.id}").text
        history = clinician.get(f"/relationships/{pair.id}/entries/{entry}/versions").text
        assert course.count("A walk") == 1
        assert course.count("A pause.") == 1
        assert history.count("A pause.") == 3
        assert "Mixed up" in history
        assert "3 March 2026, 11:00" in history
        assert "2 March 2026, 09:00" in history

    @pytest.mark.requirement("REC-07")
    def test_earlier_versions_are_for_the_author_and_for_auditors(
        self, house, pair, clinician, entry
    ):
        self.correct(clinician, pair, entry)
        house.changed(pair, clinician=COLLEAGUE)
        house.settle()
        address = f"/relationships/{pair.id}/entries/{entry}/versions"

        assert clinician.get(address).status_code == 200
        assert house.visitor(Role.AUDITOR, uuid4()).get(address).status_code == 200
        assert house.visitor(staff_id=COLLEAGUE).get(address).status_code == 404
        assert house.visitor(Role.SUPERVISOR).get(address).status_code == 403

    def test_a_correction_needs_a_reason_and_loses_nothing_that_was_typed(
        self, house, pair, clinician, entry
    ):
        typed = {f"wish-{pair.people[0]}": "A walk", "reason": " "}

        answer = self.correct(clinician, pair, entry, **typed)

        assert answer.status_code == 422
        assert "Say in a few words why" in answer.text
        assert "A walk" in answer.text

    def test_two_corrections_of_the_same_version_do_not_both_count(
        self, house, pair, clinician, entry
    ):
        self.correct(clinician, pair, entry)

        answer = self.correct(clinician, pair, entry, **{f"wish-{pair.people[0]}": "A walk"})

        assert answer.status_code == 409
        assert "A walk" in answer.text
        assert "A walk" not in clinician.get(f"/relationships/{pair.id}").text


class TestTheCourse:
    @pytest.mark.requirement("REC-03")
    def test_the_total_counts_what_is_shown_and_nothing_else(self, house, pair, clinician):
        other = house.relationship("Elm", "Fir")
        for about in (pair, other):
            house.form(about, about.people[0])
            house.message(about, about.people[1])
        house.settle()
        write(clinician, pair)

        page = clinician.get(f"/relationships/{pair.id}").text

        shown = page.count('class="sessions-line') + page.count("<article")
        assert shown == 3
        assert "3 items in 1 week" in page

    def test_weeks_begin_on_monday_where_the_clinic_is(self, tmp_path, house, clinician):
        house.register(zone="Pacific/Auckland")
        house.settle()
        about = house.relationship("Alder", "Birch")
        house.clock.at = house.clock.at.replace(day=8, hour=22)
        house.form(about, about.people[0])
        house.settle()

        page = clinician.get(f"/relationships/{about.id}").text

        assert 'id="week-2026-03-09"' in page

    @given(
        st.lists(st.dates(date(2025, 12, 1), date(2026, 3, 1)), max_size=40),
    )
    def test_every_day_is_in_exactly_one_week_that_holds_it(self, days):
        weeks = domain.by_week((day, day) for day in days)

        assert sorted(day for week in weeks.values() for day in week) == sorted(days)
        assert all(
            monday.weekday() == 0 and 0 <= (day - monday).days < 7
            for monday, week in weeks.items()
            for day in week
        )
        assert list(weeks) == sorted(weeks, reverse=True)


class TestForPrograms:
    def body(self, about):
        members = [{"person_id": str(one), **WORDS} for one in about.people]
        return {"happened_on": "2026-03-02", "members": members}

    def send(self, clinician, about, body):
        return clinician.browser.post(
            f"/api/relationships/{about.id}/entries",
            json=body,
            headers={"X-CSRFToken": clinician.form_token()},
        )

    @pytest.mark.requirement("REC-03")
    def test_a_written_entry_is_listed_with_the_total_of_what_is_listed(
        self, house, pair, clinician
    ):
        assert self.send(clinician, pair, self.body(pair)).status_code == 201

        log = clinician.get(f"/api/relationships/{pair.id}/entries").json
        assert log["total"] == len(log["entries"]) == 1
        assert [one["wish"] for one in log["entries"][0]["members"]] == ["A pause", "A pause"]

    @pytest.mark.parametrize(
        "spoil",
        [
            {"happened_on": None},
            {"members": []},
            {"members": [{"person_id": str(uuid4()), "wish": "x"}]},
            {"happened_on": "2027-01-01"},
            {"kind": "other"},
        ],
    )
    def test_what_does_not_fit_is_told_in_a_sentence(self, house, pair, clinician, spoil):
        answer = self.send(clinician, pair, self.body(pair) | spoil)

        assert answer.status_code == 422
        assert answer.content_type == "application/problem+json"
        assert "." in str(answer.json.get("detail") or answer.json["errors"])

    def test_a_relationship_of_someone_else_is_not_there(self, house, pair):
        stranger = house.visitor(staff_id=COLLEAGUE)

        answer = stranger.get(f"/api/relationships/{pair.id}/entries")

        assert answer.status_code == 404
        assert answer.json["detail"].startswith("There is nothing at this address")


class TestInCareApart:
    def test_an_entry_is_about_one_of_them(self, house, pair, clinician):
        first, second = pair.people
        house.changed(pair, state=RelationshipState.APART)
        house.settle()
        alone = {f"behaviour-{first}": "slept badly", f"behaviour-{second}": ""}
        both = {f"behaviour-{first}": "slept badly", f"behaviour-{second}": "slept well"}

        refused = clinician.post(f"/relationships/{pair.id}/entries/new", {**DAY, **both})
        kept = clinician.post(f"/relationships/{pair.id}/entries/new", {**DAY, **alone})

        assert refused.status_code == 422
        assert "Write an entry for each of them alone." in refused.text
        assert kept.status_code == 302
        assert "slept badly" in clinician.get(f"/relationships/{pair.id}").text


DAY = {"kind": "session", "happened_on": "2026-03-02"}
