"""`attune audit verify`: whether the trails are whole, and nothing is missing at their ends."""

import os
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import create_engine, text

from deploy.cli import main
from deploy.network import build_service
from services.intake.consent import usecases as consent
from services.intake.directory import usecases as directory
from services.intake.directory.domain import ClinicDetails
from services.intake.people.models import Person
from services.sessions.plans.models import OfferRevision
from services.sessions.roster.models import Person as Member
from shared import audit
from shared.assembly import new_key_ring
from shared.auth.actors import system
from shared.columns import new_base
from shared.consent.languages import every_text
from shared.consent.ledger import Act, Evidence, append
from shared.consent.terms import Method, Setting, State
from shared.consent.texts import text_in_force
from shared.settings import Mode, Settings
from shared.store import Store

pytestmark = pytest.mark.left_to_the_build("changing keys and checking trails")

CLINIC = uuid4()
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


class House:
    """An intake with three lines in a clinic's trail, and the command line beside it."""

    def __init__(self, folder: Path):
        self.folder = folder
        assert self.attune("migrate", "intake").exit_code == 0
        settings = Settings(service="intake", mode=Mode.TEST, data_dir=folder)
        keys = new_key_ring(settings)
        store = Store(settings.database_url, new_base().metadata, service="intake", keys=keys)
        for _ in range(3):
            with store.unit_of_work(clinics=[CLINIC], actor=system("intake")) as work:
                work.note(audit.Act.SET_UP, clinic_id=CLINIC, subject_id=uuid4())
        store.engine.dispose()
        keys.store.engine.dispose()

    def permits(self) -> UUID:
        """Let someone be known, and say yes; return who."""
        settings = Settings(service="intake", mode=Mode.TEST, data_dir=self.folder)
        store = build_service("intake", settings).store
        now = datetime(2026, 11, 2, tzinfo=UTC)
        with store.unit_of_work(clinics=[CLINIC], actor=system("intake")) as work:
            organization = directory.found_organization(work, name="Harbour", now=now)
            directory.register_clinic(
                work,
                clinic_id=CLINIC,
                organization_id=organization.id,
                details=ClinicDetails(name="Quay", zone="UTC", sender="Quay"),
                now=now,
            )
            person = work.add(Person(clinic_id=CLINIC, id=uuid4(), language="en", zone="UTC"))
            work.seal(person, name="Una")
            consent.answer(
                work,
                clinic_id=CLINIC,
                person_id=person.id,
                answers={"checkin.email": True},
                now=now,
            )
            known = person.id
        store.engine.dispose()
        return known

    def says_to_an_offer(self) -> UUID:
        """Let someone say no, and then not now, to an offer in sessions; return who."""
        assert self.attune("migrate", "sessions").exit_code == 0
        settings = Settings(service="sessions", mode=Mode.TEST, data_dir=self.folder)
        store, now, known = build_service("sessions", settings).store, NOON, uuid4()
        with store.unit_of_work(clinics=[CLINIC], actor=system("sessions")) as work:
            work.add(Member(clinic_id=CLINIC, id=known))
            for state in (State.REFUSED, State.DEFERRED):
                append(
                    work,
                    OfferRevision,
                    clinic_id=CLINIC,
                    person_id=known,
                    purpose="exercise.one",
                    text=text_in_force(every_text(), "exercise.one", "en", now),
                    act=Act(state=state, decided_at=now, valid_from=now, valid_until=now),
                    evidence=Evidence(method=Method.SPOKEN, setting=Setting.ALONE_AT_CLINIC),
                    now=now,
                )
        store.engine.dispose()
        return known

    def attune(self, *arguments: str) -> Result:
        """Run the command line on this folder."""
        others = {name: None for name in os.environ if name.startswith("ATTUNE_")}
        told = {"ATTUNE_DATA_DIR": str(self.folder)}
        return CliRunner().invoke(main, list(arguments), env={**others, **told})

    def thief(self, change: str) -> None:
        """Change the file of the database without its protection."""
        engine = create_engine(f"sqlite:///{self.folder / 'intake.sqlite'}")
        with engine.begin() as connection:
            for act in ("update", "delete", "replaced"):
                connection.execute(text(f"DROP TRIGGER audit_entry_stays_{act}"))
            connection.execute(text(change))
        engine.dispose()


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path / "data")


@pytest.mark.requirement("PLT-16")
class TestVerify:
    def test_prints_the_head_of_each_chain(self, house: House) -> None:
        said = house.attune("audit", "verify", "intake")

        assert said.exit_code == 0, said.output
        [line] = said.output.splitlines()
        assert line.startswith(f"head intake {CLINIC} 3 ")

    def test_names_the_first_bad_position(self, house: House) -> None:
        house.thief("UPDATE audit_entry SET what = 'never' WHERE position = 2")

        said = house.attune("audit", "verify")

        assert said.exit_code == 1
        assert f"broken intake {CLINIC} at position 2:" in said.output

    def test_names_whose_consent_is_not_as_it_was_kept(self, house: House) -> None:
        person = house.permits()
        whole = house.attune("audit", "verify")
        house.thief("UPDATE consent_revision SET valid_until = '2099-01-01 00:00:00'")

        said = house.attune("audit", "verify")

        assert whole.exit_code == 0, whole.output
        assert said.exit_code == 1
        assert f"broken consent of {person} in {CLINIC} at position 1" in said.output

    @pytest.mark.requirement("INT-03")
    @pytest.mark.parametrize("change", ["act = NULL", "recorded_at = '2026-01-01 00:00:00'"])
    def test_names_whose_word_to_an_offer_is_not_as_it_was_kept(
        self, house: House, change: str
    ) -> None:
        person = house.says_to_an_offer()
        whole = house.attune("audit", "verify", "sessions")
        engine = create_engine(f"sqlite:///{house.folder / 'sessions.sqlite'}")
        with engine.begin() as connection:
            connection.execute(text(f"UPDATE offer_revision SET {change} WHERE position = 2"))
        engine.dispose()

        said = house.attune("audit", "verify")

        assert whole.exit_code == 0, whole.output
        assert said.exit_code == 1
        assert f"broken consent of {person} in {CLINIC} at position 2" in said.output

    def test_misses_an_end_that_was_cut_off_by_the_heads_noted(
        self, house: House, tmp_path: Path
    ) -> None:
        noted = tmp_path / "heads.txt"
        noted.write_text("noted at nine\n" + house.attune("audit", "verify").output)
        house.thief("DELETE FROM audit_entry WHERE position = 3")

        assert house.attune("audit", "verify").exit_code == 0
        said = house.attune("audit", "verify", "--heads", str(noted))

        assert said.exit_code == 1
        assert f"broken intake {CLINIC} at position 3:" in said.output
