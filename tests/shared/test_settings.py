"""Settings are read once, and every mistake in them is told at once."""

from pathlib import Path

import pytest

from shared.settings import DEVELOPMENT_SECRET, BadSettings, Mode, Settings, read_settings

FIT = {
    "ATTUNE_MODE": "production",
    "ATTUNE_SECRET_KEY": "x" * 40,
    "ATTUNE_MASTER_KEY": "A" * 44,
    "ATTUNE_KEY_STORE_URL": "postgresql://intake@keys/intake?sslmode=verify-full",
    "ATTUNE_TRUSTED_HOSTS": "staff.example,members.example",
    "ATTUNE_TRUSTED_PROXIES": "10.0.0.0/8",
    "ATTUNE_DATABASE_URL": "postgresql://intake@db/intake?sslmode=verify-full",
    "ATTUNE_BROKER_URL": "amqps://intake@broker/attune",
    "ATTUNE_STAFF_URL": "https://staff.example",
    "ATTUNE_MEMBER_URL": "https://members.example",
}


def mistakes(environ: dict[str, str]) -> list[str]:
    with pytest.raises(BadSettings) as refused:
        read_settings("intake", environ)
    return refused.value.mistakes


def test_without_any_setting_it_runs_on_a_laptop() -> None:
    settings = read_settings("reports", {})

    assert settings.mode is Mode.LAPTOP
    assert settings.embedded
    assert settings.database_url.endswith("reports.sqlite")
    assert settings.internal_urls["intake"].endswith("/intake")


def test_an_unknown_setting_stops_the_start() -> None:
    assert "ATTUNE_DATABSE_URL" in mistakes({"ATTUNE_DATABSE_URL": "sqlite:///x"})[0]


def test_all_mistakes_are_told_at_once() -> None:
    found = mistakes({"ATTUNE_MODE": "fast", "ATTUNE_SMTP_PORT": "many", "ATTUNE_X": "1"})

    assert len(found) == 3


def test_a_secret_may_come_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("from the file\n")

    assert read_settings("intake", {"ATTUNE_SECRET_KEY_FILE": str(file)}).secret_key == (
        "from the file"
    )


def test_a_secret_file_that_cannot_be_read_is_a_mistake(tmp_path: Path) -> None:
    assert "cannot be read" in mistakes({"ATTUNE_SECRET_KEY_FILE": str(tmp_path / "none")})[0]


def test_secrets_do_not_show_when_settings_are_printed() -> None:
    shown = repr(read_settings("intake", FIT))

    assert "x" * 40 not in shown
    assert "A" * 44 not in shown
    assert "broker/attune" not in shown


def test_a_service_that_does_not_exist_is_refused() -> None:
    with pytest.raises(BadSettings):
        Settings(service="billing")


@pytest.mark.requirement("PLT-24")
class TestProduction:
    def test_fit_settings_start(self) -> None:
        assert read_settings("intake", FIT).production

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("ATTUNE_SECRET_KEY", ""),
            ("ATTUNE_SECRET_KEY", "short"),
            ("ATTUNE_SECRET_KEY", DEVELOPMENT_SECRET),
            ("ATTUNE_MASTER_KEY", ""),
            ("ATTUNE_TRUSTED_HOSTS", ""),
            ("ATTUNE_TRUSTED_PROXIES", ""),
            ("ATTUNE_TRUSTED_PROXIES", "the gateway"),
            ("ATTUNE_MAX_BODY_BYTES", "0"),
            ("ATTUNE_DATABASE_URL", "sqlite:///x.sqlite"),
            ("ATTUNE_DATABASE_URL", "postgresql://intake@db/intake"),
            ("ATTUNE_DATABASE_URL", "postgresql://intake@db/intake?sslmode=require"),
            ("ATTUNE_DATABASE_URL", "postgresql://intake@db/intake?sslmode=prefer"),
            ("ATTUNE_KEY_STORE_URL", ""),
            ("ATTUNE_KEY_STORE_URL", FIT["ATTUNE_DATABASE_URL"]),
            ("ATTUNE_KEY_STORE_URL", "postgresql://intake@keys/intake"),
            ("ATTUNE_KEY_STORE_URL", "postgresql://intake@keys/intake?sslmode=allow"),
            ("ATTUNE_BROKER_URL", "memory://"),
            ("ATTUNE_BROKER_URL", "amqp://intake@broker/attune"),
            ("ATTUNE_PRIVATE_BROKER_URL", "amqp://private@broker/attune"),
            ("ATTUNE_MEMBER_URL", "https://staff.example"),
            ("ATTUNE_MEMBER_URL", "http://members.example"),
            ("ATTUNE_STAFF_URL", "http://staff.example"),
        ],
    )
    def test_what_is_unfit_stops_the_start(self, name: str, value: str) -> None:
        [why] = mistakes({**FIT, name: value})
        assert name in why

    def test_the_clock_cannot_be_moved(self) -> None:
        assert read_settings("intake", FIT).clock_file is None
