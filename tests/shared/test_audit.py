"""The audit trail cannot be rewritten unnoticed, and says nothing more about who was erased."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier, Thread
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError

from shared.audit import Act, Entry, TrailUnavailable, audit_entry
from shared.audit.chain import append
from shared.audit.checking import Checked, Head, check
from shared.audit.entries import BEGINNING, link
from shared.auth.actors import Actor, Door, Role, system
from shared.keys import KeyGone, KeyName, Scope
from shared.store import Store
from tests.shared import vault as stage
from tests.shared.vault import ADA, BO, CLINIC, OTHER, Vault, tell, told

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
INES = UUID(int=0x1E5)
ROW, OTHER_ROW = UUID(int=100), UUID(int=101)
READER = Actor(
    door=Door.STAFF,
    id=INES,
    role=Role.CLINICIAN,
    clinics=frozenset({CLINIC}),
    opens=system("intake").opens,
    at="intake:people.one",
)


@pytest.fixture(params=["sqlite", "postgres"])
def vault(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Vault]:
    made = stage.in_files(tmp_path)
    if request.param == "postgres":
        made = Vault(
            request.getfixturevalue("new_database")("intake").owner_url,
            request.getfixturevalue("new_database")("keys").owner_url,
        )
    made.process().create_tables()
    yield made
    made.close()


def entry(nth: int, clinic_id: UUID = CLINIC) -> Entry:
    return Entry(
        clinic_id=clinic_id,
        at=NOW,
        act="read",
        door="staff",
        role="clinician",
        actor=nth.to_bytes(16, "big"),
        subject=None,
        subject_kind="person",
        what="told",
        route="intake:people.one",
        purpose="treatment",
        outcome="done",
    )


def broken(store: Store, noted: list[Head] | None = None) -> dict[UUID, int | None]:
    return {one.head.clinic_id: one.broken_at for one in check(store, noted or [])}


def read(store: Store, row_id: UUID, *, actor: Actor = READER) -> None:
    with store.reading(clinics=[CLINIC], actor=actor) as work:
        work.open(work.get(stage.Told, CLINIC, row_id), "own")


class Thief:
    """Someone with the file of the database, where nothing protects it, and a chain of eight."""

    LENGTH = 8

    def __init__(self, folder: Path):
        self.vault = stage.in_files(folder)
        self.store = self.vault.process()
        self.store.create_tables()
        tell(self.store, ROW, ADA, own="mine")
        with self.store.engine.begin() as connection:
            append(connection, [entry(nth) for nth in range(self.LENGTH)])
        with self.store.engine.begin() as connection:
            for act in ("update", "delete", "replaced"):
                connection.execute(text(f"DROP TRIGGER audit_entry_stays_{act}"))
            self._rows = [dict(row) for row in connection.execute(select(audit_entry)).mappings()]
        self.heads = [one.head for one in check(self.store)]

    def rows(self) -> list[dict[str, Any]]:
        """Return the chain as it was written."""
        return [dict(row) for row in self._rows]

    def puts(self, rows: list[dict[str, Any]]) -> None:
        """Put other rows in its place."""
        with self.store.engine.begin() as connection:
            connection.execute(audit_entry.delete())
            if rows:
                connection.execute(insert(audit_entry), rows)

    def found(self, *, by_heads: bool = False) -> int | None:
        """Return the first bad position of the clinic's chain, as the verifier names it."""
        return broken(self.store, self.heads if by_heads else []).get(CLINIC)


def rechained(rows: list[dict[str, Any]], *, after: int = 0) -> list[dict[str, Any]]:
    """Work out positions and hashes anew from a position on, as a thief with our code could."""
    previous = rows[after - 1]["hash"] if after else BEGINNING
    for position, row in enumerate(rows[after:], after + 1):
        row |= {"position": position, "previous": previous}
        row["hash"] = previous = link(row)
    return rows


@pytest.fixture(scope="module")
def thief(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Thief]:
    made = Thief(tmp_path_factory.mktemp("stolen"))
    yield made
    made.vault.close()


PLACES = st.integers(min_value=1, max_value=Thief.LENGTH)
OTHERWISE = {
    "at": NOW.replace(hour=10),
    "act": "wrote",
    "door": "link",
    "role": "auditor",
    "actor": bytes([9] * 16),
    "subject": bytes([9] * 16),
    "subject_kind": "relationship",
    "what": "other",
    "route": "intake:other",
    "purpose": "audit",
    "outcome": "refused",
    "previous": bytes([9] * 32),
    "hash": bytes([9] * 32),
}


