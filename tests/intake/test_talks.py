"""Each member is asked alone; what was said is read by the treating clinician alone."""

import copy
import re
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text as sql

from services.intake.people import usecases as people
from services.intake.people.domain import Details, NewMember
from services.intake.questionnaires.domain import BadPack
from services.intake.screening import domain, queries
from shared.auth.matrix import SHARED, whole_matrix
from shared.contracts.intake import MemberMet
from shared.labels import Label
from tests.contracts.test_contracts import DENIED
from tests.intake.test_questionnaires import without_tokens

SECRET = "a sentence that nobody else may read"
TYPED = {"held_on": "2026-11-23", "alone": "yes", "module": "own", "notes": SECRET}
WRITTEN = {
    "code": "test",
    "version": 1,
    "name": "A module of this test",
    "source": "This test.",
    "population": "Nobody.",
    "questions_permitted": True,
    "licence": {"name": "Free", "text": "Anyone may use it.", "checked_on": date(2026, 1, 2)},
    "languages": {"en": "authors"},
    "questions": [{"code": "a", "says": "Is it well?"}],
}


@pytest.fixture
def noa(house, ana_and_noa) -> UUID:
    return house.person(ana_and_noa, "Noa")


def asked(house, relationship):
    """Say whether everyone was asked alone."""
    with house.work() as work:
        return queries.asked_alone(work, relationship.id)


def keep(house, relationship, person_id, **change):
    """Let Ines keep a talk with a member who goes along with the clinic's policy."""
    house.choose_policy()
    house.note_policy(person_id)
    return house.visitor("ines").post(house.page(relationship, person_id, "/talk"), TYPED | change)


@pytest.mark.requirement("INT-15")
class TestAskedAlone:
    def test_is_true_once_each_member_was(self, house, ana_and_noa, ana, noa):
        found = [asked(house, ana_and_noa)]
        for person_id in (ana, noa):
            keep(house, ana_and_noa, person_id)
            found.append(asked(house, ana_and_noa))

        assert found == [False, False, True]

    def test_is_true_of_three_only_with_all_three(self, house):
        three = house.open("Ana", "Noa", "Kim")
        for name in ("Ana", "Kim"):
            keep(house, three, house.person(three, name))
        before = asked(house, three)
        keep(house, three, house.person(three, "Noa"))

        assert (before, asked(house, three)) == (False, True)

    def test_is_no_longer_true_when_someone_joins(self, house, ana_and_noa, ana, noa):
        for person_id in (ana, noa):
            keep(house, ana_and_noa, person_id)
        with house.work() as work:
            people.add_member(
                work,
                relationship_id=ana_and_noa.id,
                member=NewMember(details=Details(name="Kim", zone="UTC")),
                now=house.clock.now(),
            )

        assert not asked(house, ana_and_noa)
        with pytest.raises(domain.NotAskedYet), house.work() as work:
            queries.check_asked_alone(work, ana_and_noa.id)

    def test_is_no_longer_true_when_an_entry_was_a_mistake(self, house, ana_and_noa, ana, noa):
        for person_id in (ana, noa):
            keep(house, ana_and_noa, person_id)
        staff = house.visitor("ines")
        url = house.page(ana_and_noa, ana, "/talk")
        [talk] = re.findall(r"/talk/([0-9a-f-]{36})/take-back", staff.get(url).text)

        staff.post(f"{url}/{talk}/take-back")
        again = staff.post(f"{url}/{talk}/take-back")

        assert not asked(house, ana_and_noa)
        assert again.status_code == 409
        assert [event.met for event in house.told(MemberMet)] == [True, True, False]
        assert SECRET in staff.get(url).text

    @given(st.sets(st.integers(0, 4)), st.sets(st.integers(0, 4)))
    def test_is_a_matter_of_each_and_of_nobody_else(self, members, talked):
        assert domain.everyone_asked(members, talked) is (bool(members) and members <= talked)

    @pytest.mark.parametrize(
        ("change", "says"),
        [
            ({"alone": ""}, "nobody else was in the room"),
            ({"held_on": "2026-11-24"}, "still to come"),
            ({"held_on": ""}, "still to come"),
            ({"module": "other"}, "Choose how you asked"),
        ],
    )
    def test_counts_only_what_was_alone_and_has_happened(
        self, house, ana_and_noa, ana, change, says
    ):
        answer = keep(house, ana_and_noa, ana, **change)

        assert answer.status_code == 422
        assert says in answer.text
        assert house.told(MemberMet) == []


