"""No clinic sees another: every table of every service is tried, as its migrations leave it."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shared.auth.actors import system
from shared.settings import SERVICES
from shared.store import Store
from shared.store.everywhere import together
from shared.tenancy import Kind, Reach
from tests.rings import new_ring
from tests.servers.furnishing import models_of
from tests.servers.postgres import Database
from tests.shared import catalogue
from tests.shared.exceptions import KEYS_BESIDE_THE_CLINIC, TOLD_AND_HEARD
from tests.shared.filling import Row, answer_to, columns_of, fill, insert_into, row_of

HERE, ELSEWHERE = uuid4(), uuid4()
TAKEN, UNUSED = UUID(int=0x7111), UUID(int=0x7222)
REFUSED = "InsufficientPrivilege"


@pytest.fixture(params=SERVICES)
def service(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def database(furnished_database: Any, service: str) -> Database:
    """The tables of a service, as its owner migrated them."""
    made: Database = furnished_database(service)
    return made


@pytest.fixture
def admin(database: Database) -> Iterator[psycopg.Connection]:
    """The superuser, whom nothing binds."""
    with psycopg.connect(database.admin_url) as connection:
        yield connection


@pytest.fixture
def rows(admin: psycopg.Connection) -> dict[str, Row]:
    """One row of a clinic in every table that holds a clinic's rows."""
    made = {}
    for table in catalogue.tenant_tables(admin):
        columns = columns_of(admin, table)
        made[table] = row_of(columns, clinic_id=HERE, other_id=TAKEN)
        fill(admin, table, made[table])
    admin.commit()
    return made


def connect(url: str, clinics: str = "", reach: str = "") -> psycopg.Connection:
    """Return a connection in whose transaction these settings hold, and no default of ours."""
    connection = psycopg.connect(url)
    for name, value in (("clinics", clinics), ("reach", reach)):
        if value:
            connection.execute("SELECT set_config(%s, %s, true)", [f"attune.{name}", value])
    return connection


def seen(connection: Any, tables: Any) -> dict[str, int]:
    """Return how many rows each table shows, where it shows any."""
    counts = {table: answer_to(connection, count_of(table)) for table in tables}
    return {table: int(count) for table, count in counts.items() if int(count)}


def count_of(table: str) -> sql.Composed:
    return sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))


def tables_of(service: str, kind: Kind) -> set[str]:
    every = together(models_of(service)).sorted_tables
    return {
        table.name
        for table in every
        if "clinic_id" in table.c and table.c.clinic_id.info.get("tenancy", Kind.CLINIC) is kind
    }


class TestWithoutAClinic:
    @pytest.mark.requirement("PLT-02")
    @pytest.mark.parametrize("named", [("", ""), ("{}", "clinics"), ("{}", "")])
    def test_nothing_is_read_and_nothing_written(self, database, admin, rows, named):
        with connect(database.url, *named) as app:
            assert seen(app, rows) == {}
            for table, row in rows.items():
                assert answer_to(app, insert_into(table, row), list(row.values())) == REFUSED, table
                for words in ("UPDATE {} SET clinic_id = clinic_id", "DELETE FROM {}"):
                    changing = sql.SQL(words).format(sql.Identifier(table))
                    assert answer_to(app, changing) in ("0", REFUSED), table

        assert seen(admin, rows) == dict.fromkeys(rows, 1)

    @pytest.mark.requirement("PLT-02")
    def test_a_clinics_own_work_sees_its_rows_and_another_clinics_does_not(self, database, rows):
        with connect(database.url, f"{{{HERE}}}", "clinics") as app:
            assert seen(app, rows) == dict.fromkeys(rows, 1)
        with connect(database.url, f"{{{ELSEWHERE}}}", "clinics") as app:
            assert seen(app, rows) == {}