@pytest.mark.requirement("PLT-16")
class TestChain:
    @given(at=PLACES, column=st.sampled_from(sorted(OTHERWISE)))
    def test_a_changed_entry_is_named(self, thief: Thief, at: int, column: str) -> None:
        rows = thief.rows()
        rows[at - 1][column] = OTHERWISE[column]

        thief.puts(rows)

        assert thief.found() == at

    @given(at=PLACES)
    def test_a_missing_entry_is_named_and_one_at_the_end_by_the_head(
        self, thief: Thief, at: int
    ) -> None:
        rows = thief.rows()
        del rows[at - 1]

        thief.puts(rows)

        assert thief.found() == (at if at < Thief.LENGTH else None)
        assert thief.found(by_heads=True) == at

    @given(one=PLACES, other=PLACES)
    def test_entries_in_another_order_are_named(self, thief: Thief, one: int, other: int) -> None:
        rows = thief.rows()
        rows[one - 1]["position"], rows[other - 1]["position"] = other, one

        thief.puts(rows)

        assert thief.found() == (None if one == other else min(one, other))

    @given(at=PLACES, chained=st.booleans())
    def test_an_entry_put_in_is_named(self, thief: Thief, at: int, chained: bool) -> None:
        rows = thief.rows()
        for row in rows[at - 1 :]:
            row["position"] += 1
        extra = {**rows[at - 1], "position": at, "what": "never"}
        if chained:
            extra["previous"] = rows[at - 2]["hash"] if at > 1 else BEGINNING
            extra["hash"] = link(extra)

        thief.puts([*rows[: at - 1], extra, *rows[at - 1 :]])

        assert thief.found() == (at + 1 if chained else at)

    @given(at=PLACES)
    def test_an_entry_moved_to_another_clinic_is_named(self, thief: Thief, at: int) -> None:
        rows = thief.rows()
        rows[at - 1] |= {"clinic_id": OTHER, "position": 1}
        thief.store.keys.newest(KeyName(OTHER, Scope.CLINIC, OTHER))

        thief.puts(rows)

        assert broken(thief.store, thief.heads) == {CLINIC: at, OTHER: 1}

    @given(at=PLACES)
    def test_a_chain_written_anew_is_whole_and_is_not_the_one_whose_head_was_noted(
        self, thief: Thief, at: int
    ) -> None:
        rows = thief.rows()
        rows[at - 1]["what"] = "never"

        thief.puts(rechained(rows, after=at - 1))

        assert thief.found() is None
        assert thief.found(by_heads=True) == Thief.LENGTH

    def test_a_chain_that_is_gone_is_missed_by_its_head(self, thief: Thief) -> None:
        thief.puts([])

        assert broken(thief.store) == {}
        assert broken(thief.store, thief.heads) == {CLINIC: 1}

    @given(kept=st.integers(min_value=1, max_value=Thief.LENGTH))
    def test_earlier_heads_fit_a_chain_that_went_on(self, thief: Thief, kept: int) -> None:
        rows = thief.rows()
        earlier = Head("intake", CLINIC, kept, rows[kept - 1]["hash"])

        thief.puts(rows)

        assert broken(thief.store, [earlier]) == {CLINIC: None}


