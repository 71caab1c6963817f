"""A unit of work sees and changes the rows of its clinics alone, whole or not at all."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import MetaData, delete, func, select, text, update
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import DeclarativeBase, Mapped

from shared.auth.actors import system
from shared.columns import COLUMN_TYPES, NAMES, sealed
from shared.errors import NotFound, Refusal
from shared.keys import DataClass, Scope, Tampered
from shared.store import ClaimRow, ClinicRow, LookupRow, OutsideItsClinics, Store
from tests.rings import new_ring
from tests.servers.furnishing import furnish
from tests.shared.events.backbone import changed

HERE, ELSEWHERE = uuid4(), uuid4()


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = COLUMN_TYPES


class Note(ClinicRow, Base):
    __tablename__ = "note"

    written_at: Mapped[datetime]
    words: Mapped[bytes | None] = sealed(DataClass.CLINICAL, scope=Scope.CLINIC, subject="id")


class Due(ClaimRow, Base):
    __tablename__ = "due"

    at: Mapped[datetime]


class Led(LookupRow, Base):
    __tablename__ = "led"

    until: Mapped[datetime]


NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    url = f"sqlite:///{tmp_path / 'intake.sqlite'}"
    if request.param == "postgres":
        url = request.getfixturevalue("new_database")("intake").worker_url
    made = Store(url, Base.metadata, service="intake", keys=new_ring())
    furnish(made)
    yield made
    made.engine.dispose()


def write(store: Store, clinic_id: UUID, words: str) -> UUID:
    with store.unit_of_work(clinics=[clinic_id], actor=system("intake")) as work:
        note = Note(clinic_id=clinic_id, id=work.new_id(), written_at=NOW)
        work.seal(note, words=words)
        work.add(note)
    return note.id


class TestClinics:
    def test_rows_of_other_clinics_are_not_seen(self, store: Store) -> None:
        write(store, HERE, "ours")
        foreign = write(store, ELSEWHERE, "theirs")

        with store.reading(clinics=[HERE], actor=system("intake")) as work:
            assert work.session.scalar(select(func.count()).select_from(Note)) == 1
            assert [work.open(note, "words") for note in work.session.scalars(select(Note))] == [
                "ours"
            ]
            with pytest.raises(NotFound):
                work.get(Note, ELSEWHERE, foreign)

    def test_rows_of_other_clinics_are_not_changed(self, store: Store) -> None:
        write(store, ELSEWHERE, "theirs")

        with store.unit_of_work(clinics=[HERE], actor=system("intake")) as work:
            work.session.execute(update(Note).values(written_at=NOW.replace(year=1999)))
            work.session.execute(delete(Note))

        with store.reading(clinics=[ELSEWHERE], actor=system("intake")) as work:
            assert [note.written_at for note in work.session.scalars(select(Note))] == [NOW]

    def test_a_row_for_another_clinic_is_refused(self, store: Store) -> None:
        with (
            pytest.raises(OutsideItsClinics),
            store.unit_of_work(clinics=[HERE], actor=system("intake")) as work,
        ):
            work.add(Note(clinic_id=ELSEWHERE, id=work.new_id(), written_at=NOW))

    def test_a_fact_about_another_clinic_is_refused(self, store: Store) -> None:
        with (
            pytest.raises(OutsideItsClinics),
            store.unit_of_work(clinics=[HERE], actor=system("intake")) as work,
        ):
            work.record(changed(uuid4(), 1, clinic_id=ELSEWHERE))

    def test_claiming_sees_ids_and_times_and_nothing_else(self, store: Store) -> None:
        write(store, HERE, "ours")
        with store.unit_of_work(clinics=[HERE], actor=system("intake")) as work:
            work.add(Due(clinic_id=HERE, id=work.new_id(), at=NOW))

        with store.claiming() as work:
            assert work.session.scalars(select(Note)).all() == []
            assert [due.at for due in work.session.scalars(select(Due))] == [NOW]

    @pytest.mark.requirement("PLT-02")
    def test_due_work_of_other_clinics_is_not_seen_by_other_work(self, store: Store) -> None:
        with store.unit_of_work(clinics=[ELSEWHERE], actor=system("intake")) as work:
            work.add(Due(clinic_id=ELSEWHERE, id=work.new_id(), at=NOW))

        with store.unit_of_work(clinics=[HERE], actor=system("intake")) as work:
            assert work.session.scalars(select(Due)).all() == []
            work.session.execute(delete(Due))
        with store.looking_up() as work:
            assert work.session.scalars(select(Due)).all() == []
        with store.claiming() as work:
            assert len(work.session.scalars(select(Due)).all()) == 1

    def test_claiming_marks_what_is_due_and_adds_nothing(self, store: Store) -> None:
        with store.unit_of_work(clinics=[HERE], actor=system("intake")) as work:
            work.add(Due(clinic_id=HERE, id=work.new_id(), at=NOW))

        with store.claiming() as work:
            [due] = work.session.scalars(select(Due))
            due.at = NOW.replace(year=2027)
        with pytest.raises(OutsideItsClinics), store.claiming() as work:
            work.add(Due(clinic_id=HERE, id=work.new_id(), at=NOW))

        with store.claiming() as work:
            assert [due.at.year for due in work.session.scalars(select(Due))] == [2027]

    @pytest.mark.requirement("PLT-02")
    def test_where_a_secret_leads_is_seen_by_looking_up_alone(self, store: Store) -> None:
        with store.unit_of_work(clinics=[HERE], actor=system("intake")) as work:
            work.add(Led(clinic_id=HERE, id=work.new_id(), until=NOW))

        with store.looking_up() as work:
            assert [led.until for led in work.session.scalars(select(Led))] == [NOW]
        for opened in (
            store.claiming(),
            store.reading(clinics=[ELSEWHERE], actor=system("intake")),
        ):
            with opened as work:
                assert work.session.scalars(select(Led)).all() == []


class TestWholeOrNotAtAll:
    def test_what_is_refused_halfway_leaves_nothing(self, store: Store) -> None:
        with (
            suppress(Refusal),
            store.unit_of_work(clinics=[HERE], actor=system("intake")) as work,
        ):
            work.add(Note(clinic_id=HERE, id=work.new_id(), written_at=NOW))
            work.record(changed(uuid4(), 1, clinic_id=HERE))
            raise Refusal

        with store.reading(clinics=[HERE], actor=system("intake")) as work:
            assert work.session.execute(text("SELECT count(*) FROM note")).scalar() == 0
            assert work.session.execute(text("SELECT count(*) FROM outbox")).scalar() == 0

    def test_reading_keeps_nothing(self, store: Store) -> None:
        with store.reading(clinics=[HERE], actor=system("intake")) as work:
            work.add(Note(clinic_id=HERE, id=work.new_id(), written_at=NOW))

        with store.reading(clinics=[HERE], actor=system("intake")) as work:
            assert work.session.execute(text("SELECT count(*) FROM note")).scalar() == 0


class TestColumns:
    def test_a_moment_without_a_zone_is_refused(self, store: Store) -> None:
        with (
            pytest.raises(StatementError),
            store.unit_of_work(clinics=[HERE], actor=system("intake")) as work,
        ):
            work.add(Note(clinic_id=HERE, id=uuid4(), written_at=NOW.replace(tzinfo=None)))

    def test_sealed_words_are_in_no_byte_of_the_row(self, store: Store) -> None:
        write(store, HERE, "a canary named Pip")

        with store.reading(clinics=[HERE], actor=system("intake")) as work:
            [kept] = work.session.execute(text("SELECT words FROM note")).scalars()
        assert b"Pip" not in bytes(kept)

    @pytest.mark.requirement("PLT-07")
    def test_sealed_words_moved_to_another_row_do_not_open(self, store: Store) -> None:
        one, other = write(store, HERE, "one"), write(store, HERE, "other")

        with store.unit_of_work(clinics=[HERE], actor=system("intake")) as work:
            first, second = work.get(Note, HERE, one), work.get(Note, HERE, other)
            second.words = first.words
            with pytest.raises(Tampered):
                work.open(second, "words")
