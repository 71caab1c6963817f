"""What anyone types is sealed, or in front of whom it concerns, and found nowhere else (PLT-12)."""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import timedelta
from itertools import chain
from pathlib import Path
from uuid import uuid4

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from deploy.cli import main
from deploy.network import bring_up_to_date, settle
from services.reminders.sending.models import MailboxLetter
from shared.auth.actors import Role
from shared.service import Service
from shared.settings import SERVICES
from shared.settings import Smtp as MailSettings
from tests.doors.canary.flight import Flight, Logs, Tap
from tests.doors.canary.inputs import list_of_people
from tests.doors.canary.marks import marks_in
from tests.doors.world import SECRET, Told, World, build, next_due
from tests.servers.postgres import Database, Postgres
from tests.servers.rabbitmq import RabbitMQ
from tests.servers.smtp import Smtp

pytestmark = [
    pytest.mark.requirement("PLT-12"),
    pytest.mark.timeout(1200),
    pytest.mark.left_to_the_build("typing into everything"),
]
NEVER_KEPT = ("password", "present", "code", "proof_password", "proof_code", "relationship")
"""What is compared and forgotten."""


def test_on_this_machine_alone(tmp_path: Path, smtp: Smtp) -> None:
    prefix = f"canary{uuid4().hex[:8]}"

    flight = fly(tmp_path, lambda _: {"broker_prefix": prefix}, bring_up_to_date, smtp)

    assert_nothing_strayed(flight, [])


def test_on_servers(
    tmp_path: Path,
    smtp: Smtp,
    postgres: Postgres,
    rabbitmq: RabbitMQ,
    vhost: str,
    furnished_database,
) -> None:
    databases = {name: furnished_database(name) for name in SERVICES}
    shared = {"broker_prefix": "canary", "broker_url": rabbitmq.url(vhost)}

    flight = fly(
        tmp_path,
        lambda name: {**shared, "database_url": databases[name].worker_url},
        lambda service: service.store.keys.store.prepare(),
        smtp,
    )

    lying = chain.from_iterable(map(lying_with, (postgres, rabbitmq)))
    assert_nothing_strayed(flight, chain(map(Database.dump, databases.values()), lying))


ONLY_RECKONED = {"couples", "therapists", "largest", "consent"}
"""Numbers of a clinic that the coverage page is asked in its address, and keeps nowhere."""


def assert_nothing_strayed(flight: Flight, kept: Iterable[bytes]) -> None:
    """Look into everything that is kept, and say where a mark is that may not be there."""
    flight.open_what_is_sealed()
    flight.world.rest()
    of_the_house = flight.of_the_house()
    for one in chain(files_below(flight.world.folder), kept):
        flight.astray["kept as it is"] |= marks_in(one) - of_the_house

    assert flight.strays() == {}
    assert flight.beyond_the_matrix() == []
    untyped = flight.asked_for - flight.sent - ONLY_RECKONED
    assert untyped == set(), "a page asks for it, and nobody typed it"
    assert [one for one in flight.unseen() if not one.endswith(NEVER_KEPT)] == []
    assert len(flight.kept) > 60


def fly(folder: Path, told: Told, prepare: Callable[[Service], None], smtp: Smtp) -> Flight:
    """Build a world, type into everything, let letters go out, and look at all that is shown."""
    world, known = build(folder / "world", told, prepare)
    flight, tap = Flight(world, known), Tap(world.services["intake"].settings)
    bring_by_command(flight, told)
    with Logs() as logs:
        flight.type_everything()
        settle(world.services)
        read_mailbox(flight)
        flight.look_everywhere()
        send_letters(flight, told, smtp)
    flight.astray["logs"] |= marks_in(logs.text)
    said = list(tap.heard())
    assert len(said) > 8
    assert logs.text.count("\n") > 500
    flight.astray["broker"] |= {number for one in said for number in marks_in(one)}
    world.rest()
    return flight


def bring_by_command(flight: Flight, told: Told) -> None:
    """Bring a list at the command line: one that is taken in, and one that is not."""
    folder, place = flight.world.folder, "import at the command line"
    file = folder.with_name("people.csv")
    others = {name: None for name in os.environ if name.startswith("ATTUNE_")}
    settings = {f"ATTUNE_{name.upper()}": value for name, value in told("intake").items()}
    here = {"ATTUNE_MODE": "test", "ATTUNE_DATA_DIR": str(folder), "ATTUNE_SECRET_KEY": SECRET}
    clinician = flight.known.own.sign_in_of(Role.CLINICIAN)
    asked = ["import", str(file), "--clinic", "Harbour Street", "--clinician", clinician]
    good = list_of_people(flight.marks, place)
    bad = good.replace("Europe/Lisbon", flight.marks.words(f"{place} zone"))
    for text, code in ((bad, 1), (good, 0)):
        file.write_text(text, encoding="utf-8")
        with Logs():
            done = CliRunner().invoke(main, asked, env={**others, **here, **settings})
        assert done.exit_code == code, done.output
        flight.astray["command line"] |= marks_in(done.output)
    flight.taken[place] = marks_in(good)


def read_mailbox(flight: Flight) -> None:
    """Look through the letters that stayed in the house; each names whom it is for."""
    with flight.world.work("reminders", flight.known.own.clinic_id) as work:
        for row in work.session.scalars(select(MailboxLetter)):
            letter = work.open(row, "letter")
            flight.astray["mailbox"] |= marks_in(str({**letter, "to": "", "sender": ""}))


def send_letters(flight: Flight, told: Told, smtp: Smtp) -> None:
    """Let days pass with a mail server at hand, until a marked address got a letter."""
    mail = MailSettings(host=smtp.host, port=smtp.port)
    world = World(flight.world.folder, flight.world.clock.at, lambda n: {**told(n), "smtp": mail})
    for _ in range(200):
        world.clock.at = max(next_due(world), world.clock.at + timedelta(hours=2))
        settle(world.services)
        if any(marks_in(" ".join(letter.recipients)) for letter in smtp.letters):
            break
    else:
        came = sorted({one for letter in smtp.letters for one in letter.recipients})
        raise AssertionError(f"No letter came to a marked address, but to {came}.")
    for letter in smtp.letters:
        del letter.message["To"], letter.message["From"]
        flight.astray["mail"] |= marks_in(letter.message.as_bytes()) | marks_in(letter.sender)
    world.rest()


def files_below(folder: Path) -> Iterator[bytes]:
    """Yield every file that is kept, as it lies there."""
    for path in sorted(folder.rglob("*")):
        with suppress(FileNotFoundError):  # a server goes on putting its files in order
            if path.is_file():
                yield path.read_bytes()


def lying_with(server: Postgres | RabbitMQ) -> Iterator[bytes]:
    """Yield the bytes of all that a server has on its disk, and what it said meanwhile."""
    found = list(files_below(server.folder))
    assert sum(map(len, found)) > 100_000
    log = server.ground.folder / f"{server.folder.name}.log"
    yield from (*found, log.read_bytes())
