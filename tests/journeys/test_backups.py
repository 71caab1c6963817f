"""A backup of a service's database says nothing of people, and holds no key that would."""

from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator

import pytest

from shared.keys import KeyRing
from tests.journeys.world import ON_BOTH, Practice, World

pytestmark = [
    ON_BOTH,
    pytest.mark.requirement("PLT-09"),
    pytest.mark.left_to_the_build("backing a clinic up"),
]

NAMES = ("Robinetta", "Amalberto")
WISH = "An evening by the canal without plans."


@pytest.fixture
def lived_in(practice: Practice, world: World) -> World:
    """A practice in which two people are known, may be reached, and were written about."""
    relationship = practice.open_relationship(*NAMES)
    for name in NAMES:
        practice.fill_in_card(relationship, name, f"{name.lower()}@mail.example")
        practice.consent_alone(relationship, name)
    world.settle()
    page = practice.clinician.open(f"/sessions/relationships/{relationship}/entries/new")
    wish = next(name for form in page.page.forms for name in form.values if "wish-" in name)
    page.press("Keep the entry", kind="session", **{wish: WISH})
    world.later(days=8)
    return world


def test_a_backup_holds_no_key_wrapped_or_not_and_no_ones_words(lived_in: World) -> None:
    looked_for = 0
    for name, service in lived_in.services.items():
        backup = lived_in.backup(name)
        assert b"subject_version" in backup
        for secret in (*spellings(service.store.keys), *words()):
            looked_for += 1
            assert secret not in backup, name
    assert looked_for > 50


def test_the_keys_are_in_the_key_store(lived_in: World) -> None:
    for name, service in lived_in.services.items():
        kept = (lived_in.folder / "keys" / f"{name}.sqlite").read_bytes()
        wal = (lived_in.folder / "keys" / f"{name}.sqlite-wal").read_bytes()
        wrapped = [one.wrapped for one in service.store.keys.store.standing()]
        assert all((text or "").encode()[:200] in kept + wal for text in wrapped[:3])


def spellings(keys: KeyRing) -> Iterator[bytes]:
    """Yield every key of a store as it lies there, and unwrapped in every way one writes bytes."""
    for one in keys.store.standing():
        yield (one.wrapped or "").encode()
        key = keys.newest(one.name).key
        yield key
        yield key.hex().encode()
        yield b64encode(key).rstrip(b"=")
        yield urlsafe_b64encode(key).rstrip(b"=")


def words() -> Iterator[bytes]:
    """Yield what people said, in the spellings of text and of dumped bytes."""
    for said in (*NAMES, WISH, *(f"{name.lower()}@mail" for name in NAMES)):
        yield said.encode()
        yield said.encode().hex().encode()
