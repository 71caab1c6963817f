"""Whoever reads what is said in sessions leaves a line; auditors read those and nothing else."""

import pytest

from shared.auth.actors import Role
from tests.sessions.house import CLINIC, CLINICIAN
from tests.sessions.test_records import write
from tests.trails import break_off, lines, seen


@pytest.mark.requirement("PLT-15")
class TestReading:
    def test_leaves_one_line_for_the_relationship(self, house, pair, clinician):
        write(clinician, pair)
        store = house.service.store
        before = len(lines(store, CLINIC))

        clinician.get(f"/relationships/{pair.id}")

        [line] = lines(store, CLINIC)[before:]
        assert line == seen(store, CLINIC, pair.id)[-1]
        assert line.actor == store.keys.known_pseudonym(CLINIC, CLINICIAN)
        assert (line.act, line.role, line.purpose) == ("read", "clinician", "treatment")
        assert (line.subject_kind, line.outcome) == ("relationship", "done")

    def test_shows_nothing_while_it_cannot_be_recorded(self, house, pair, clinician):
        write(clinician, pair)
        break_off(house.service.store)

        answer = clinician.get(f"/relationships/{pair.id}")

        assert answer.status_code == 503
        assert "Felt heard" not in answer.text


class TestTrail:
    def test_shows_codes_and_no_words(self, house, pair, clinician):
        write(clinician, pair)

        page = house.visitor(Role.AUDITOR).get("/audit")

        assert page.status_code == 200
        assert "Clinician" in page.text
        assert not {"Alder", "Birch", "Felt heard", str(pair.id)} & set(page.text.split())

    @pytest.mark.requirement("REC-10")
    def test_an_account_is_about_one_person(self, house, pair, clinician):
        page = house.visitor(Role.CLINIC_ADMIN).get(f"/audit/people/{pair.people[0]}")

        assert page.status_code == 200
        assert "Nothing is noted about this person here" in page.text
