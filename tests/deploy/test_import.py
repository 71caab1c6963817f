"""People come in by a file at the command line: all of them, or nobody."""

import os
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine, text

from deploy.cli import main
from deploy.seed.cast import Size
from tests.deploy.test_seed import fill_in

HEADER = "relationship,member,email,zone,language,window_days,window_from,window_to,name\n"
GOOD = (
    "r1,a,ari@mail.example,Europe/Lisbon,en,mon-fri,17:00,20:00,Ari\n"
    "r1,b,bo@mail.example,Europe/Paris,fr,sat,10:00,12:00,Bo\n"
)
BAD = GOOD.replace("Europe/Paris", "Europe/Nowhere").replace("20:00", "25:00")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A laptop with a small invented network."""
    made = tmp_path_factory.mktemp("import")
    fill_in(made, size=Size(relationships=1, days=1, quarters=1))
    return made


@pytest.fixture
def take_over(folder: Path, tmp_path: Path):
    """Return a function that imports a text as a file."""

    def run(content: str, *more: str, clinic: str = "harbour street practice"):
        file = tmp_path / "people.csv"
        file.write_text(content, encoding="utf-8")
        told = {name: None for name in os.environ if name.startswith("ATTUNE_")}
        told["ATTUNE_DATA_DIR"] = str(folder)
        arguments = ["import", str(file), "--clinic", clinic, *more]
        return CliRunner().invoke(main, arguments, env=told)

    return run


def people(folder: Path) -> int:
    """Return how many people intake knows."""
    engine = create_engine(f"sqlite:///{folder / 'intake.sqlite'}")
    with engine.connect() as connection:
        found = connection.execute(text("SELECT count(*) FROM person")).scalar_one()
    engine.dispose()
    return found


MIA = ("--clinician", "clinician@lighthouse.example")


class TestImport:
    def test_lists_each_mistake_with_its_line_and_column_and_changes_nothing(
        self, take_over, folder
    ):
        before = people(folder)

        result = take_over(HEADER + BAD, *MIA)

        assert result.exit_code == 1
        lines = [line.split()[:2] for line in result.output.splitlines() if line[:1].isdigit()]
        assert lines == [["2", "window_to"], ["3", "zone"]]
        assert "Nothing was changed." in result.output
        assert people(folder) == before

    def test_a_dry_run_says_what_would_change_and_changes_nothing(self, take_over, folder):
        before = people(folder)

        result = take_over(HEADER + GOOD, *MIA, "--dry-run")

        assert result.exit_code == 0
        assert "2 people joined" in result.output
        assert people(folder) == before

    def test_twice_is_the_same_as_once(self, take_over, folder):
        before = people(folder)

        take_over(HEADER + GOOD, *MIA)
        again = take_over(HEADER + GOOD, *MIA)

        assert again.exit_code == 0
        assert "2 people unchanged" in again.output
        assert people(folder) == before + 2

    def test_asks_for_the_clinician_where_several_could_be_meant(self, take_over):
        result = take_over(HEADER + GOOD)

        assert result.exit_code == 1
        assert "--clinician" in result.output

    def test_knows_no_other_clinic(self, take_over):
        assert "There is no clinic of this name" in take_over(HEADER + GOOD, clinic="none").output