@pytest.mark.requirement("PLT-03")
class TestAPool:
    @pytest.fixture
    def store(self, service: str, database: Database) -> Iterator[Store]:
        """The store of a service's pages."""
        made = Store(database.url, models_of(service), service=service, keys=new_ring())
        yield made
        made.engine.dispose()

    def test_of_what_one_clinic_did_nothing_is_left(self, store, rows):
        with store.unit_of_work(clinics=[HERE], actor=system(store.service)) as work:
            used = self.where(work.session)
            assert self.shown(work.session, rows) == set(rows)

        with store.engine.connect() as connection:
            assert self.where(connection) == used
            assert self.shown(connection, rows) == TOLD_AND_HEARD
        with store.reading(clinics=[ELSEWHERE], actor=system(store.service)) as work:
            assert self.where(work.session) == used
            assert self.shown(work.session, rows) == set()

    def test_nor_after_an_error(self, store, rows):
        with (
            pytest.raises(DBAPIError),
            store.unit_of_work(clinics=[HERE], actor=system(store.service)) as work,
        ):
            work.session.execute(text("SELECT 1 / 0"))

        with store.engine.connect() as connection:
            assert self.shown(connection, rows) == TOLD_AND_HEARD

    def test_nor_after_a_rollback_in_the_midst_of_work(self, store, rows):
        with store.reading(clinics=[HERE], actor=system(store.service)) as work:
            with work.session.begin_nested() as inner:
                work.open_for([ELSEWHERE])
                inner.rollback()
            assert self.shown(work.session, rows) == set(rows)
            work.session.rollback()
            assert self.shown(work.session, rows) == TOLD_AND_HEARD

    def test_nor_on_a_connection_that_has_no_default_of_ours(self, database, rows):
        with connect(database.url, f"{{{HERE}}}", "clinics") as app:
            assert seen(app, rows) == dict.fromkeys(rows, 1)
            app.commit()
            assert seen(app, rows) == {}

    def where(self, connection: Any) -> int:
        """Return the number of the database's process behind a connection."""
        return int(connection.execute(text("SELECT pg_backend_pid()")).scalar_one())

    def shown(self, connection: Any, tables: Any) -> set[str]:
        """Return the tables that show a row."""
        counts = {
            table: connection.execute(text(f'SELECT count(*) FROM "{table}"')).scalar_one()
            for table in tables
        }
        return {table for table, count in counts.items() if count}


@pytest.mark.requirement("PLT-04")
class TestTwoClinics:
    def test_an_id_of_another_clinic_answers_as_an_unused_one(self, database, admin, rows):
        """Each row refers to others by the same id: to a clinic's own rows, and to nothing."""
        with connect(database.url, f"{{{ELSEWHERE}}}", "clinics") as app:
            answers = {
                table: {
                    answer_to(app, insert_into(table, row), list(row.values()))
                    for row in self.as_elsewhere(admin, table)
                }
                for table in rows
                if not beside_the_clinic(table)
            }

        assert {table: said for table, said in answers.items() if len(said) != 1} == {}
        assert {"1", "ForeignKeyViolation"} >= set.union(*answers.values())

    def as_elsewhere(self, admin: psycopg.Connection, table: str) -> list[Row]:
        columns = columns_of(admin, table)
        return [row_of(columns, clinic_id=ELSEWHERE, other_id=one) for one in (TAKEN, UNUSED)]


def beside_the_clinic(table: str) -> bool:
    return any(key.startswith(f"{table} (") for key in KEYS_BESIDE_THE_CLINIC)


class TestClaims:
    @pytest.mark.requirement("PLT-02")
    def test_due_work_of_all_clinics_is_seen_by_a_worker_alone(self, service, database, rows):
        due, led = tables_of(service, Kind.CLAIM), tables_of(service, Kind.LOOKUP)

        with connect(database.worker_url, "{}", Reach.CLAIMS) as worker:
            assert set(seen(worker, rows)) == due | TOLD_AND_HEARD
        with connect(database.url, "{}", Reach.CLAIMS) as app:
            assert set(seen(app, rows)) == TOLD_AND_HEARD
        with connect(database.url, "{}", Reach.LOOKUP) as app:
            assert set(seen(app, rows)) == led
        assert due

    def test_a_worker_marks_what_is_due_and_neither_adds_nor_removes_it(
        self, service, database, rows
    ):
        with connect(database.worker_url, "{}", Reach.CLAIMS) as worker:
            for table in tables_of(service, Kind.CLAIM):
                here, row = sql.Identifier(table), rows[table]
                marking = sql.SQL("UPDATE {} SET clinic_id = clinic_id").format(here)
                locking = sql.SQL("SELECT 1 FROM {} FOR UPDATE SKIP LOCKED").format(here)
                assert answer_to(worker, marking) == answer_to(worker, locking) == "1"
                assert answer_to(worker, sql.SQL("DELETE FROM {}").format(here)) == "0"
                assert answer_to(worker, insert_into(table, row), list(row.values())) == REFUSED

    @pytest.mark.parametrize("service", ["reminders"], indirect=True)
    def test_pages_only_look_up_where_a_secret_leads(self, service, database, rows):
        led = tables_of(service, Kind.LOOKUP)
        with connect(database.url, "{}", Reach.LOOKUP) as app:
            for table in led:
                here, row = sql.Identifier(table), rows[table]
                changing = sql.SQL("UPDATE {} SET clinic_id = clinic_id").format(here)
                assert answer_to(app, changing) == "0"
                assert answer_to(app, sql.SQL("DELETE FROM {}").format(here)) == "0"
                assert answer_to(app, insert_into(table, row), list(row.values())) == REFUSED
        assert led == {"link_key", "open_form"}
