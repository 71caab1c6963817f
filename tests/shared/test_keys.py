"""A sealed value opens only where it stands, and only unchanged."""

from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.keys import KeyRing, Place, Scope, Tampered, key_ring, new_master_key

HERE = Place(
    clinic_id=UUID(int=1),
    scope=Scope.PERSON,
    subject_id=UUID(int=2),
    table="person",
    column="name",
    row_id=UUID(int=3),
)
RING = KeyRing(bytes(range(32)))


@given(st.binary(max_size=300))
def test_what_was_sealed_opens_where_it_stands(value: bytes) -> None:
    assert RING.open(HERE, RING.seal(HERE, value)) == value


@pytest.mark.requirement("PLT-07")
@pytest.mark.parametrize(
    "elsewhere",
    [
        replace(HERE, clinic_id=uuid4()),
        replace(HERE, scope=Scope.RELATIONSHIP),
        replace(HERE, subject_id=uuid4()),
        replace(HERE, table="contact"),
        replace(HERE, column="pronouns"),
        replace(HERE, row_id=uuid4()),
    ],
)
def test_what_was_moved_does_not_open(elsewhere: Place) -> None:
    sealed = RING.seal(HERE, b"Ada")

    with pytest.raises(Tampered):
        RING.open(elsewhere, sealed)


@given(st.integers(min_value=0, max_value=31), st.integers(min_value=1, max_value=255))
def test_what_was_changed_does_not_open(at: int, by: int) -> None:
    sealed = bytearray(RING.seal(HERE, b"Ada"))
    sealed[at % len(sealed)] ^= by

    with pytest.raises(Tampered):
        RING.open(HERE, bytes(sealed))


def test_the_same_value_never_looks_the_same_twice() -> None:
    assert RING.seal(HERE, b"Ada") != RING.seal(HERE, b"Ada")


def test_a_key_file_is_made_once_and_kept_from_others(tmp_path: Path) -> None:
    file = tmp_path / "keys" / "master.key"

    sealed = key_ring("", file).seal(HERE, b"Ada")

    assert key_ring("", file).open(HERE, sealed) == b"Ada"
    assert file.stat().st_mode & 0o077 == 0


def test_a_given_key_is_used_and_nothing_is_written(tmp_path: Path) -> None:
    file = tmp_path / "master.key"

    key_ring(new_master_key(), file)

    assert not file.exists()


def test_a_key_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        KeyRing(b"short")
