"""A sealed value opens only where it stands, only unchanged, and only while its key is there."""

import re
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from shared.keys import (
    HOUSE,
    BadRoot,
    KeyGone,
    KeyName,
    KeyRing,
    KeyStore,
    Place,
    Root,
    Scope,
    Tampered,
    new_master_key,
)
from shared.keys.files import root_of
from shared.store.engines import new_engine
from tests.rings import new_ring

HERE = Place(
    clinic_id=UUID(int=1),
    scope=Scope.PERSON,
    subject_id=UUID(int=2),
    table="person",
    column="name",
    row_id=UUID(int=3),
)
PARTNER = HERE._replace(subject_id=UUID(int=4), row_id=UUID(int=5))
TOGETHER = HERE._replace(scope=Scope.RELATIONSHIP, subject_id=UUID(int=6))
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
RING = new_ring(bytes(range(32)))


@given(st.binary(max_size=300))
def test_what_was_sealed_opens_where_it_stands(value: bytes) -> None:
    assert RING.open(HERE, RING.seal(HERE, value)) == value


@pytest.mark.requirement("PLT-07")
@pytest.mark.parametrize(
    "moved",
    [
        {"clinic_id": uuid4()},
        {"scope": Scope.RELATIONSHIP},
        {"subject_id": uuid4()},
        {"table": "contact"},
        {"column": "pronouns"},
        {"row_id": uuid4()},
    ],
    ids=lambda moved: next(iter(moved)),
)
def test_what_was_moved_does_not_open(moved: dict[str, object]) -> None:
    elsewhere = HERE._replace(**moved)
    RING.prepare([elsewhere.key])  # it is not for want of a key

    with pytest.raises(Tampered):
        RING.open(elsewhere, RING.seal(HERE, b"Ada"))


@pytest.mark.requirement("PLT-07")
def test_whoever_finds_such_a_value_leaves_word_of_where_and_never_of_what() -> None:
    elsewhere = HERE._replace(row_id=uuid4())

    with capture_logs() as said, pytest.raises(Tampered):
        RING.open(elsewhere, RING.seal(HERE, b"Ada"))

    assert said == [
        {
            "event": "integrity",
            "log_level": "error",
            "code": "changed",
            "kind": "person.name",
            "clinic_id": HERE.clinic_id,
            "row_id": elsewhere.row_id,
        }
    ]


@given(st.integers(min_value=0, max_value=35), st.integers(min_value=1, max_value=255))
def test_what_was_changed_does_not_open(at: int, by: int) -> None:
    sealed = bytearray(RING.seal(HERE, b"Ada"))
    sealed[at % len(sealed)] ^= by

    with pytest.raises(Tampered):
        RING.open(HERE, bytes(sealed))


@pytest.mark.parametrize("short", [b"", b"\x02", b"\x02" + bytes(16)])
def test_what_was_cut_off_does_not_open(short: bytes) -> None:
    with pytest.raises(Tampered):
        RING.open(HERE, short)


def test_the_same_value_never_looks_the_same_twice() -> None:
    assert RING.seal(HERE, b"Ada") != RING.seal(HERE, b"Ada")


class TestRoot:
    def test_is_made_once_and_kept_from_others(self, tmp_path: Path) -> None:
        file = tmp_path / "keys" / "master.key"

        wrapped = root_of("", file).wrap(bytes(32), "here")

        again = root_of("", file)
        assert again.unwrap(wrapped, again.newest, "here") == bytes(32)
        assert file.stat().st_mode & 0o077 == 0

    def test_that_was_given_is_used_and_nothing_is_written(self, tmp_path: Path) -> None:
        file = tmp_path / "master.key"

        root_of(new_master_key(), file)

        assert not file.exists()

    @pytest.mark.parametrize("text", ["", "c2hvcnQ=", "not base64 at all!", ","])
    def test_of_the_wrong_form_is_refused(self, text: str) -> None:
        with pytest.raises(BadRoot):
            Root.read(text)

    def test_an_earlier_one_still_opens_beside_the_newest(self) -> None:
        earlier, newest = new_master_key(), new_master_key()
        before = Root.read(earlier)
        wrapped = before.wrap(bytes(32), "here")

        both = Root.read(f"{newest}, {earlier}")

        assert both.unwrap(wrapped, before.newest, "here") == bytes(32)
        assert both.newest != before.newest


