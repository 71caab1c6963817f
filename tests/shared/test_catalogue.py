"""The live schema of every service protects what its tables hold, and so will tables to come."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from shared.settings import SERVICES
from tests.servers.furnishing import migrate_as_owner
from tests.servers.postgres import Database
from tests.shared import catalogue
from tests.shared.exceptions import KEYS_BESIDE_THE_CLINIC, OUTSIDE_ALL_CLINICS

CHANGING_ROWS = {"SELECT", "INSERT", "UPDATE", "DELETE"}


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


@pytest.mark.requirement("PLT-01")
class TestTheCatalogue:
    def test_every_table_of_a_clinic_forces_row_level_security(self, admin):
        assert len(catalogue.tenant_tables(admin)) > 5
        assert catalogue.unprotected(admin) == []

    def test_a_table_without_a_clinic_is_one_that_was_thought_about(self, admin):
        assert catalogue.other_tables(admin) - OUTSIDE_ALL_CLINICS.keys() == set()

    def test_no_runtime_role_owns_or_bypasses_anything(self, admin):
        assert catalogue.above_the_law(admin) == []
        others = ["attune_owner", "postgres"]
        assert sorted(catalogue.above_the_law(admin, others)) == others

    @pytest.mark.requirement("PLT-04")
    def test_keys_start_with_the_clinic(self, admin):
        beside = catalogue.keys_beside_the_clinic(admin)

        assert beside - KEYS_BESIDE_THE_CLINIC.keys() == set()

    @pytest.mark.requirement("PLT-05")
    def test_nothing_looks_past_it_on_behalf_of_others(self, admin):
        assert catalogue.ways_around(admin) == []

    @pytest.mark.requirement("PLT-05")
    def test_rights_are_those_to_change_rows_and_no_others(self, admin):
        every = {*catalogue.tenant_tables(admin), *catalogue.other_tables(admin)}

        usual = dict.fromkeys(every - {"alembic_version"}, CHANGING_ROWS)
        assert catalogue.rights(admin) == {**usual, "audit_entry": {"SELECT", "INSERT"}}


@pytest.mark.requirement("PLT-01", "PLT-04", "PLT-05")
class TestALaterTable:
    """What someone adds tomorrow is found by the questions above, without anyone changing them."""

    @pytest.fixture
    def service(self) -> str:
        return "intake"

    @pytest.fixture
    def owner(self, database: Database) -> Iterator[psycopg.Connection]:
        with psycopg.connect(database.owner_url, autocommit=True) as connection:
            yield connection

    def test_made_by_hand_is_found_unprotected(self, owner, admin):
        owner.execute("CREATE TABLE later (clinic_id uuid, id uuid PRIMARY KEY)")

        assert catalogue.unprotected(admin) == ["later"]
        assert "later (id)" in catalogue.keys_beside_the_clinic(admin)

    def test_that_lets_everything_through_is_found(self, owner, admin):
        owner.execute("CREATE TABLE later (clinic_id uuid, id uuid, PRIMARY KEY (clinic_id, id))")
        owner.execute("ALTER TABLE later ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        owner.execute("CREATE POLICY everyone ON later USING (true) WITH CHECK (true)")

        assert catalogue.unprotected(admin) == ["later"]

    def test_without_a_clinic_is_found(self, owner, admin):
        owner.execute("CREATE TABLE later (id uuid PRIMARY KEY)")

        assert catalogue.other_tables(admin) - OUTSIDE_ALL_CLINICS.keys() == {"later"}

    @pytest.mark.parametrize(
        "made",
        [
            "CREATE VIEW later AS SELECT * FROM person",
            "CREATE MATERIALIZED VIEW later AS SELECT * FROM person",
            "CREATE FUNCTION later() RETURNS bigint LANGUAGE sql SECURITY DEFINER"
            " AS 'SELECT count(*) FROM person'",
        ],
    )
    def test_a_way_around_is_found(self, owner, admin, made):
        owner.execute(made)

        assert catalogue.ways_around(admin) == ["later"]

    def test_a_view_that_asks_as_its_reader_is_fine(self, owner, admin):
        owner.execute("CREATE VIEW later WITH (security_invoker = true) AS SELECT * FROM person")

        assert catalogue.ways_around(admin) == []

    def test_a_right_too_many_is_found(self, owner, admin):
        owner.execute("GRANT TRUNCATE ON person TO attune_app")

        assert "TRUNCATE" in catalogue.rights(admin)["person"]

    def test_what_was_loosened_is_mended_when_the_database_is_brought_up_to_date(
        self, database, owner, admin
    ):
        owner.execute("GRANT TRUNCATE, TRIGGER ON person TO attune_app")
        owner.execute("CREATE POLICY everyone ON person USING (true)")
        owner.execute("ALTER TABLE member NO FORCE ROW LEVEL SECURITY")
        assert catalogue.unprotected(admin) == ["member", "person"]
        admin.rollback()

        migrate_as_owner(database, "intake")

        assert catalogue.unprotected(admin) == []
        assert catalogue.rights(admin)["person"] == CHANGING_ROWS
