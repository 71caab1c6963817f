"""Who looked at what: the lines that pages leave, and the pages that show them."""

import re
from uuid import UUID

import pytest

from services.intake.directory import queries as directory_queries
from services.intake.directory import usecases as directory
from services.intake.directory.domain import Posting
from services.intake.people import queries
from shared.audit import Act
from shared.auth.actors import Role
from shared.keys import HOUSE, KeyName, Scope
from tests.intake.conftest import PASSWORD
from tests.trails import break_off, lines, seen
from tests.visitors import Visitor

pytestmark = pytest.mark.left_to_the_build("reading who looked at what")

CARD = {
    "email": "ana@letters.example",
    "means": ["email"],
    "checked": ["email"],
    "private": "yes",
    "device": "nobody",
    "spoken_alone": "yes",
}
HOURS = {"from-0": "18:00", "to-0": "20:00"}


def new_auditor(house) -> Visitor:
    """Return an auditor of the organization, signed in."""
    with house.work() as work:
        directory.register_staff(
            work,
            organization_id=house.organization_id,
            name="Vera of the auditors",
            sign_in="vera",
            password=PASSWORD,
            postings=[Posting(Role.AUDITOR)],
            starting=False,
            now=house.clock.now(),
        )
    return house.visitor("vera")


def with_card(house, relationship):
    """Return Ana, who has a contact card from now on."""
    person_id = house.person(relationship, "Ana")
    house.visitor("ines").post(house.page(relationship, person_id, "/contact"), CARD | HOURS)
    return person_id


@pytest.fixture
def auditor(house) -> Visitor:
    """An auditor of the organization."""
    return new_auditor(house)


@pytest.fixture
def ana(house, ana_and_noa):
    """Ana, with a contact card."""
    return with_card(house, ana_and_noa)


def trail(visitor, **asked):
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    page = visitor.get(f"/intake/audit?{query}")
    assert page.status_code == 200, page.text
    return page.text


class TestReading:
    @pytest.mark.requirement("PLT-15")
    def test_leaves_one_line_that_says_all_of_it(self, house, ana_and_noa, ana):
        store, ines = house.service.store, house.visitor("ines")
        before = len(lines(store, house.clinic))

        ines.get(house.page(ana_and_noa))

        [line] = [one for one in seen(store, house.clinic, ana) if one.position > before]
        assert line.actor == store.keys.known_pseudonym(house.clinic, house.staff["ines"])
        assert (line.act, line.door, line.role) == ("read", "staff", "clinician")
        assert (line.subject_kind, line.what) == ("person", "contact_card")
        assert (line.route, line.purpose, line.outcome) == (
            "intake:people.one",
            "treatment",
            "done",
        )
        assert abs((line.at - house.wall_clock.now()).total_seconds()) < 3600

    @pytest.mark.requirement("PLT-15")
    def test_shows_nothing_while_it_cannot_be_recorded(self, house, ana_and_noa, ana):
        ines = house.visitor("ines")
        break_off(house.service.store)

        answer = ines.get(house.page(ana_and_noa))

        assert answer.status_code == 503
        assert "Nothing is shown or changed while it cannot be recorded." in answer.text
        assert "letters.example" not in answer.text
        assert "Ana" not in answer.text

    @pytest.mark.requirement("PLT-15")
    def test_nothing_is_changed_while_it_cannot_be_recorded(self, house, ana_and_noa, ana):
        ines, page = house.visitor("ines"), house.page(ana_and_noa, ana, "/contact")
        break_off(house.service.store)

        answer = ines.post(page, CARD | HOURS | {"email": "other@letters.example"})

        assert answer.status_code == 503
        with house.work() as work:
            card = queries.cards_of(work, [ana])[ana]
            assert queries.contact_of(work, card).email == "ana@letters.example"

    def test_a_list_that_shows_no_card_opens_none(self, house, ana):
        store, ines = house.service.store, house.visitor("ines")
        before = len(lines(store, house.clinic))

        page = ines.get("/intake/relationships")

        assert "Ana" in page.text
        assert len(lines(store, house.clinic)) == before


