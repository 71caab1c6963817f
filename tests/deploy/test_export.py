"""A clinic takes everything with it: readable without Attune, and nothing of anyone else's."""

import csv
import json
import os
import stat
from io import StringIO
from pathlib import Path
from uuid import uuid4
from zipfile import ZipFile

import pytest
from click.testing import CliRunner
from sqlalchemy import Uuid, create_engine, text

from deploy.cli import main
from deploy.network import build_service
from deploy.seed.cast import Size
from deploy.surroundings import laptop_settings
from services.sessions.plans.models import OfferRevision, OfferText
from services.sessions.roster.models import Person
from shared.auth.actors import system
from shared.consent.kept import keep_text
from shared.consent.languages import every_text
from shared.consent.ledger import Act, Evidence, append
from shared.consent.terms import Method, Setting, State
from shared.consent.texts import text_in_force
from shared.settings import SERVICES
from tests.deploy.test_seed import NOW, fill_in

pytestmark = pytest.mark.left_to_the_build("taking a whole clinic along")

CLINIC = "Harbour Street Practice"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A laptop with a small invented network."""
    made = tmp_path_factory.mktemp("export")
    fill_in(made, size=Size(relationships=4, days=3, quarters=1))
    say_no_to_an_offer(made)
    return made


def say_no_to_an_offer(folder: Path) -> None:
    """Let someone in sessions say no to an offer."""
    settings = laptop_settings("sessions", environ={"ATTUNE_DATA_DIR": str(folder)})
    store = build_service("sessions", settings).store
    engine = create_engine(f"sqlite:///{folder / 'intake.sqlite'}")
    with engine.connect() as intake:
        clinic_id = intake.execute(
            text("SELECT id FROM clinic WHERE name = :name").columns(id=Uuid()), {"name": CLINIC}
        ).scalar_one()
    engine.dispose()
    person_id = uuid4()
    with store.unit_of_work(clinics=[clinic_id], actor=system("sessions")) as work:
        work.add(Person(clinic_id=clinic_id, id=person_id))
        text_read = text_in_force(every_text(), "exercise.one", "en", NOW)
        keep_text(work, OfferText, text_read, now=NOW)
        append(
            work,
            OfferRevision,
            clinic_id=clinic_id,
            person_id=person_id,
            purpose="exercise.one",
            text=text_read,
            act=Act(state=State.REFUSED, decided_at=NOW, valid_from=NOW, valid_until=NOW),
            evidence=Evidence(method=Method.SPOKEN, setting=Setting.ALONE_AT_CLINIC),
            now=NOW,
        )
    store.engine.dispose()


@pytest.fixture(scope="module")
def attune(folder: Path):
    """Return a function that runs a verb on that laptop."""

    def run(*arguments: str):
        told = {name: None for name in os.environ if name.startswith("ATTUNE_")}
        told["ATTUNE_DATA_DIR"] = str(folder)
        return CliRunner().invoke(main, list(arguments), env=told)

    return run


@pytest.fixture(scope="module")
def taken(attune, tmp_path_factory) -> ZipFile:
    """The archive of one clinic of that network."""
    file = tmp_path_factory.mktemp("taken") / "clinic.zip"
    result = attune("export", "--clinic", CLINIC, str(file))
    assert result.exit_code == 0, result.output
    return ZipFile(file)


def rows(taken: ZipFile, part: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in taken.read(part).decode().splitlines()]


def counted(folder: Path, service: str, query: str) -> int:
    engine = create_engine(f"sqlite:///{folder / service}.sqlite")
    with engine.connect() as connection:
        found: int = connection.execute(text(query)).scalar_one()
    engine.dispose()
    return found


def test_every_row_of_the_clinic_is_there_and_none_of_another(taken, folder):
    [clinic] = rows(taken, "intake/clinic.jsonl")
    here = str(clinic["id"]).replace("-", "")

    for part in (name for name in taken.namelist() if name.endswith(".jsonl")):
        service, table = part.removesuffix(".jsonl").split("/")
        if table == "consent_text":
            continue
        query = f"SELECT count(*) FROM {table} WHERE clinic_id = '{here}'"
        found = rows(taken, part)
        assert len(found) == counted(folder, service, query), part
        assert {row["clinic_id"] for row in found} <= {clinic["id"]}, part


def test_what_was_sealed_can_be_read_and_our_own_secrets_stay_behind(taken):
    people, [clinic] = rows(taken, "intake/person.jsonl"), rows(taken, "intake/clinic.jsonl")

    assert all(isinstance(person["name"], str) for person in people)
    assert any("parts" in row for row in rows(taken, "sessions/revision.jsonl"))
    assert "pepper" not in clinic


def test_every_consent_comes_with_the_text_that_was_shown(taken):
    texts = {row["hash"] for row in rows(taken, "intake/consent_text.jsonl")}

    shown = {row["text_hash"] for row in rows(taken, "intake/consent_revision.jsonl")}
    assert shown
    assert shown <= texts
    read = {row["act"]["text_hash"] for row in rows(taken, "sessions/offer_revision.jsonl")}
    assert read
    assert read <= {row["hash"] for row in rows(taken, "sessions/consent_text.jsonl")}


def test_the_manifest_says_what_each_part_holds(taken):
    about = json.loads(taken.read("manifest.json"))

    assert set(about["parts"]) == set(taken.namelist()) - {"manifest.json", "README.txt"}
    for name, part in about["parts"].items():
        assert len(taken.read(name).decode().splitlines()) == part["lines"], name


def test_the_list_of_people_is_one_that_attune_takes_in(taken, attune, tmp_path):
    file = tmp_path / "people.csv"
    file.write_bytes(taken.read("people.csv"))
    people = list(csv.DictReader(StringIO(file.read_text())))

    result = attune("import", str(file), "--clinic", CLINIC, "--dry-run")

    assert people
    assert f"{len(people)} people joined" in result.output


def test_the_trail_of_every_service_says_that_it_was_written(taken):
    for service in SERVICES:
        acts = [row["act"] for row in rows(taken, f"{service}/audit_entry.jsonl")]
        assert acts.count("exported") == 1, service


def test_only_its_owner_may_read_it_and_nothing_is_written_over(taken, attune):
    file = Path(str(taken.filename))

    result = attune("export", "--clinic", CLINIC, str(file))

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert result.exit_code == 1
    assert "There is a file of this name already" in result.output
    assert ZipFile(file).testzip() is None


def test_a_clinic_that_is_not_there_leaves_no_file(attune, tmp_path):
    result = attune("export", "--clinic", "Nowhere", str(tmp_path / "none.zip"))

    assert result.exit_code == 1
    assert "There is no clinic of this name" in result.output
    assert not list(tmp_path.iterdir())