@pytest.mark.requirement("INT-11")
class TestWithoutThePolicy:
    @pytest.mark.parametrize("said", ["nothing yet", "no", "yes to another one"])
    def test_nothing_that_was_said_is_written_down(self, house, ana_and_noa, ana, said):
        url, ines = house.page(ana_and_noa, ana, "/talk"), house.visitor("ines")
        unchosen = ines.post(url, TYPED)
        house.choose_policy("terms.open" if said == "yes to another one" else "terms.limited")
        if said != "nothing yet":
            policy = "terms.limited" if said == "no" else "terms.open"
            house.note_policy(ana, agrees=said != "no", policy=policy)
        house.choose_policy()

        refused = ines.post(url, TYPED)

        assert (unchosen.status_code, refused.status_code) == (422, 422)
        assert "The clinic has yet to choose its policy" in unchosen.text
        assert "They have not yet read and agreed to the clinic" in refused.text
        assert house.told(MemberMet) == []

    def test_that_they_were_met_alone_is_kept_all_the_same(self, house, ana_and_noa, ana):
        url = house.page(ana_and_noa, ana, "/talk")

        kept = house.visitor("ines").post(url, TYPED | {"notes": " "})

        assert kept.status_code == 303
        assert [event.met for event in house.told(MemberMet)] == [True]

    def test_the_page_repeats_it_in_one_sentence(self, house, ana_and_noa, ana):
        house.choose_policy()

        page = house.visitor("ines").get(house.page(ana_and_noa, ana, "/talk")).text

        assert "What you say here may have to come into the joint talks." in page


@pytest.mark.requirement("INT-16")
class TestWhoReads:
    def test_the_treating_clinician_alone(self, house, ana_and_noa, ana):
        keep(house, ana_and_noa, ana)
        url = house.page(ana_and_noa, ana, "/talk")

        answers = {name: house.visitor(name).get(url) for name in ("ines", "joao", "marta", "rui")}

        statuses = {name: answer.status_code for name, answer in answers.items()}
        assert statuses == {"ines": 200, "joao": 404, "marta": 403, "rui": 403}
        assert [name for name, answer in answers.items() if SECRET in answer.text] == ["ines"]

    def test_whoever_treats_them_now_and_no_longer_who_did(self, house, ana_and_noa, ana):
        keep(house, ana_and_noa, ana)
        with house.work() as work:
            people.change_relationship(
                work,
                relationship_id=ana_and_noa.id,
                clinician_id=house.staff["joao"],
                label=None,
                now=house.clock.now(),
            )
        url = house.page(ana_and_noa, ana, "/talk")

        assert house.visitor("ines").get(url).status_code == 404
        assert SECRET in house.visitor("joao").get(url).text

    def test_no_other_view_of_any_service_may_open_it(self):
        views = {
            f"{service}:{view}"
            for service, rules in whole_matrix().items()
            for view, rule in rules.items()
            if Label.SAFETY in rule.opens
        }

        assert views == {"intake:talks.talk", "intake:talks.record"}
        assert Label.SAFETY not in whole_matrix()[SHARED]["backbone.content"].opens

    def test_what_was_said_is_under_the_safety_key_and_nowhere_in_the_open(
        self, house, ana_and_noa, ana
    ):
        keep(house, ana_and_noa, ana)

        with house.service.store.engine.connect() as connection:
            tables = connection.execute(
                sql("SELECT name FROM sqlite_master WHERE type = 'table'")
            ).scalars()
            whole = [
                str(connection.execute(sql(f'SELECT * FROM "{name}"')).all()) for name in tables
            ]

        assert not any(SECRET in text for text in whole)
        assert queries.TalkAlone.__table__.c.content.info["scope"] == "person-safety"

    def test_one_entry_belongs_to_one_member_of_one_relationship(
        self, house, ana_and_noa, ana, noa
    ):
        keep(house, ana_and_noa, ana)
        staff = house.visitor("ines")
        page = staff.get(house.page(ana_and_noa, ana, "/talk")).text
        [talk] = re.findall(r"/talk/([0-9a-f-]{36})/take-back", page)

        moved = staff.post(house.page(ana_and_noa, noa, f"/talk/{talk}/take-back"))

        assert moved.status_code == 404
        assert SECRET not in staff.get(house.page(ana_and_noa, noa, "/talk")).text


