"""The command line: each verb through the door that a person has."""

import json
import os
import stat
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result

from deploy.cli import COMMANDS, main
from shared.clock import Clock
from shared.contracts import CATALOGUE
from shared.keys import Root
from shared.settings import ENVIRONMENT


@pytest.fixture
def attune(tmp_path: Path):
    """Return a function that runs `attune` in an empty folder and with settings of its own."""
    runner = CliRunner()

    def run(*arguments: str, **environment: str) -> Result:
        given = {name: None for name in os.environ if name.startswith("ATTUNE_")}
        told = {"ATTUNE_DATA_DIR": str(tmp_path / "data"), **environment}
        return runner.invoke(main, list(arguments), env={**given, **told})

    return run


class TestHelp:
    def test_names_every_verb_once(self, attune):
        said = attune("--help").output

        assert all(said.count(f"\n  {verb} ") == 1 for verb in COMMANDS)

    @pytest.mark.parametrize("verb", COMMANDS)
    def test_every_verb_explains_itself(self, attune, verb):
        result = attune(verb, "--help")

        assert result.exit_code == 0
        assert "Usage:" in result.output

    def test_an_unknown_verb_is_refused_kindly(self, attune):
        result = attune("dance")

        assert result.exit_code == 2
        assert "No such command 'dance'" in result.output


class TestSettings:
    def test_the_reference_lists_every_setting(self, attune):
        said = attune("settings").output

        assert [line.split()[0] for line in said.splitlines()[1:]] == list(ENVIRONMENT)

    @pytest.mark.requirement("PLT-24")
    @pytest.mark.parametrize("verb", ["health", "doctor", "migrate", "worker intake", "run"])
    def test_all_mistakes_stop_the_start_at_once(self, attune, verb):
        result = attune(*verb.split(), ATTUNE_SMTP_PROT="25", ATTUNE_SMTP_TLS="maybe")

        assert result.exit_code == 1
        assert "ATTUNE_SMTP_PROT: there is no such setting" in result.output
        assert "ATTUNE_SMTP_TLS: 'maybe' is neither yes nor no." in result.output

    def test_run_refuses_what_only_containers_use(self, attune):
        result = attune("run", ATTUNE_DATABASE_URL="postgresql://x/y")

        assert result.exit_code == 1
        assert "ATTUNE_DATABASE_URL is for `attune web`" in result.output


class TestEvents:
    def test_the_catalogue_lists_every_event(self, attune):
        said = json.loads(attune("events", "--json").output)

        assert {one["type"] for one in said} == set(CATALOGUE)

    def test_each_event_says_what_it_means_and_who_hears_it(self, attune):
        said = attune("events").output

        assert "A person's permission for one purpose has a new revision." in said
        assert "in intake.consent by person_id, private; heard by reminders, sessions" in said


class TestClock:
    def test_moves_for_every_process_and_back(self, attune, tmp_path):
        attune("clock", "move", "--days", "7")
        assert Clock(tmp_path / "data" / "clock-offset").offset() == timedelta(days=7)

        attune("clock", "back")
        assert Clock(tmp_path / "data" / "clock-offset").offset() == timedelta()

    def test_moves_by_hours_and_backwards(self, attune, tmp_path):
        attune("clock", "move", "--days", "-1", "--hours", "3")

        assert Clock(tmp_path / "data" / "clock-offset").offset() == timedelta(hours=-21)

    def test_goes_on_by_one_evening_at_a_time(self, attune, tmp_path):
        evenings = []
        for _ in range(2):
            attune("clock", "evening")
            shown = Clock(tmp_path / "data" / "clock-offset").now()
            evenings.append(shown.astimezone(ZoneInfo("Europe/Lisbon")))

        assert [f"{one:%H:%M}" for one in evenings] == ["20:30", "20:30"]
        assert (evenings[1].date() - evenings[0].date()).days == 1

    def test_does_not_move_in_production(self, attune, production):
        result = attune("clock", "move", "--days", "1", **production)

        assert result.exit_code == 1
        assert "cannot be moved in production" in result.output


