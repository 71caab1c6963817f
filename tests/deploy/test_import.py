"""People come in by a file at the command line: all of them, or nobody."""

import os
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine, text

from deploy.cli import main
from deploy.seed.cast import Size
from services.intake.arrivals.domain import NEEDED, OPTIONAL
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

    def test_says_what_becomes_of_what_was_signed_on_paper(self, take_over):
        with_paper = (HEADER + GOOD).replace("name\n", "name,paper\n")
        with_paper = with_paper.replace("Ari\n", "Ari,checkin.email report.aggregate\n")
        with_paper = with_paper.replace("Bo\n", "Bo,\n")

        said = take_over(with_paper, *MIA, "--dry-run").output
        without = take_over(HEADER + GOOD, *MIA, "--dry-run").output

        assert "2 consents on paper noted, to be asked anew" in said
        assert "permits nothing here" in said
        assert "permits nothing here" not in without

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

    def test_names_those_who_could_treat_where_nobody_was_named(self, take_over, folder):
        before = people(folder)

        looked, tried = take_over(HEADER + GOOD, "--dry-run"), take_over(HEADER + GOOD)

        assert (looked.exit_code, tried.exit_code) == (0, 1)
        for result in (looked, tried):
            assert "Several could treat them: Mia Castellanos, Tomas Wren." in result.output
            assert "--clinician" in result.output
        assert people(folder) == before

    def test_knows_a_clinician_by_name_and_nobody_else(self, take_over):
        content = HEADER + GOOD.replace("r1", "r2")

        done = take_over(content, "--clinician", "mia castellanos")
        assert done.exit_code == 0, done.output
        assert "No clinician" in take_over(content, "--clinician", "Lena Okoro").output

    def test_knows_no_other_clinic(self, take_over):
        said = take_over(HEADER + GOOD, clinic="none").output

        assert "There is no clinic of this name" in said
        assert "Harbour Street Practice" in said


class TestExample:
    def test_comes_in_as_it_is(self, take_over):
        example = CliRunner().invoke(main, ["import", "--example"])

        result = take_over(example.output, *MIA)

        assert result.exit_code == 0
        assert "2 relationships opened" in result.output

    def test_has_every_column(self):
        example = CliRunner().invoke(main, ["import", "--example"])

        assert sorted(example.output.splitlines()[0].split(",")) == sorted((*NEEDED, *OPTIONAL))