class TestAppending:
    def test_two_that_write_at_once_make_one_chain(self, vault: Vault) -> None:
        together, failed = Barrier(2), []

        def write(nth: int) -> None:
            store = vault.process()
            together.wait()
            try:
                for round_ in range(10):
                    with store.unit_of_work(clinics=[CLINIC, OTHER], actor=READER) as work:
                        for clinic_id in (CLINIC, OTHER)[:: 1 if nth else -1]:
                            work.note(Act.SET_UP, clinic_id=clinic_id, what=f"{nth}-{round_}")
            except Exception as problem:
                failed.append(problem)

        writers = [Thread(target=write, args=[nth]) for nth in range(2)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()

        assert failed == []
        chains = list(check(vault.process()))
        assert [(one.head.position, one.broken_at) for one in chains] == [(20, None)] * 2

    def test_a_batch_keeps_its_order(self, vault: Vault) -> None:
        store = vault.process()

        with store.unit_of_work(clinics=[CLINIC], actor=READER) as work:
            for nth in range(30):
                work.note(Act.SET_UP, clinic_id=CLINIC, what=f"nth {nth}")

        with store.reading(clinics=[CLINIC], actor=system("intake")) as work:
            in_order = select(audit_entry.c.what).order_by(audit_entry.c.position)
            lines = work.session.scalars(in_order).all()
        assert lines == [f"nth {nth}" for nth in range(30)]

    def test_what_was_rolled_back_leaves_no_gap(self, vault: Vault) -> None:
        store = vault.process()
        tell(store, ROW, ADA, own="mine")
        read(store, ROW)

        with (
            suppress(KeyError),
            store.unit_of_work(clinics=[CLINIC], actor=READER) as work,
        ):
            work.note(Act.SET_UP, clinic_id=CLINIC)
            raise KeyError
        read(store, ROW)

        assert broken(store) == {CLINIC: None}


class TestReading:
    @pytest.mark.requirement("PLT-15")
    @pytest.mark.parametrize("missing", ["trail", "keys"])
    def test_nothing_is_read_while_it_cannot_be_recorded(self, vault: Vault, missing: str) -> None:
        store = vault.process()
        tell(store, ROW, ADA, own="mine")
        engine = store.engine if missing == "trail" else store.keys.store.engine
        told(store, ROW, "own")  # its key is at hand now
        with engine.begin() as connection:
            table = "audit_entry" if missing == "trail" else "wrapped_key"
            connection.execute(text(f"ALTER TABLE {table} RENAME TO elsewhere"))

        with pytest.raises(TrailUnavailable):
            read(store, ROW)

    @pytest.mark.requirement("PLT-15")
    def test_leaves_one_line_for_each_thing_seen(self, vault: Vault) -> None:
        store = vault.process()
        tell(store, ROW, ADA, own="mine", safe="alone", joint="ours")

        with store.reading(clinics=[CLINIC], actor=READER) as work:
            row = work.get(stage.Told, CLINIC, ROW)
            for column in ("own", "own", "joint"):
                work.open(row, column)

        with store.reading(clinics=[CLINIC], actor=system("intake")) as work:
            in_order = select(audit_entry).order_by(audit_entry.c.position)
            lines = work.session.execute(in_order).all()
        pseudonym = store.keys.known_pseudonym
        assert [(one.actor, one.subject, one.subject_kind) for one in lines] == [
            (pseudonym(CLINIC, INES), pseudonym(CLINIC, ADA), "person"),
            (pseudonym(CLINIC, INES), pseudonym(CLINIC, stage.THEM), "relationship"),
        ]


class TestErasure:
    @pytest.mark.requirement("PLT-17")
    def test_the_chain_stays_whole_and_no_longer_tells_about_whom(self, vault: Vault) -> None:
        store = vault.process()
        for row, person in ((ROW, ADA), (OTHER_ROW, BO)):
            tell(store, row, person, own="words")
            read(store, row)
        [head] = [one.head for one in check(store)]
        of_bo = store.keys.known_pseudonym(CLINIC, BO)

        store.keys.destroy(KeyName(CLINIC, Scope.AUDIT, ADA))

        assert list(check(store, [head])) == [Checked(head)]
        assert vault.process().keys.known_pseudonym(CLINIC, ADA) is None
        with pytest.raises(KeyGone):
            vault.process().keys.pseudonym(CLINIC, ADA)
        assert vault.process().keys.known_pseudonym(CLINIC, BO) == of_bo

    @pytest.mark.requirement("PLT-17")
    def test_later_lines_about_them_name_no_one(self, vault: Vault) -> None:
        store = vault.process()
        tell(store, ROW, ADA, own="words")
        store.keys.destroy(KeyName(CLINIC, Scope.AUDIT, ADA))

        read(store, ROW)

        with store.reading(clinics=[CLINIC], actor=system("intake")) as work:
            [line] = work.session.execute(select(audit_entry)).all()
        assert line.subject is None
        assert broken(store) == {CLINIC: None}


@pytest.mark.requirement("PLT-16")
class TestOnlyAdded:
    """The role that services run under adds to the trail, and can do nothing else with it."""

    CHANGES = (
        "UPDATE audit_entry SET act = 'x'",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry",
        "INSERT OR REPLACE INTO audit_entry SELECT * FROM audit_entry",
    )

    @pytest.mark.parametrize("change", [*CHANGES[:2], CHANGES[3]])
    def test_on_sqlite_by_triggers(self, tmp_path: Path, change: str) -> None:
        vault = stage.in_files(tmp_path)
        store = vault.process()
        store.create_tables()
        with store.engine.begin() as connection:
            append(connection, [entry(1)])

        with pytest.raises(DBAPIError, match="append-only"), store.engine.begin() as connection:
            connection.execute(text(change))
        vault.close()

    @pytest.mark.parametrize("change", CHANGES[:3])
    def test_on_postgresql_by_its_rights_and_even_its_owner_by_triggers(
        self, new_database: Any, change: str
    ) -> None:
        database = new_database("intake")
        vault = Vault(database.owner_url, new_database("keys").owner_url)
        owner = vault.process()
        owner.create_tables()
        vault.url = database.url
        app = vault.process()
        with app.unit_of_work(clinics=[CLINIC], actor=READER) as work:
            work.note(Act.SET_UP, clinic_id=CLINIC)

        for store, why in ((app, "permission denied"), (owner, "append-only")):
            with store.unit_of_work(clinics=[CLINIC], actor=system("intake")) as work:
                connection = work.session.connection().begin_nested()
                with pytest.raises(DBAPIError, match=why):
                    connection.connection.execute(text(change))
                connection.rollback()
        assert broken(app) == {CLINIC: None}
        vault.close()
