"""Tables in a database of the tests, made by the role that owns them, as in production."""

from importlib import import_module

from sqlalchemy import MetaData

from shared.migrating import migrate
from shared.store import Store
from shared.store.engines import new_engine
from shared.store.everywhere import settle_in, together
from tests.servers.ground import Ground
from tests.servers.postgres import OWNER, Database, Postgres


def furnish(store: Store) -> None:
    """Make a store's tables; the store itself runs under a role that may not."""
    if store.engine.dialect.name != "postgresql":
        store.create_tables()
        return
    url = store.engine.url.set(username=OWNER)
    engine = new_engine(url.render_as_string(hide_password=False))
    every = together(store.metadata)
    with engine.begin() as connection:
        every.create_all(connection)
        settle_in(connection, every)
    engine.dispose()
    store.keys.store.prepare()


def models_of(service: str) -> MetaData:
    """Return what a service's code knows of its tables."""
    metadata: MetaData = import_module(f"services.{service}.app").Base.metadata
    return metadata


def furnished(ground: Ground, postgres: Postgres, service: str) -> str:
    """Return the name of a database with a service's tables, migrated once in this run."""
    noted = ground.once(f"furnished-{service}", lambda: {"name": _furnished(postgres, service)})
    return str(noted["name"])


def migrate_as_owner(database: Database, service: str) -> None:
    """Bring a database up to date by a service's own history."""
    engine = new_engine(database.owner_url)
    migrate(engine, service, models_of(service))
    engine.dispose()


def _furnished(postgres: Postgres, service: str) -> str:
    database = postgres.new_database(f"furnished_{service}")
    migrate_as_owner(database, service)
    return database.name
