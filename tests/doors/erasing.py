"""Somebody's keys are destroyed in every service; what all keys that are left can still open."""

import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase

from shared.auth.actors import system
from shared.keys import KeyGone, KeyName, KeyRing, Place, Scope, Tampered
from shared.labels import Label
from shared.settings import SERVICES
from shared.store.carrying import kinds_of_rows
from shared.store.ending import end_keys
from shared.store.work import place_of
from tests.doors.world import Known, World

WORDS = re.compile(r"[A-Z @/]")
MOMENT = re.compile(r"[0-9]{4}-[0-9-]{5}T[0-9:.+-]+")
OF_A_PERSON = (Scope.PERSON, Scope.PERSON_SAFETY)


@dataclass
class Value:
    """A sealed value: where it stands, how it lies there, and what it said before."""

    service: str
    place: Place
    sealed: bytes
    said: str


@dataclass
class Erasure:
    """The values of every service, before and after someone's keys were destroyed."""

    world: World
    known: Known
    clinic_id: UUID
    person_id: UUID
    before: list[Value] = field(default_factory=list)

    def keep_backups(self, folder: Path) -> None:
        """Copy every service's database, as a backup does, without the keys."""
        self.world.rest()
        folder.mkdir()
        for file in self.world.folder.glob("*.sqlite*"):
            shutil.copy(file, folder)

    def restore(self, folder: Path) -> None:
        """Put an older backup in the place of every service's database; keys stay as they are."""
        self.world.rest()
        for file in self.world.folder.glob("*.sqlite*"):
            file.unlink()
        for file in folder.iterdir():
            shutil.copy(file, self.world.folder)
        for service in self.world.services.values():
            service.store.keys.forget()

    def renew_keys(self) -> None:
        """Let everyone's keys get a new version, so that a backup lies under an earlier one."""
        for service in SERVICES:
            ring = self.world.services[service].store.keys
            for name in {one.name for one in ring.store.standing()}:
                if name.scope in (*OF_A_PERSON, Scope.RELATIONSHIP):
                    ring.renew(name)

    def write_whose(self, says: str) -> None:
        """Put into every sealed column whose it is, and remember it."""
        self.before.clear()
        for service, row, column in self.rows():
            place = place_of(row, column)
            said = f"{says}: {place.scope} {place.subject_id}"
            self._work.seal(row, **{column: said})
            self.before.append(Value(service, place, getattr(row, column), said))

    def rows(self) -> Iterator[tuple[str, Any, str]]:
        """Yield every row that has a sealed column about people, with the column, in open work."""
        clinics = {self.known.own.clinic_id, self.known.foreign.clinic_id}
        for service in SERVICES:
            store = self.world.services[service].store
            with store.unit_of_work(clinics=clinics, actor=system(service)) as self._work:
                for kind in kinds_of_rows(self.world.services[service].store, DeclarativeBase):
                    for column in kind.__table__.columns:
                        if column.info.get("label") in (None, Label.CREDENTIAL):
                            continue
                        for row in self._work.session.scalars(select(kind)).all():
                            if getattr(row, column.name) is not None:
                                yield service, row, column.name

    def erase(self, services: Iterable[str] = SERVICES) -> None:
        """Destroy the person's keys in services, as the command line does."""
        for service in services:
            store = self.world.services[service].store
            end_keys(store, clinic_id=self.clinic_id, scope=Scope.PERSON, subject_id=self.person_id)

    def read(self) -> dict[Place, str]:
        """Return what every sealed value says now to whoever has all keys that are left."""
        found = {}
        rings = {name: service.store.keys for name, service in self.world.services.items()}
        left = {name: {one.name for one in ring.store.standing()} for name, ring in rings.items()}
        for service, row, column in self.rows():
            place = place_of(row, column)
            said = opened(rings[service], place, getattr(row, column), left[service])
            if said is not None:
                found[place] = said
        return found

    def words_of_theirs(self) -> Iterator[str]:
        """Yield the words and names, no codes, that are sealed for this person alone."""
        for _, row, column in self.rows():
            if self.is_theirs(place_of(row, column)):
                yield from words_in(self._work.open(row, column))

    def is_theirs(self, place: Place) -> bool:
        """Whether a value belongs to whoever was erased, and to nobody else."""
        return place.subject_id == self.person_id and place.scope in OF_A_PERSON


def opened(ring: KeyRing, place: Place, sealed: bytes, left: set[KeyName]) -> str | None:
    """Return what a value says by its own key or by any other that is left; None if by none."""
    for name in (place.key, *sorted(left - {place.key})):
        try:
            return ring.open(under(place, name), sealed).decode().strip('"')
        except (KeyGone, Tampered):
            continue
    return None


def words_in(value: Any) -> Iterator[str]:
    """Yield the texts in a value that no list of codes would hold."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from words_in(one)
    elif isinstance(value, str) and WORDS.search(value) and not MOMENT.fullmatch(value):
        yield value


def under(place: Place, name: KeyName) -> Place:
    """Return the same place, as if its value had been sealed with another key."""
    return place._replace(clinic_id=name.clinic_id, scope=name.scope, subject_id=name.subject_id)
