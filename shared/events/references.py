"""What waits to be fetched: references to content that an event only points to."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func

from shared.events.tables import wanted
from shared.inserting import insert_into


@dataclass(frozen=True)
class Reference:
    """A piece of content: its kind (``<teller>.<noun>``), clinic, subject and version."""

    kind: str
    clinic_id: UUID
    subject_id: UUID
    version: int

    @property
    def teller(self) -> str:
        """The service that owns this content."""
        return self.kind.split(".")[0]


def want(connection: Connection, reference: Reference) -> None:
    """Note that content must be fetched; a later version replaces an earlier wish."""
    statement = insert_into(connection, wanted).values(
        kind=reference.kind,
        clinic_id=reference.clinic_id,
        subject_id=reference.subject_id,
        version=reference.version,
        tries=0,
        next_try_at=0.0,
    )
    later = larger_of(connection, wanted.c.version, statement.excluded.version)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["kind", "clinic_id", "subject_id"],
            set_={"version": later, "next_try_at": 0.0},
        )
    )


def larger_of(connection: Connection, one: Any, other: Any) -> Any:
    """Return the larger of two columns, in the words of the database."""
    larger = func.max if connection.dialect.name == "sqlite" else func.greatest
    return larger(one, other)
