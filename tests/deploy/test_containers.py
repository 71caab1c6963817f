"""The containers as they are described: nothing open that need not be, no secret in plain sight."""

import re
from pathlib import Path

import pytest
import yaml

from shared.settings import SERVICES

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def compose() -> dict:
    """What our file describes."""
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


class TestCompose:
    def test_has_everything_of_each_service(self, compose):
        parts = ("database", "migrate", "web", "worker")

        assert set(compose["services"]) == {
            "gateway",
            "broker",
            "keys-database",
            *(f"{service}-{part}" for service in SERVICES for part in parts),
        }

    def test_every_container_is_hardened(self, compose):
        for name, one in compose["services"].items():
            assert one["read_only"], name
            assert one["cap_drop"] == ["ALL"], name
            assert one["security_opt"] == ["no-new-privileges:true"], name
            assert one["deploy"]["resources"]["limits"]["memory"], name

    def test_nothing_runs_as_root(self, compose):
        dockerfile = (ROOT / "deploy" / "Dockerfile").read_text()
        assert "USER 10001:10001" in dockerfile
        for name, one in compose["services"].items():
            assert one["image"] == "attune:local" or one["user"] not in ("", "root", "0"), name

    def test_whatever_stays_is_watched(self, compose):
        for name, one in compose["services"].items():
            assert "healthcheck" in one or name.endswith("-migrate"), name

    def test_only_the_gateway_can_be_reached_from_outside(self, compose):
        published = {name for name, one in compose["services"].items() if one.get("ports")}
        assert published == {"gateway"}

        for name, network in compose["networks"].items():
            assert name == "outside" or network["internal"]

    def test_no_service_can_reach_the_database_of_another(self, compose):
        for service in SERVICES:
            near = {
                name
                for name, one in compose["services"].items()
                if f"{service}-data" in one["networks"]
            }
            assert near == {
                f"{service}-{part}" for part in ("database", "migrate", "web", "worker")
            }

    def test_keys_are_on_a_server_of_their_own(self, compose):
        near = {name for name, one in compose["services"].items() if "keys" in one["networks"]}
        parts = ("migrate", "web", "worker")
        assert near == {
            "keys-database",
            *(f"{service}-{part}" for service in SERVICES for part in parts),
        }

        [kept] = [
            name for name, one in compose["services"].items() if "keys:" in str(one.get("volumes"))
        ]
        assert kept == "keys-database"

    @pytest.mark.requirement("PLT-01")
    def test_each_process_signs_in_under_a_role_of_its_own(self, compose):
        roles = {"migrate": "owner", "web": "app", "worker": "worker"}
        for service in SERVICES:
            for part, role in roles.items():
                store = "key_store_owner_url" if part == "migrate" else "key_store_url"
                assert addresses_of(compose["services"][f"{service}-{part}"]) == {
                    "database_url": f"{service}_{role}_url",
                    "key_store_url": f"{service}_{store}",
                    "broker_url": f"{service}_broker_url",
                    "private_broker_url": f"{service}_private_broker_url",
                }

    def test_every_secret_that_a_container_asks_for_is_there(self, compose):
        for name, one in compose["services"].items():
            asked = {each if isinstance(each, str) else each["source"] for each in one["secrets"]}
            assert asked <= compose["secrets"].keys(), name

    def test_no_secret_stands_in_the_environment(self, compose):
        for name, one in compose["services"].items():
            for variable, value in (one.get("environment") or {}).items():
                telling = re.search(r"PASSWORD|SECRET|KEY|URL", variable)
                plain = variable in (
                    "ATTUNE_STAFF_URL",
                    "ATTUNE_MEMBER_URL",
                    "ATTUNE_INTERNAL_URLS",
                )
                assert plain or not telling or str(value).startswith("/run/secrets/"), (
                    name,
                    variable,
                )


def addresses_of(container: dict) -> dict[str, str]:
    """Return from which secret a container knows each address."""
    given = [secret for secret in container["secrets"] if isinstance(secret, dict)]
    return {secret["target"]: secret["source"] for secret in given}


class TestGateway:
    CONF = (ROOT / "deploy" / "gateway" / "nginx.conf").read_text()

    def test_never_leads_to_the_internal_doors(self):
        [closed] = re.findall(r"location ~\* (\S+internal\S+) \{\s+return 404;", self.CONF)
        pattern = re.compile(closed, re.IGNORECASE)

        for service in SERVICES:
            for path in (f"/{service}/internal", f"/{service}/internal/metrics"):
                assert pattern.search(path)
                assert pattern.search(path.replace("internal", "INTERNAL"))

    def test_keeps_no_addresses(self):
        assert "access_log off;" in self.CONF
        assert "error_log stderr crit;" in self.CONF

    def test_says_where_requests_come_from(self):
        assert "proxy_set_header X-Forwarded-For $remote_addr;" in self.CONF


class TestImage:
    DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text()

    def test_installs_exactly_what_is_locked(self):
        assert "--require-hashes -r deploy/requirements/core.txt" in self.DOCKERFILE

    def test_needs_nothing_that_only_newer_builders_know(self):
        assert not re.search(r"^# syntax|<<|apt-get|@sha256", self.DOCKERFILE, re.MULTILINE)