class TestTrail:
    def test_shows_the_newest_first_with_the_names_of_staff_and_of_nobody_in_care(
        self, house, ana_and_noa, ana, auditor
    ):
        house.visitor("marta").get(house.page(ana_and_noa))

        page = trail(auditor, clinic=house.clinic)

        assert page.index("Marta of the staff") < page.index("Ines of the staff")
        assert "contact card" in page
        assert "Ana" not in page
        assert "Noa" not in page

    def test_says_who_came_where_nobody_is_known_yet(self, house, auditor):
        page = " ".join(re.sub(r"<[^>]+>", " ", trail(auditor, clinic=HOUSE)).split())

        assert "Someone not signed in - Signed in staff session Vera of the auditors" in page
        assert "obody" not in page

    def test_can_be_asked_by_role_act_day_and_person(self, house, ana_and_noa, ana, auditor):
        house.visitor("marta").get(house.page(ana_and_noa))
        here = {"clinic": house.clinic}

        assert "Ines of the staff" not in trail(auditor, **here, role="clinic_admin")
        assert "Marta of the staff" not in trail(auditor, **here, act="wrote")
        assert "No line fits" in trail(auditor, **here, day="2001-01-01")
        assert "Marta of the staff" not in trail(auditor, **here, who=house.staff["ines"])
        assert "No line fits" in trail(auditor, **here, who=house.staff["olga"])

    def test_goes_on_by_position_and_never_says_how_many_there_are(self, house, auditor):
        for nth in range(60):
            with house.work() as work:
                work.note(Act.SET_UP, clinic_id=house.clinic, what=f"nth {nth}")

        first = trail(auditor, clinic=house.clinic)
        [older] = re.findall(r'href="(/intake/audit\?[^"]*before=\d+[^"]*)"', first)
        second = auditor.get(older.replace("&amp;", "&")).text

        assert first.count('data-label="When"') == 50
        assert 0 < second.count('data-label="When"') < 50

    def test_looking_at_it_leaves_a_line_too(self, house, auditor):
        trail(auditor, clinic=house.clinic)

        line = lines(house.service.store, house.clinic)[-1]
        assert (line.role, line.what, line.purpose) == ("auditor", "audit_entry", "audit")

    def test_a_stranger_in_the_address_makes_no_key(self, house, auditor):
        keys = house.service.store.keys.store
        trail(auditor, clinic=house.clinic)
        before = sum(1 for _ in keys.standing())

        trail(auditor, clinic=house.clinic, who="00000000-0000-7000-8000-000000000001")

        assert sum(1 for _ in keys.standing()) == before

    def test_another_organizations_clinic_is_not_there(self, house, auditor):
        stranger = "00000000-0000-7000-8000-000000000001"

        assert auditor.get(f"/intake/audit?clinic={stranger}").status_code == 404

    @pytest.mark.parametrize("name", ["ines", "marta", "rui"])
    def test_is_closed_to_other_roles(self, house, name):
        assert house.visitor(name).get("/intake/audit").status_code == 403
        assert house.visitor(name).get("/intake/audit/staff").status_code == 403

    def test_leads_the_auditor_to_what_people_were_shown(self, auditor):
        page = auditor.get("/intake/audit").text

        [address] = re.findall(r'href="([^"]+)"[^>]*>\s*What people were shown', page)
        assert auditor.get(address).status_code == 200

    def test_codes_of_staff_lead_to_what_they_did_in_each_service(self, house, ana, auditor):
        page = auditor.get(f"/intake/audit/staff?clinic={house.clinic}").text

        assert re.search(r"Ines of the staff</th>\s*<td[^>]*>[a-z2-7]{4}-[a-z2-7]{4}<", page)
        for service in ("intake", "sessions", "reminders", "reports"):
            asked = f"/{service}/audit?clinic={house.clinic}&amp;who={house.staff['ines']}"
            assert asked in page


class TestWhatBelongsToNoClinic:
    @pytest.fixture
    def stranger(self, house) -> Visitor:
        """Someone of the staff of another organization, who looks at their own account."""
        with house.work() as work:
            other = directory.found_organization(work, name="Elsewhere", now=house.clock.now())
            directory.register_staff(
                work,
                organization_id=other.id,
                name="Xavier of elsewhere",
                sign_in="xavier",
                password=PASSWORD,
                postings=[Posting(Role.ORGANIZATION_ADMIN)],
                starting=False,
                now=house.clock.now(),
            )
        visitor = house.visitor("xavier")
        visitor.get("/intake/account")
        return visitor

    def test_is_read_by_the_auditor_of_the_organization(self, house, auditor):
        page = trail(auditor, clinic=HOUSE)

        assert "No clinic" in page
        assert "Vera of the auditors" in page
        assert "Signed in" in page

    def test_is_about_their_own_staff_and_nobody_elses(self, house, auditor, stranger):
        page = trail(auditor, clinic=HOUSE)

        store = house.service.store
        theirs = {store.keys.known_pseudonym(HOUSE, one) for one in self.staff_of(house)} - {None}
        every = lines(store, HOUSE)[:-1]
        own = [line for line in every if {line.actor, line.subject} & theirs]
        assert 0 < len(own) < len(every)
        assert page.count('data-label="When"') == len(own)

    def test_of_one_of_them_can_be_asked_by_their_code(self, house, auditor, stranger):
        codes = auditor.get(f"/intake/audit/staff?clinic={HOUSE}").text
        asked = re.findall(rf"/intake/audit\?clinic={HOUSE}&amp;who=([0-9a-f-]{{36}})", codes)

        assert {str(one) for one in self.staff_of(house)} == set(asked)
        assert "/sessions/audit?" not in codes.split("<main")[1]
        auditor.get("/intake/account")
        assert "No line fits" not in trail(auditor, clinic=HOUSE, who=self.vera(house))

    def test_looking_at_it_leaves_a_line_there(self, house, auditor):
        trail(auditor, clinic=HOUSE)

        line = lines(house.service.store, HOUSE)[-1]
        assert (line.role, line.what, line.purpose) == ("auditor", "audit_entry", "audit")

    @pytest.mark.parametrize("name", ["marta", "rui", "olga"])
    def test_is_closed_to_other_roles(self, house, name):
        assert house.visitor(name).get(f"/intake/audit?clinic={HOUSE}").status_code == 403

    def staff_of(self, house) -> set[UUID]:
        """Return the ids of the staff of the house, its auditor included."""
        with house.work() as work:
            found = directory_queries.staff_of(work, house.organization_id)
            return {account.id for account, _ in found}

    def vera(self, house) -> UUID:
        """Return the auditor's id."""
        return (self.staff_of(house) - set(house.staff.values())).pop()


