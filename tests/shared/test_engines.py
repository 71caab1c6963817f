"""What a database refuses says which statement and why, and no value, even in a bare traceback."""

from collections.abc import Iterator
from pathlib import Path
from traceback import format_exception

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from shared.store.engines import new_engine

WORD = "Pelargonium"
TAKEN = "INSERT INTO taken (name, day) VALUES (:word, 1)"
FAILING = {
    "what is there already": (TAKEN, "taken"),
    "a row that lacks something": ("INSERT INTO taken (name) VALUES (:word)", "taken"),
    "a value of another kind": ("INSERT INTO taken VALUES ('x', CAST(:word AS integer))", "CAST"),
    "what a rule forbids": ("INSERT INTO taken VALUES (:word, -1)", "taken"),
    "a table that is not there": ("SELECT * FROM nowhere WHERE name = :word", "nowhere"),
}
TAKEN_FROM_ANYTHING = "a value of another kind"
"""SQLite takes any word for a number: nought."""


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    url = f"sqlite:///{tmp_path / 'one.sqlite'}"
    if request.param == "postgres":
        url = request.getfixturevalue("new_database")("one").owner_url
    made = new_engine(url)
    with made.begin() as connection:
        connection.execute(
            text(
                "CREATE TABLE taken (name varchar(20) PRIMARY KEY,"
                " day integer NOT NULL CHECK (day > 0))"
            )
        )
        connection.execute(text(TAKEN), {"word": WORD})
    yield made
    made.dispose()


@pytest.mark.requirement("PLT-12")
@pytest.mark.parametrize("why", FAILING)
def test_a_traceback_holds_no_value_of_what_failed(engine: Engine, why: str) -> None:
    statement, names = FAILING[why]
    if engine.dialect.name == "sqlite" and why == TAKEN_FROM_ANYTHING:
        statement = f"{statement}, (1, 2, 3)"  # fails for another reason, with the value beside it

    with pytest.raises(DBAPIError) as failed, engine.begin() as connection:
        connection.execute(text(statement), {"word": WORD})

    written = "".join(format_exception(failed.value))
    assert WORD not in written
    assert names in written


def test_what_our_own_triggers_say_is_kept(new_database) -> None:
    engine = new_engine(new_database("one").owner_url)
    with pytest.raises(DBAPIError, match="stays as it is"), engine.begin() as connection:
        connection.execute(text("DO $$ BEGIN RAISE EXCEPTION 'stays as it is'; END $$"))
    engine.dispose()
