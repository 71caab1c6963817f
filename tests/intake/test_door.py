"""Staff sign in, hold one role at a time, and are let out at once."""

from datetime import timedelta

import pytest

from services.intake.directory import domain, usecases
from services.intake.directory.domain import Posting
from shared.auth.actors import Actor, Door, Role
from shared.auth.staff_cookie import cookie_name
from shared.contracts.intake import ClinicRegistered, StaffChanged
from tests.intake.conftest import PASSWORD, STAFF_HOST
from tests.visitors import Visitor


def tried(house, name, password):
    return Visitor(house.service.app, host=STAFF_HOST).post(
        "/intake/sign-in", {"name": name, "password": password}
    )


class TestSignIn:
    def test_opens_the_last_role_and_leads_where_one_wanted_to_go(self, house):
        visitor = Visitor(house.service.app, host=STAFF_HOST)

        answer = visitor.post(
            "/intake/sign-in",
            {"name": " INES ", "password": PASSWORD, "next": "/intake/relationships"},
        )

        assert answer.headers["Location"] == "/intake/relationships"
        assert visitor.get("/intake/relationships").status_code == 200

    def test_never_leads_to_another_site(self, house):
        visitor = Visitor(house.service.app, host=STAFF_HOST)

        answer = visitor.post(
            "/intake/sign-in",
            {"name": "ines", "password": PASSWORD, "next": "//elsewhere.example/"},
        )

        assert answer.headers["Location"] == "/intake/"

    def test_says_the_same_to_a_wrong_name_and_a_wrong_password(self, house):
        unknown, wrong = tried(house, "ines?", "no"), tried(house, "ines", "no")

        assert unknown.status_code == wrong.status_code == 401
        assert "do not open an account" in wrong.text
        assert strip(unknown.text, "ines?") == strip(wrong.text, "ines")

    def test_rests_longer_with_each_wrong_try_even_for_the_right_password(self, house):
        for pause in (0, 0, 1, 2, 4, 8):
            tried(house, "joao", "not this one")
            house.wall_clock.pass_by(seconds=pause)
        house.wall_clock.pass_by(seconds=-1)

        resting = tried(house, "joao", PASSWORD)
        house.wall_clock.pass_by(seconds=1)

        assert resting.status_code == 401
        assert tried(house, "joao", PASSWORD).status_code == 303

    def test_a_starting_password_lets_no_one_in_before_they_choose_their_own(self, house):
        admin = house.visitor("marta")
        page = admin.post(
            "/intake/staff/new",
            {"name": "Tomas", "sign_in": "tomas", "postings": f"clinician@{house.clinic}"},
        )
        password = page.text.split("<code>")[1].split("<")[0]
        visitor = Visitor(house.service.app, host=STAFF_HOST)

        asked = visitor.post("/intake/sign-in", {"name": "tomas", "password": password})
        inside = visitor.get("/intake/relationships")
        chosen = visitor.post(
            "/intake/sign-in/own-password",
            {"name": "tomas", "present": password, "password": "four words of my own"},
        )

        assert "Choose your own password" in asked.text
        assert inside.status_code == 303
        assert chosen.status_code == 303
        assert visitor.get("/intake/relationships").status_code == 200
        assert tried(house, "tomas", password).status_code == 401


def strip(page: str, name: str) -> str:
    """Return a page without what differs from visit to visit."""
    lines = [line for line in page.splitlines() if "csrf" not in line and "nonce" not in line]
    return "\n".join(lines).replace(f'value="{name}"', "")


class TestSession:
    @pytest.mark.requirement("PLT-19")
    def test_renews_without_asking_while_it_is_used(self, house):
        visitor = house.visitor("ines")
        visitor.browser.delete_cookie(
            cookie_name(visitor.settings, "attune-staff"), domain="localhost"
        )

        renewed = visitor.get("/intake/session/renew?next=/intake/relationships")

        assert renewed.headers["Location"] == "/intake/relationships"
        assert visitor.get("/intake/relationships").status_code == 200

    @pytest.mark.requirement("PLT-19")
    def test_is_over_at_once_after_sign_out_also_for_a_copy_of_its_cookies(self, house):
        visitor = house.visitor("ines")
        kept = {
            name: visitor.browser.get_cookie(name, domain="localhost").value
            for name in ("attune-staff", "attune-session")
        }

        visitor.post("/intake/sign-out")
        for name, value in kept.items():
            visitor.browser.set_cookie(name, value, domain="localhost")

        assert visitor.get("/intake/relationships").status_code == 303
        assert "sign-in" in visitor.get("/intake/session/renew").headers["Location"]

    def test_leaves_no_form_of_theirs_to_whoever_comes_next(self, house):
        visitor = house.visitor("ines")
        theirs = visitor.form_token()
        visitor.post("/intake/sign-out")
        assert "You are signed out." in visitor.get("/intake/sign-in").text

        page = visitor.browser.post(
            "/intake/sign-in",
            data={"csrf_token": theirs, "name": "joao", "password": PASSWORD},
            base_url=visitor.base_url,
        )

        assert page.status_code == 400

    @pytest.mark.requirement("PLT-19")
    def test_is_over_at_once_when_roles_change(self, house):
        clinician, admin = house.visitor("joao"), house.visitor("marta")

        admin.post(f"/intake/staff/{house.staff['joao']}", {"postings": f"duty@{house.clinic}"})

        assert clinician.get("/intake/relationships").status_code == 303

    @pytest.mark.requirement("PLT-19")
    @pytest.mark.parametrize(
        ("minutes", "over"), [(5, False), (14, False), (15, True), (-60, True)]
    )
    def test_ends_when_it_was_not_used(self, clock, minutes, over):
        now = clock.now()
        seen = now - timedelta(minutes=minutes)

        ended = domain.session_ended(now + timedelta(hours=1), seen, now)

        assert ended is over


