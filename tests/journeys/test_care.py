"""From a first opening to a supervisor's release: one quarter in a small practice."""

import re
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.journeys.world import ON_BOTH, YES_ALONE, Practice, World, register

LISBON = ZoneInfo("Europe/Lisbon")
pytestmark = ON_BOTH


class TestOpening:
    def test_relationships_of_two_and_of_three_come_into_care(self, practice, world):
        practice.open_relationship("Robin", "Amal")
        practice.open_relationship("Noor", "Kim", "Sol")
        world.settle()

        today = practice.clinician.open("/sessions/").text

        assert "2 relationships in your care" in today
        assert all(name in today for name in ("Robin", "Amal", "Noor", "Kim", "Sol"))

    def test_each_member_consents_alone_and_nothing_stays_in_the_browser(self, practice):
        relationship = practice.open_relationship("Robin", "Amal")

        member = practice.consent_alone(relationship, "Robin", **{"report.aggregate": "no"})

        assert "Robin" not in member.text
        assert member.open(f"/intake/relationships/{relationship}").path == "/intake/sign-in"
        page = practice.clinician.open(f"/intake/relationships/{relationship}")
        said = page.follow("Consent of Robin").text
        assert "Permitted E-mails with a short form" in said
        assert "Not permitted Being counted in clinic reports" in said


class TestBetweenSessions:
    @pytest.fixture
    def relationship(self, practice: Practice, world: World) -> str:
        """Two people whose cards are filled in and who permit e-mails."""
        relationship = practice.open_relationship("Robin", "Amal")
        for name in ("Robin", "Amal"):
            practice.fill_in_card(relationship, name, f"{name.lower()}@mail.example")
            practice.consent_alone(relationship, name)
        world.settle()
        return relationship

    def test_a_check_in_comes_when_it_was_planned_and_its_answers_reach_the_clinician(
        self, practice, world, relationship
    ):
        # The clinician sees when the first letters leave
        planned = sorted(first_occasions(practice))
        due_at, person_id = planned[0]
        local = due_at.astimezone(LISBON)
        assert time(17) <= local.time() <= time(22)

        # Nothing comes a minute before, one letter comes when it is time
        world.at(due_at - timedelta(minutes=1))
        assert letters(practice) == []
        world.at(due_at)
        [link] = letters(practice)

        # The member opens it on the members' address and sends it in
        member = world.browser().open(link).press("Start")
        member.press("Send", alone="yes", Q01="7", Q02="8", Q03="", Q04="6", Q33="9", Q19="nothing")
        assert "Thank you" in member.text
        assert world.browser().open(link).status == 410

        # The clinician sees it on the course of time and in this member's own series
        world.settle()
        course = practice.clinician.open(f"/sessions/relationships/{relationship}").text
        assert "Check-in" in course
        series = f"/sessions/relationships/{relationship}/series"
        own = practice.clinician.open(f"{series}/{person_id}")
        assert own.status == 200
        assert re.search(r"\b7\b", own.text)
        [other] = {person for _, person in planned} - {person_id}
        assert not re.search(r"\b8\b", chart_tables(practice.clinician.open(f"{series}/{other}")))

    def test_a_link_stops_the_messages_at_once(self, practice, world, relationship):
        due_at, person_id = min(first_occasions(practice))
        world.at(due_at)
        [link] = letters(practice)

        world.browser().open(f"{link}/stop").press("Stop these messages")
        for _ in range(3):
            world.later(days=7)

        page = practice.clinician.open("/reminders/api/schedules")
        mine = [one for one in page.answer.json()["items"] if one["person_id"] == person_id]
        assert [prompt["state"] for prompt in mine[0]["prompts"]].count("accepted") == 1
        said = [consents(practice, relationship, name) for name in ("Robin", "Amal")]
        stopped = ["No longer permitted E-mails with a short form" in one for one in said]
        assert sorted(stopped) == [False, True]

    def test_an_entry_is_written_and_something_is_tried(self, practice, world, relationship):
        page = practice.clinician.open(f"/sessions/relationships/{relationship}/entries/new")
        wishes = [
            name for form in page.page.forms for name in form.values if name.startswith("wish-")
        ]
        page.press("Keep the entry", kind="session", **{wishes[0]: "One evening without plans."})
        assert "One evening without plans." in page.text

        for name in ("Robin", "Amal"):
            practice.talk_alone(relationship, name)
        world.settle()

        page.open(f"/sessions/relationships/{relationship}/plan/menu")
        page.follow("Ten minutes together").press("Offer it", checked=["fits", "clear"])
        for name in ("Robin", "Amal"):
            page.follow(f"Ask {name}").press("Keep the answer", **YES_ALONE)
        page.press("Release it")

        assert "Being tried" in page.text, page.text


@pytest.mark.left_to_the_build("living through a quarter")
class TestAQuarter:
    def test_a_supervisor_sees_a_release_in_which_small_cells_are_withheld(self, practice, world):
        for names in (("Robin", "Amal"), ("Noor", "Kim", "Sol")):
            relationship = practice.open_relationship(*names)
            for name in names:
                practice.consent_alone(relationship, name)
        supervisor = register(practice.admin, "supervisor", "Jonas Ferreira")
        world.settle()

        # The quarter ends; the services close it, and the release is published
        world.at(datetime(2026, 10, 9, 9, tzinfo=UTC))
        world.later(days=1)
        page = world.first_sign_in("supervisor@harbour.example", supervisor)

        assert page.path == "/reports/releases"
        page.follow("July to September 2026")
        assert page.status == 200
        assert "ithheld" in page.text
        assert not {"Robin", "Amal", "Noor", "Kim", "Sol"} & set(re.findall(r"\w+", page.text))


def first_occasions(practice: Practice) -> list[tuple[datetime, str]]:
    """Return when each member's next letter is due, and whose it is."""
    items = practice.clinician.json("/reminders/api/schedules")["items"]
    return [
        (datetime.fromisoformat(one["next_slots"][0]["due_at"]), one["person_id"])
        for one in items
        if one["next_slots"]
    ]


def consents(practice: Practice, relationship: str, name: str) -> str:
    """Return what the clinician reads about one member's consent."""
    page = practice.clinician.open(f"/intake/relationships/{relationship}")
    return page.follow(f"Consent of {name}").text


def letters(practice: Practice) -> list[str]:
    """Return the links of the letters in the mailbox, newest first."""
    page = practice.clinician.open("/reminders/mailbox")
    return [href for says, href in page.page.links if says == "Open the link"]


def chart_tables(page) -> str:
    """Return the words of a page's tables."""
    return " ".join(re.findall(r"<td[^>]*>([^<]*)</td>", page.answer.text))
