"""One's own account: password, where one is signed in, and showing again that it is oneself."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import delete, select, update

from services.intake.directory.models import StaffSeen
from shared.audit import audit_entry
from shared.contracts.intake import SignInEnded
from shared.keys import HOUSE
from tests.intake.conftest import MONDAY, PASSWORD, STAFF_HOST, House
from tests.visitors import Visitor

pytestmark = pytest.mark.left_to_the_build("going through all of intake")

OWN = "four words of my own"


def acts(house: House, clinic_id) -> list[tuple[str, str, str]]:
    """Return what stands in a chain about visits and set-up: (act, table, outcome)."""
    with house.service.store.engine.connect() as connection:
        rows = connection.execute(
            select(audit_entry)
            .where(audit_entry.c.clinic_id == clinic_id, audit_entry.c.subject_kind == "staff")
            .order_by(audit_entry.c.position)
        ).all()
    return [(row.act, row.what, row.outcome) for row in rows]


class TestWhereOneIsSignedIn:
    def test_is_listed_with_the_role_and_how_long_ago(self, house):
        house.visitor("joao")
        house.wall_clock.pass_by(minutes=7)
        here = house.visitor("joao")

        page = words(here.get("/intake/account").text)

        assert "Clinician This browser Harbour Street Signed in just now, last seen now" in page
        assert "Clinician Harbour Street Signed in 7 minutes ago, last seen 7 minutes ago" in page

    def test_shows_nobody_elses(self, house):
        house.visitor("ines")

        assert house.visitor("joao").get("/intake/account").text.count("Signed in ") == 1

    def test_leaves_out_what_is_over(self, house):
        house.visitor("joao")
        house.wall_clock.pass_by(minutes=26)

        assert house.visitor("joao").get("/intake/account").text.count("Signed in ") == 1

    @pytest.mark.requirement("PLT-21")
    @pytest.mark.parametrize(
        "other", [update(StaffSeen).values(seen_at=MONDAY - timedelta(days=9)), delete(StaffSeen)]
    )
    def test_is_decided_by_nothing_that_a_renewal_notes(self, house, other):
        visitor = house.visitor("ines")
        assert visitor.get("/intake/session/renew").status_code == 303
        with house.service.store.engine.begin() as connection:
            assert connection.execute(other).rowcount == 1

        page = visitor.get("/intake/relationships")
        renewed = visitor.get("/intake/session/renew?next=/intake/relationships")

        assert page.status_code == 200
        assert renewed.headers["Location"] == "/intake/relationships"

    def test_can_be_ended_one_by_one(self, house):
        other, here = house.visitor("joao"), house.visitor("joao")
        page = here.get("/intake/account").text
        ids = set(re.findall(r'name="sign_in" value="([^"]+)"', page))

        house.wall_clock.pass_by(seconds=1)
        [theirs] = ids - {id_of(here, page)}
        here.post("/intake/account/sign-ins/end", {"sign_in": theirs})

        assert other.get("/intake/relationships").status_code == 303
        assert here.get("/intake/relationships").status_code == 200
        assert [str(event.sign_in_id) for event in house.told(SignInEnded)] == [theirs]

    def test_can_be_ended_everywhere(self, house):
        other, here = house.visitor("joao"), house.visitor("joao")

        answer = here.post("/intake/account/sign-ins/end-all")

        assert answer.headers["Location"] == "/intake/sign-in"
        assert len(house.told(SignInEnded)) == 2
        assert other.get("/intake/relationships").status_code == 303
        assert here.get("/intake/session/renew").headers["Location"].startswith("/intake/sign-in")

    @pytest.mark.parametrize("wanted", ["theirs", "unknown", "nonsense"])
    def test_cannot_be_ended_by_others(self, house, wanted):
        other = house.visitor("ines")
        theirs = id_of(other, other.get("/intake/account").text)
        ids = {"theirs": theirs, "unknown": str(uuid4()), "nonsense": "x"}

        answer = house.visitor("joao").post(
            "/intake/account/sign-ins/end", {"sign_in": ids[wanted]}
        )

        assert answer.status_code == 404
        assert other.get("/intake/relationships").status_code == 200


def id_of(visitor: Visitor, page: str) -> str:
    """Return the id of the sign-in that a page marks as this browser's."""
    own = page.split("This browser")[1]
    return re.search(r'name="sign_in" value="([^"]+)"', own)[1]


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


class TestAPassword:
    @pytest.mark.parametrize("weak", ["password1234", "Qwertyuiop", "aaaaaaaaaaab", "short"])
    def test_that_is_soon_guessed_is_refused(self, house, weak):
        answer = house.visitor("joao").post(
            "/intake/account/password", {"present": PASSWORD, "password": weak}
        )

        assert answer.status_code == 422
        assert house.visitor("joao")

    def test_may_not_be_the_sign_in_name(self, house):
        name = "tomas.silva@harbour.example"
        admin = house.visitor("marta")
        page = admin.post(
            "/intake/staff/new",
            {"name": "Tomas", "sign_in": name, "postings": f"clinician@{house.clinic}"},
        )
        starting = page.text.split("<code>")[1].split("<")[0]

        answer = Visitor(house.service.app, host=STAFF_HOST).post(
            "/intake/sign-in/own-password",
            {"name": name, "present": starting, "password": name.title()},
        )

        assert answer.status_code == 422
        assert "not your sign-in name" in answer.text

    def test_of_plain_words_is_taken_and_ends_every_other_sign_in(self, house):
        other, here = house.visitor("joao"), house.visitor("joao")

        answer = here.post("/intake/account/password", {"present": PASSWORD, "password": OWN})

        assert answer.status_code == 303
        assert other.get("/intake/relationships").status_code == 303
        assert here.get("/intake/relationships").status_code == 200