class TestWhatOthersCanTell:
    @pytest.mark.requirement("PLT-10", "PLT-11")
    def test_the_fact_says_met_and_nothing_of_what_was_asked(self, house, ana_and_noa, ana):
        keep(house, ana_and_noa, ana)

        [told] = house.told(MemberMet)

        assert told.data() == {
            "relationship_id": str(ana_and_noa.id),
            "person_id": str(ana),
            "met": True,
            "version": 1,
        }
        assert not DENIED.search(MemberMet.type)

    @pytest.mark.requirement("PLT-11")
    def test_no_address_and_no_table_names_it(self, house):
        routes = [rule.rule for rule in house.service.app.url_map.iter_rules()]
        tables = list(queries.TalkAlone.metadata.tables)

        assert [name for name in (*routes, *tables) if DENIED.search(name)] == []

    @pytest.mark.requirement("INT-10")
    @pytest.mark.parametrize("name", ["ines", "marta"])
    def test_the_page_of_all_members_is_the_same_before_and_after(
        self, house, ana_and_noa, ana, name
    ):
        house.choose_policy()
        house.note_policy(ana)
        before = house.visitor(name).get(house.page(ana_and_noa)).text
        keep(house, ana_and_noa, ana)

        after = house.visitor(name).get(house.page(ana_and_noa)).text

        assert without_tokens(before) == without_tokens(after)


def changed(*path, to=None):
    written = copy.deepcopy(WRITTEN)
    place = written
    for step in path[:-1]:
        place = place[step]
    if to is None:
        del place[path[-1]]
    else:
        place[path[-1]] = to
    return written


@pytest.mark.requirement("INT-16")
class TestAModule:
    def test_that_says_everything_is_loaded(self):
        module = domain.read_module(WRITTEN, file="m.toml")

        assert [one.says for one in module.questions] == ["Is it well?"]
        assert domain.read_answers(module, {"q-a": "yes", "q-b": "no"}) == {"a": "yes"}
        assert domain.read_answers(module, {"q-a": "often"}) == {}

    @pytest.mark.parametrize(
        ("written", "said"),
        [
            (
                changed("licence", "text"),
                "m.toml: licence.text: A pack without the text of its licence cannot be loaded.",
            ),
            (changed("source"), "m.toml: source: This is needed."),
            (changed("population"), "m.toml: population: This is needed."),
            (changed("languages"), "m.toml: languages: This is needed."),
            (
                changed("questions_permitted", to=False),
                "m.toml: questions: Its licence does not permit that its questions are shipped.",
            ),
            (
                changed("questions", 0, "score", to=1),
                "m.toml: questions.1.score: A file of this kind has no such key.",
            ),
            (changed("cutoff", to=1), "m.toml: cutoff: A file of this kind has no such key."),
        ],
        ids=lambda value: value.split(": ")[1] if isinstance(value, str) else "",
    )
    def test_with_anything_missing_is_refused_with_a_sentence(self, written, said):
        with pytest.raises(BadPack) as refusal:
            domain.read_module(written, file="m.toml")

        assert said in str(refusal.value).splitlines()

    def test_that_is_no_toml_is_refused_by_name(self, tmp_path):
        (tmp_path / "torn.toml").write_text("code = ")

        with pytest.raises(BadPack, match=r"torn\.toml"):
            queries.load(tmp_path.glob("*.toml"))

    def test_of_others_ships_no_question(self):
        shipped = queries.modules()

        assert set(shipped) == {"own", "hark", "hits", "wast", "ijs"}
        assert [module.code for module in shipped.values() if module.questions] == []
        assert "Not validated for men" in shipped["hark"].population
