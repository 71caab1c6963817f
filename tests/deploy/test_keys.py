"""`attune keys`: made, counted, changed and destroyed by whoever runs Attune."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from click.testing import CliRunner, Result

from deploy.cli import main
from services.intake.people.models import Person
from shared.assembly import new_key_ring
from shared.auth.actors import system
from shared.keys import KeyGone, KeyName, Scope, Tampered, new_master_key
from shared.settings import Mode, Settings
from shared.store import Store

pytestmark = pytest.mark.left_to_the_build("changing keys and checking trails")

CLINIC, ADA, BO = (uuid4() for _ in range(3))
EARLIER, NEWEST = new_master_key(), new_master_key()
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


class House:
    """An intake with two people, its folder, and the command line beside it."""

    def __init__(self, folder: Path):
        self.folder = folder
        assert self.attune("migrate", "intake").exit_code == 0
        with self.store() as store, self.work(store) as work:
            for person_id, name in ((ADA, "Ada"), (BO, "Bo")):
                person = Person(clinic_id=CLINIC, id=person_id, language="en", zone="UTC")
                work.seal(person, name=name)
                work.session.add(person)

    def attune(self, *arguments: str, typed: str = "", roots: str = EARLIER) -> Result:
        """Run the command line with these root keys."""
        others = {name: None for name in os.environ if name.startswith("ATTUNE_")}
        told = {"ATTUNE_DATA_DIR": str(self.folder), "ATTUNE_MASTER_KEY": roots}
        return CliRunner().invoke(main, list(arguments), env={**others, **told}, input=typed)

    def store(self, roots: str = EARLIER) -> "Opened":
        """Open the database as a service would."""
        return Opened(self.folder, roots)

    def work(self, store: Store):
        """Open a transaction for the clinic."""
        return store.unit_of_work(clinics=[CLINIC], actor=system("intake"))

    def name_of(self, person_id: UUID, *, roots: str = EARLIER) -> str:
        """Read someone's name."""
        with self.store(roots) as store, self.work(store) as work:
            return work.open(work.get(Person, CLINIC, person_id), "name")


class Opened:
    """A store that is closed in the end."""

    def __init__(self, folder: Path, roots: str):
        settings = Settings(service="intake", mode=Mode.TEST, data_dir=folder, master_key=roots)
        keys = new_key_ring(settings)
        self.store = Store(settings.database_url, Person.metadata, service="intake", keys=keys)

    def __enter__(self) -> Store:
        return self.store

    def __exit__(self, *_: object) -> None:
        self.store.engine.dispose()
        self.store.keys.store.engine.dispose()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    return House(tmp_path / "data")


def test_a_root_key_is_changed_for_another(house: House) -> None:
    both = f"{NEWEST},{EARLIER}"
    assert "an earlier root key" in house.attune("keys", "status", "intake", roots=both).output

    said = house.attune("keys", "rotate", "intake", roots=both)

    assert said.exit_code == 0, said.output
    assert "Done." in said.output
    assert "an earlier root key" not in house.attune("keys", "status", roots=both).output
    assert house.name_of(ADA, roots=NEWEST) == "Ada"
    with pytest.raises(Tampered):
        house.name_of(ADA, roots=EARLIER)


def test_every_value_is_sealed_again_and_the_rest_is_said(house: House) -> None:
    said = house.attune("keys", "rotate", "intake", "--all")

    assert said.exit_code == 0, said.output
    assert "Values sealed again" in said.output
    assert "run this again after" in said.output
    assert "being changed since" in house.attune("keys", "status", "intake").output
    assert house.name_of(ADA) == "Ada"


def test_keys_are_counted_by_clinic_and_by_what_they_are_for(house: House) -> None:
    said = house.attune("keys", "list", "intake").output

    assert [line.split()[1:5] for line in said.splitlines() if str(CLINIC) in line] == [
        ["person", "2", "2", "0"],
        ["wrapping", "1", "1", "0"],
    ]


class TestDestroy:
    def test_asks_for_the_id_again_and_ends_one_persons_keys(self, house: House) -> None:
        asked = ("keys", "destroy", "intake", "--clinic", str(CLINIC), "--person", str(ADA))

        said = house.attune(*asked, typed=f"{ADA}\n")

        assert said.exit_code == 0, said.output
        assert "This cannot be undone" in said.output
        assert house.name_of(ADA) is None
        assert house.name_of(BO) == "Bo"
        with house.store() as store:
            for scope in (Scope.PERSON, Scope.PERSON_SAFETY, Scope.AUDIT):
                with pytest.raises(KeyGone):
                    store.keys.newest(KeyName(CLINIC, scope, ADA))

    def test_another_id_destroys_nothing(self, house: House) -> None:
        asked = ("keys", "destroy", "intake", "--clinic", str(CLINIC), "--person", str(ADA))

        said = house.attune(*asked, typed=f"{BO}\n")

        assert said.exit_code == 1
        assert house.name_of(ADA) == "Ada"
        assert house.name_of(BO) == "Bo"

    def test_wants_one_person_or_one_relationship(self, house: House) -> None:
        assert house.attune("keys", "destroy", "intake", "--clinic", str(CLINIC)).exit_code == 2


def test_a_service_without_a_database_is_told_kindly(house: House) -> None:
    said = house.attune("keys", "rotate", "reports")

    assert said.exit_code == 1
    assert "no database here yet" in said.output