class TestDestroying:
    @pytest.fixture
    def ring(self) -> KeyRing:
        return new_ring()

    @pytest.mark.requirement("PLT-08")
    def test_one_persons_key_leaves_the_partners_and_the_joint_values(self, ring: KeyRing) -> None:
        sealed = {place: ring.seal(place, b"words") for place in (HERE, PARTNER, TOGETHER)}

        ring.destroy(HERE.key)

        with pytest.raises(KeyGone):
            ring.open(HERE, sealed[HERE])
        assert ring.open(PARTNER, sealed[PARTNER]) == b"words"
        assert ring.open(TOGETHER, sealed[TOGETHER]) == b"words"

    def test_makes_no_new_key_for_them_later(self, ring: KeyRing) -> None:
        ring.seal(HERE, b"words")
        ring.destroy(HERE.key)

        with pytest.raises(KeyGone):
            ring.seal(HERE, b"other words")

    def test_works_for_a_key_that_never_was(self, ring: KeyRing) -> None:
        assert ring.destroy(HERE.key) == 0

        with pytest.raises(KeyGone):
            ring.seal(HERE, b"words")

    @pytest.mark.requirement("PLT-08")
    def test_reaches_a_ring_elsewhere_within_a_minute(self, ring: KeyRing) -> None:
        ticks = [0.0]
        elsewhere = KeyRing(ring.root, ring.store, ticks=lambda: ticks[0])
        sealed = elsewhere.seal(HERE, b"words")
        ring.destroy(HERE.key)
        ticks[0] = 60.0

        with pytest.raises(KeyGone):
            elsewhere.open(HERE, sealed)

    @pytest.mark.requirement("PLT-17")
    def test_the_pseudonym_of_one_person_can_be_made_no_more(self, ring: KeyRing) -> None:
        one = ring.pseudonym(HERE.key.clinic_id, HERE.subject_id)
        assert ring.pseudonym(HERE.key.clinic_id, HERE.subject_id) == one
        assert ring.pseudonym(HERE.key.clinic_id, PARTNER.subject_id) != one

        ring.destroy(KeyName(HERE.key.clinic_id, Scope.AUDIT, HERE.subject_id))

        with pytest.raises(KeyGone):
            ring.pseudonym(HERE.key.clinic_id, HERE.subject_id)

    def test_asking_for_a_name_in_the_trail_makes_none(self, ring: KeyRing) -> None:
        assert ring.known_pseudonym(HERE.clinic_id, HERE.subject_id) is None
        assert list(ring.store.standing()) == []

        name = ring.pseudonym(HERE.clinic_id, HERE.subject_id)
        assert ring.known_pseudonym(HERE.clinic_id, HERE.subject_id) == name


class TestRenewing:
    def test_a_new_version_seals_and_the_earlier_one_still_opens(self) -> None:
        ring = new_ring()
        before = ring.seal(HERE, b"words")

        ring.renew(HERE.key)

        after = ring.seal(HERE, b"words")
        assert before[1:5] != after[1:5]
        assert ring.open(HERE, before) == ring.open(HERE, after) == b"words"

    def test_a_version_moved_to_another_number_does_not_open(self) -> None:
        ring = new_ring()
        sealed = bytearray(ring.seal(HERE, b"words"))
        ring.renew(HERE.key)
        sealed[4] += 1

        with pytest.raises(Tampered):
            ring.open(HERE, bytes(sealed))

    def test_two_that_renew_at_once_make_one_version(self) -> None:
        ring = new_ring()
        ring.seal(HERE, b"words")
        elsewhere = KeyRing(ring.root, ring.store)
        elsewhere.seal(HERE, b"words")

        assert ring.renew(HERE.key) == elsewhere.renew(HERE.key) == 2

    def test_a_key_destroyed_meanwhile_is_not_made_anew(self) -> None:
        ring = new_ring()
        ring.seal(HERE, b"words")
        elsewhere = KeyRing(ring.root, ring.store)
        elsewhere.destroy(HERE.key)

        with pytest.raises(KeyGone):  # this ring still holds version 1
            ring.renew(HERE.key)
        with pytest.raises(KeyGone):
            elsewhere.seal(HERE, b"words")


class TestStore:
    @pytest.fixture(params=["sqlite", "postgres"])
    def store(self, request: pytest.FixtureRequest, tmp_path: Path) -> KeyStore:
        url = f"sqlite:///{tmp_path / 'keys.sqlite'}"
        if request.param == "postgres":
            url = request.getfixturevalue("new_database")("keys").owner_url
        made = KeyStore(new_engine(url))
        made.prepare()
        yield made
        made.engine.dispose()

    def test_keeps_what_two_rings_share(self, store: KeyStore) -> None:
        root = Root([bytes(32)])
        one, other = KeyRing(root, store), KeyRing(root, store)

        assert other.open(HERE, one.seal(HERE, b"words")) == b"words"
        assert one.open(PARTNER, other.seal(PARTNER, b"words")) == b"words"

    def test_holds_no_key_that_opens_without_the_root(self, store: KeyStore) -> None:
        ring = KeyRing(Root([bytes(32)]), store)
        sealed = ring.seal(HERE, b"words")

        with pytest.raises(Tampered):
            KeyRing(Root([bytes([1] * 32)]), store).open(HERE, sealed)

    def test_a_wrapped_key_under_another_name_does_not_open(self, store: KeyStore) -> None:
        ring = KeyRing(Root([bytes(32)]), store)
        sealed = ring.seal(HERE, b"words")
        found = store.newest(HERE.key)
        assert found is not None
        store.add([found._replace(name=PARTNER.key)], now=NOW)

        with pytest.raises(Tampered):
            ring.open(PARTNER, sealed)

    def test_what_belongs_to_no_clinic_has_a_key_of_the_house(self, store: KeyStore) -> None:
        ring = KeyRing(Root([bytes(32)]), store)
        ring.seal(HERE._replace(clinic_id=HOUSE), b"words")

        assert {one.name.clinic_id for one in store.standing()} == {HOUSE}

    def test_of_a_clinic_are_wrapped_by_its_own_key_and_that_by_the_root(
        self, store: KeyStore
    ) -> None:
        root = Root([bytes(32)])
        KeyRing(root, store).seal(HERE, b"words")

        kids = {one.name.scope: one.kid for one in store.standing(clinic_id=UUID(int=1))}

        assert kids == {Scope.WRAPPING: root.newest, Scope.PERSON: "1"}
        assert all(re.fullmatch(r"[\w.-]+", one.wrapped or "") for one in store.standing())