class TestShowingThatItIsOneself:
    @pytest.fixture
    def admin(self, house) -> Visitor:
        """An admin who signed in eleven minutes ago, and renewed since."""
        visitor = house.visitor("marta")
        house.wall_clock.pass_by(minutes=6)
        visitor.get("/intake/setup")
        house.wall_clock.pass_by(minutes=5)
        visitor.get("/intake/session/renew")
        assert visitor.get("/intake/staff").status_code == 200
        return visitor

    def proved(self, admin: Visitor, url: str, page: str, password: str):
        """Send the page that waits, with a password."""
        typed = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page)
        form = {name: text for name, text in typed if name != "csrf_token"}
        return admin.post(url, {**form, "proof_password": password})

    def test_is_asked_before_roles_change_and_nothing_typed_is_lost(self, house, admin):
        url = f"/intake/staff/{house.staff['joao']}"

        page = admin.post(url, {"postings": f"duty@{house.clinic}"})
        assert page.status_code == 401
        assert "Please show that it is you" in page.text
        assert "Clinician at Harbour Street" in admin.get("/intake/staff").text

        wrong = self.proved(admin, url, page.text, "not this one")
        assert wrong.status_code == 401
        done = self.proved(admin, url, wrong.text, PASSWORD)

        assert done.status_code == 303
        assert "Duty at Harbour Street" in admin.get("/intake/staff").text

    def test_is_good_for_ten_minutes(self, house, admin):
        url = f"/intake/staff/{house.staff['joao']}"
        page = admin.post(url, {"postings": f"duty@{house.clinic}"})
        self.proved(admin, url, page.text, PASSWORD)

        house.wall_clock.pass_by(minutes=9)
        assert admin.post(f"{url}/password").status_code == 200
        house.wall_clock.pass_by(minutes=1)
        assert admin.post(f"{url}/password").status_code == 401

    def test_gives_the_browser_a_new_secret_and_the_earlier_one_is_worth_nothing(self, admin):
        earlier = admin.browser.get_cookie("attune-session", domain="localhost").value

        admin.post("/intake/session/prove", {"proof_password": PASSWORD})
        admin.browser.set_cookie("attune-session", earlier, domain="localhost")

        renewed = admin.get("/intake/session/renew")
        assert renewed.headers["Location"].startswith("/intake/sign-in")

    def test_leads_whoever_wanted_to_look_there_and_back(self, admin):
        asked = admin.get("/intake/account/password").headers["Location"]
        assert asked == "/intake/session/prove?next=/intake/account/password"
        assert "Please show that it is you" in admin.get(asked).text

        answer = admin.post(asked, {"proof_password": PASSWORD})

        assert answer.headers["Location"] == "/intake/account/password"
        assert admin.get("/intake/account/password").status_code == 200

    def test_counts_wrong_tries_like_a_sign_in(self, house, admin):
        for _ in range(3):
            admin.post("/intake/session/prove", {"proof_password": "not this one"})

        assert admin.post("/intake/session/prove", {"proof_password": PASSWORD}).status_code == 401
        house.wall_clock.pass_by(seconds=1)
        assert admin.post("/intake/session/prove", {"proof_password": PASSWORD}).status_code == 303

    def test_passwords_typed_on_a_form_are_not_written_into_the_page(self, admin):
        page = admin.post("/intake/account/password", {"present": PASSWORD, "password": OWN})

        assert page.status_code == 401
        assert PASSWORD not in page.text
        assert OWN not in page.text


class TestTheTrail:
    def test_says_who_came_in_and_went_at_the_clinic_of_the_role(self, house):
        visitor = house.visitor("joao")
        visitor.post("/intake/sign-out")

        assert acts(house, house.clinic)[-2:] == [
            ("signed_in", "staff_session", "done"),
            ("signed_out", "staff_session", "done"),
        ]

    def test_says_who_was_turned_away(self, house):
        typed = {"name": "joao", "password": "not this one"}
        Visitor(house.service.app, host=STAFF_HOST).post("/intake/sign-in", typed)

        assert acts(house, HOUSE)[-1] == ("turned_away", "staff_session", "done")

    def test_says_a_switch_of_role_at_both_places(self, house):
        visitor = house.visitor("ines")
        visitor.post("/intake/role", {"role": "supervisor", "clinic": ""})

        for place in (house.clinic, HOUSE):
            assert acts(house, place)[-1] == ("switched_role", "staff_session", "done")

    @pytest.mark.parametrize(
        ("way", "table"),
        [("", "staff_role"), ("/password", "staff_account"), ("/second-step", "recovery_code")],
    )
    def test_says_what_was_set_up_for_whom(self, house, way, table):
        house.visitor("marta").post(f"/intake/staff/{house.staff['joao']}{way}", {})

        assert ("set_up", table, "done") in acts(house, house.clinic)