class TestKeys:
    def test_a_new_key_fits(self, attune, tmp_path):
        key = attune("keys", "new").output.strip()

        Root.read(key)

    def test_no_two_are_alike(self, attune):
        assert attune("keys", "new").output != attune("keys", "new").output


class TestSecrets:
    def test_writes_every_secret_that_the_containers_ask_for(self, attune, tmp_path):
        attune("secrets", "new", str(tmp_path / "secrets"))

        compose = (Path(__file__).parents[2] / "docker-compose.yml").read_text()
        asked = {
            line.split("/")[-1].strip('"}\n') for line in compose.splitlines() if "{file:" in line
        }
        assert asked <= {file.name for file in (tmp_path / "secrets").iterdir()}

    def test_keeps_what_is_there(self, attune, tmp_path):
        folder = tmp_path / "secrets"
        attune("secrets", "new", str(folder))
        before = {file.name: file.read_text() for file in folder.iterdir()}
        (folder / "intake_broker_url").unlink()

        said = attune("secrets", "new", str(folder)).output

        assert {file.name: file.read_text() for file in folder.iterdir()} == before
        assert said.count("made") == 1

    def test_nobody_else_may_look_into_the_folder(self, attune, tmp_path):
        attune("secrets", "new", str(tmp_path / "secrets"))

        assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700

    def test_what_is_made_fits_production(self, attune, tmp_path, production):
        result = attune("doctor", **production)

        assert "they fit together; mode production" in result.output


class TestDoctor:
    def test_says_what_is_here_and_changes_nothing(self, attune, tmp_path):
        result = attune("doctor")

        assert result.exit_code == 0
        assert "Python" in result.output
        assert "Attune's own scoping alone keeps clinics apart" in result.output
        assert not (tmp_path / "data").exists()


class TestMail:
    def test_says_that_letters_stay_here_without_a_server(self, attune):
        assert "letters go to the mailbox page" in attune("mail", "check").output

    def test_tries_each_step_and_hands_a_letter_over(self, attune, smtp):
        where = {"ATTUNE_SMTP_HOST": smtp.host, "ATTUNE_SMTP_PORT": str(smtp.port)}

        result = attune("mail", "check", "--to", "someone@example.org", **where)

        assert result.exit_code == 0, result.output
        [letter] = smtp.letters
        assert letter.recipients == ("someone@example.org",)
        assert letter.message["Subject"] == "A short test"

    def test_says_with_which_code_the_server_refused(self, attune, smtp):
        smtp.answer_data = "554 no"
        where = {"ATTUNE_SMTP_HOST": smtp.host, "ATTUNE_SMTP_PORT": str(smtp.port)}

        result = attune("mail", "check", "--to", "someone@example.org", **where)

        assert result.exit_code == 1
        assert "with code 554" in result.output

    def test_says_what_to_look_at_when_nothing_answers(self, attune):
        result = attune("mail", "check", ATTUNE_SMTP_HOST="127.0.0.1", ATTUNE_SMTP_PORT="1")

        assert result.exit_code == 1
        assert "Look at ATTUNE_SMTP_HOST" in result.output


@pytest.fixture
def production(attune, tmp_path: Path) -> dict[str, str]:
    """What the containers are told, with secrets made as `attune secrets new` makes them."""
    folder = tmp_path / "made"
    attune("secrets", "new", str(folder))
    names = ("secret_key", "master_key")
    return {
        "ATTUNE_MODE": "production",
        "ATTUNE_DATABASE_URL_FILE": str(folder / "intake_app_url"),
        "ATTUNE_KEY_STORE_URL_FILE": str(folder / "intake_key_store_url"),
        "ATTUNE_STAFF_URL": "https://staff.example.org",
        "ATTUNE_MEMBER_URL": "https://members.example.org",
        "ATTUNE_TRUSTED_HOSTS": "staff.example.org,members.example.org",
        "ATTUNE_TRUSTED_PROXIES": "10.0.0.0/8",
        "ATTUNE_BROKER_URL_FILE": str(folder / "intake_broker_url"),
        "ATTUNE_PRIVATE_BROKER_URL_FILE": str(folder / "intake_private_broker_url"),
        **{f"ATTUNE_{name.upper()}_FILE": str(folder / name) for name in names},
    }