class TestRoles:
    def test_are_switched_with_one_click(self, house):
        visitor = house.visitor("ines")

        answer = visitor.post("/intake/role", {"role": "supervisor", "clinic": ""})

        assert answer.headers["Location"] == "/reports/releases"
        assert visitor.get("/intake/relationships").status_code == 403

    def test_clinician_and_supervisor_are_never_open_together(self, house):
        at_desk, elsewhere = house.visitor("ines"), house.visitor("ines")

        elsewhere.post("/intake/role", {"role": "supervisor", "clinic": ""})

        assert at_desk.get("/intake/relationships").status_code == 303

    def test_of_others_are_not_opened(self, house):
        answer = house.visitor("joao").post("/intake/role", {"role": "supervisor", "clinic": ""})

        assert answer.status_code == 403

    def test_of_the_whole_organization_are_told_to_each_clinic(self, house):
        told = house.told(StaffChanged)

        heard = {event.clinic_id for event in told if event.staff_id == house.staff["ines"]}
        at_hill = [
            event.roles
            for event in told
            if event.staff_id == house.staff["ines"] and event.clinic_id == house.hill
        ]
        assert heard == {house.clinic, house.hill}
        assert at_hill == [(Role.SUPERVISOR,)]

    def test_reach_a_clinic_that_joins_later(self, house):
        admin = house.visitor("rui")

        admin.post(
            "/intake/setup/clinics/new",
            {"name": "Valley", "zone": "Europe/Lisbon", "sender": "Valley"},
        )

        new = house.told(ClinicRegistered)[-1].clinic_id
        heard = {event.staff_id for event in house.told(StaffChanged) if event.clinic_id == new}
        assert heard == {house.staff["ines"], house.staff["rui"]}
        assert "Valley" in admin.get("/intake/setup").text

    def test_cannot_be_given_beyond_ones_own_clinic(self, house):
        admin = house.visitor("marta")

        for posting in (f"clinician@{house.hill}", "supervisor@", "operator@"):
            answer = admin.post(
                "/intake/staff/new", {"name": "X", "sign_in": "x-new", "postings": posting}
            )
            assert answer.status_code == 403

    def test_held_elsewhere_stay_when_an_admin_changes_their_own(self, house):
        with house.work() as work:
            usecases.change_roles(
                work,
                staff_id=house.staff["joao"],
                postings=[Posting(Role.CLINICIAN, house.clinic), Posting(Role.DUTY, house.hill)],
                now=house.clock.now(),
            )

        house.visitor("marta").post(f"/intake/staff/{house.staff['joao']}", {})

        assert "Duty at Hill Practice" in house.visitor("olga").get("/intake/staff").text

    def test_staff_of_other_clinics_are_not_found(self, house):
        olga = house.visitor("olga")

        assert "Joao" not in olga.get("/intake/staff").text
        answer = olga.post(f"/intake/staff/{house.staff['joao']}/password")
        assert answer.status_code == 404


class TestSetUp:
    @pytest.mark.parametrize("word", ["Couples", "Sex care", "LOVE line", "x"])
    def test_refuses_a_sender_that_tells_what_care_it_is(self, house, word):
        answer = house.visitor("marta").post(
            f"/intake/setup/clinics/{house.clinic}",
            {"name": "Harbour", "zone": "Europe/Lisbon", "sender": word},
        )

        assert answer.status_code == 422
        assert "says nothing about the kind of care" in answer.text

    def test_tells_of_changed_details(self, house):
        house.visitor("marta").post(
            f"/intake/setup/clinics/{house.clinic}",
            {"name": "Harbour", "zone": "Europe/Madrid", "sender": "Harbour", "help": "Call."},
        )

        told = [event for event in house.told(ClinicRegistered) if event.clinic_id == house.clinic]
        assert [event.version for event in told] == [1, 2]

    @pytest.mark.requirement("PLT-06")
    def test_another_clinic_is_as_unknown_as_none(self, house):
        marta = house.visitor("marta")

        other = marta.get(f"/intake/setup/clinics/{house.hill}")
        none = marta.get(f"/intake/setup/clinics/{house.organization_id}")

        assert other.status_code == none.status_code == 404


def test_an_operator_is_made_by_command_alone():
    admin = Actor(door=Door.STAFF, role=Role.ORGANIZATION_ADMIN)

    with pytest.raises(domain.RoleElsewhere):
        domain.check_giving(admin.role, (), [Posting(Role.OPERATOR)])
    domain.check_giving(None, (), [Posting(Role.OPERATOR)])