@pytest.mark.requirement("REC-10")
class TestAccount:
    def test_lists_who_looked_at_one_persons_data_and_nothing_about_the_partner(
        self, house, ana_and_noa, ana
    ):
        noa = house.person(ana_and_noa, "Noa")
        house.visitor("ines").get(house.page(ana_and_noa, noa, "/contact"))
        about_ana = len(seen(house.service.store, house.clinic, ana))

        page = house.visitor("marta").get(f"/intake/audit/people/{ana}").text

        assert "Ines of the staff" in page
        assert "contact card" in page
        assert "treatment" in page
        assert page.count('data-label="When"') == about_ana
        assert str(noa) not in page
        assert "Noa" not in page

    def test_lists_everything_and_loses_no_line_between_two_pages(self, house, ana):
        for batch in range(0, 504, 6):
            with house.work() as work:
                for nth in range(batch, batch + 6):
                    word = f"nth {nth}"
                    work.note(
                        Act.READ, clinic_id=house.clinic, subject_id=ana, kind="person", what=word
                    )

        marta, words = house.visitor("marta"), re.compile(r"nth \d+")
        first = marta.get(f"/intake/audit/people/{ana}").text
        [older] = re.findall(r'href="(/intake/audit/people/[^"]*until=[^"]+)"', first)
        second = marta.get(older.replace("&amp;", "&")).text

        assert sorted(words.findall(first) + words.findall(second)) == sorted(
            f"nth {nth}" for nth in range(504)
        )
        assert "Older lines" not in second

    def test_goes_on_within_one_moment_of_which_there_are_more_lines_than_a_page_holds(
        self, house, ana
    ):
        with house.work() as work:
            for nth in range(1204):
                work.note(
                    Act.READ,
                    clinic_id=house.clinic,
                    subject_id=ana,
                    kind="person",
                    what=f"nth {nth}",
                )

        marta, found = house.visitor("marta"), []
        address: str | None = f"/intake/audit/people/{ana}"
        while address:
            page = marta.get(address).text
            found.append(re.findall(r"nth \d+", page))
            older = re.findall(r'href="(/intake/audit/people/[^"]*until=[^"]+)"', page)
            address = older[0].replace("&amp;", "&") if older else None

        assert sorted(word for page in found for word in page) == sorted(
            f"nth {nth}" for nth in range(1204)
        )
        assert 1 < len(found) < 5

    def test_is_led_to_from_the_persons_card(self, house, ana_and_noa, ana):
        page = house.visitor("marta").get(house.page(ana_and_noa)).text

        assert f"/intake/audit/people/{ana}" in page
        assert "Who looked" not in house.visitor("ines").get(house.page(ana_and_noa)).text

    def test_knows_nothing_of_people_elsewhere(self, house, ana):
        olga = house.visitor("olga")
        elsewhere, nobody = (
            olga.get(f"/intake/audit/people/{one}").text.split("<main")[1]
            for one in (ana, house.clinic)
        )

        assert "Nothing is noted about this person here" in elsewhere
        assert elsewhere.replace(str(ana), "") == nobody.replace(str(house.clinic), "")

    def test_says_nothing_any_more_about_who_was_erased(self, house, ana):
        house.service.store.keys.destroy(KeyName(house.clinic, Scope.AUDIT, ana))

        page = house.visitor("marta").get(f"/intake/audit/people/{ana}").text
        assert "Nothing is noted about this person here" in page

    def test_is_closed_to_clinicians(self, house, ana):
        assert house.visitor("ines").get(f"/intake/audit/people/{ana}").status_code == 403
