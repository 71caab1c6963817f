"""What the containers' databases begin with: a role for each process, and a key store apart."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from deploy.secrets import write_secrets
from shared.keys import KeyName, KeyRing, KeyStore, Root, Scope
from shared.migrating import migrate
from shared.settings import SERVICES
from shared.store.engines import new_engine
from shared.tenancy import loose_ends
from tests.servers.absence import Absent, give_up
from tests.servers.furnishing import models_of
from tests.servers.ground import Ground
from tests.servers.postgres import Postgres

SCRIPTS = Path(__file__).parents[2] / "deploy" / "database"


@pytest.fixture
def server(ground: Ground) -> Iterator[Postgres]:
    """A server that has just been set up: nobody but its superuser is known there."""
    made = Postgres(ground, ground.folder / f"bare-{uuid4().hex[:8]}")
    try:
        made.setup()
    except Absent as absent:
        give_up(absent)
    made.start()
    yield made
    made.kill()


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    """The folder that `attune secrets new` fills."""
    write_secrets(tmp_path, now=datetime(2026, 3, 2, tzinfo=UTC))
    return tmp_path


@pytest.mark.requirement("PLT-01", "PLT-24")
def test_a_service_gets_a_role_for_each_process(server, secrets):
    passwords = secrets / "intake_database_passwords"
    server.run_script(SCRIPTS / "first.sh", SERVICE="intake", PASSWORDS=str(passwords))
    engines = {
        role: new_engine(server.url("attune_intake", user=f"attune_{role}"))
        for role in ("owner", "app", "worker")
    }

    migrate(engines["owner"], "intake", models_of("intake"))

    assert loose_ends(engines["app"]) == []
    assert loose_ends(engines["worker"], works=True) == []
    assert loose_ends(engines["owner"]) != []
    for engine in engines.values():
        engine.dispose()


@pytest.mark.requirement("PLT-09")
def test_each_service_gets_a_key_store_that_it_cannot_empty(server, secrets):
    passwords = secrets / "keys_database_passwords"
    server.run_script(SCRIPTS / "keys.sh", SERVICES=" ".join(SERVICES), PASSWORDS=str(passwords))
    name = KeyName(uuid4(), Scope.PERSON, uuid4())
    owned = KeyStore(new_engine(store_of(server, "intake_owner")))
    owned.prepare()
    owned.engine.dispose()
    ring = KeyRing(Root([bytes(32)]), KeyStore(new_engine(store_of(server, "intake"))))

    assert ring.newest(name).version == 1
    assert ring.renew(name) == 2
    assert ring.destroy(name) == 2

    with psycopg.connect(store_of(server, "intake")) as connection:
        for statement in ("DELETE FROM wrapped_key", "TRUNCATE wrapped_key"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                connection.execute(statement)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(server.url("attune_intake_keys", user="attune_sessions"))
    ring.store.engine.dispose()


def store_of(server: Postgres, user: str) -> str:
    return server.url("attune_intake_keys", user=f"attune_{user}")
