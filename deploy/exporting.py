"""Everything that Attune keeps of one clinic, in one archive that needs no Attune to be read."""

import json
import os
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZipFile

from sqlalchemy import select

from deploy.importing import clinic_named
from deploy.network import build_service
from deploy.surroundings import settings_of
from services.intake.arrivals.queries import people_list
from services.intake.consent.models import ConsentText
from services.sessions.plans.models import OfferText
from shared.audit import Act
from shared.auth.actors import system
from shared.consent.kept import TextRow
from shared.errors import Refusal
from shared.service import Service
from shared.settings import SERVICES
from shared.store import UnitOfWork
from shared.store.carrying import kinds_of_rows, lines_of, name_of, trail_of
from shared.store.rows import OfClinic

FORMAT = "attune-clinic-1"
PEOPLE = "people.csv"
TEXTS: Mapping[str, type[TextRow]] = {"intake": ConsentText, "sessions": OfferText}
"""Where the texts are that people were shown, by service."""

Told = Callable[[str, int], None]
"""Called with the name of each part, and how many lines it has."""


class AlreadyThere(Refusal):
    """There is a file of this name already. Choose another one, or move it away."""


def export_clinic(clinic: str, file: Path, *, told: Told = lambda _name, _lines: None) -> int:
    """Write everything of a clinic into a new file that its owner alone may read.

    Return how many lines it holds. Raises NoSuchClinic or AlreadyThere; a file that could not be
    finished is removed.
    """
    services = [build_service(name, settings_of(name)) for name in SERVICES]
    intake = services[SERVICES.index("intake")]
    clinic_id = clinic_named(intake, clinic)
    raw = _new_file(file)
    try:
        with raw, ZipFile(raw, "w", ZIP_DEFLATED) as archive:
            parts = _Parts(archive, told)
            for service in services:
                _carry(service, clinic_id, parts)
            parts.finish(clinic_id, intake.clock.now())
    except BaseException:
        file.unlink(missing_ok=True)
        raise
    return sum(lines for lines, _ in parts.written.values())


def _new_file(file: Path) -> BinaryIO:
    try:
        return os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
    except FileExistsError:
        raise AlreadyThere from None


def _carry(service: Service, clinic_id: UUID, parts: "_Parts") -> None:
    """Write down what one service keeps of a clinic, and leave a line about it in its trail."""
    store = service.store
    with store.unit_of_work(clinics={clinic_id}, actor=system(store.service)) as work:
        work.note(Act.EXPORTED, clinic_id=clinic_id, kind="clinic", what="everything")
    with store.reading(clinics={clinic_id}, actor=system(store.service)) as work:
        for kind in kinds_of_rows(store, OfClinic):
            parts.add(f"{store.service}/{name_of(kind)}.jsonl", lines_of(work, kind))
        parts.add(f"{store.service}/audit_entry.jsonl", trail_of(work))
        if store.service in TEXTS:
            parts.add(f"{store.service}/consent_text.jsonl", _texts(work, TEXTS[store.service]))
        if store.service == "intake":
            parts.add(PEOPLE, people_list(work, service.clock.now).splitlines())
    store.engine.dispose()
    store.keys.store.engine.dispose()


def _texts(work: UnitOfWork, kind: type[TextRow]) -> Iterable[str]:
    """Yield every text of consent that was ever shown here, under its fingerprint."""
    for text in work.session.scalars(select(kind).order_by(kind.hash)):
        yield json.dumps({"hash": text.hash, "canonical": text.canonical})


class _Parts:
    """The parts of an archive as they are written, with their lines and fingerprints."""

    def __init__(self, archive: ZipFile, told: Told):
        self._archive = archive
        self._told = told
        self.written: dict[str, tuple[int, str]] = {}

    def add(self, name: str, lines: Iterable[str]) -> None:
        """Write one part, line by line."""
        number, mark = 0, sha256()
        with self._archive.open(name, "w", force_zip64=True) as part:
            for line in lines:
                text = f"{line}\n".encode()
                part.write(text)
                mark.update(text)
                number += 1
        self.written[name] = number, mark.hexdigest()
        self._told(name, number)

    def finish(self, clinic_id: UUID, now: datetime) -> None:
        """Write down what the parts are, and how to read them."""
        parts = {name: {"lines": n, "sha256": mark} for name, (n, mark) in self.written.items()}
        about = {
            "format": FORMAT,
            "clinic_id": str(clinic_id),
            "written_at": now.isoformat(timespec="seconds"),
            "parts": parts,
        }
        self._archive.writestr("manifest.json", json.dumps(about, indent=2))
        self._archive.writestr("README.txt", README)


README = """\
Everything that Attune keeps of one clinic, readable without Attune.

people.csv        Members of open relationships, as `attune import` reads them; a simple list.
<service>/*.jsonl One file for each table: one row a line, as JSON (UTF-8). Ids are opaque; moments
                  are in UTC. What was kept under a key stands here in the clear; "erased" stands
                  where the key was destroyed at a person's wish.
intake/consent_revision.jsonl   Who permitted what, when, shown which text; nothing is ever changed.
sessions/offer_revision.jsonl   What was said to offers, with the text that was read; the same.
*/consent_text.jsonl            Those texts, byte for byte, under their SHA-256.
*/audit_entry.jsonl             Who looked at what; people stand in it under pseudonyms.
manifest.json     How many lines each part has, and its SHA-256.

This file is not encrypted. Keep it as you keep the clinic's records, and delete it after use.
Secrets that only Attune's own code compares (passwords, keys, peppers) are not in it.
"""
