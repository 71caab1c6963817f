"""Verbs about keys and about the trail of who looked at what."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from time import sleep
from typing import TextIO
from uuid import UUID

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from sqlalchemy import make_url

from deploy.surroundings import settings_of
from deploy.welcome import wide
from shared.audit.checking import Checked, Head, check
from shared.errors import Refusal
from shared.keys import HOUSE, Scope, inventory, new_master_key, rotation
from shared.keys.rotation import Depth
from shared.settings import SERVICES
from shared.store import Store
from shared.store.ending import end_keys
from shared.store.rotating import Rotating

A_SERVICE = click.argument("name", type=click.Choice(SERVICES))
ONE_OR_ALL = click.argument("name", type=click.Choice(SERVICES), required=False)

MEANS = """
Nothing of theirs in {name} will open again: not here, and not in any backup of its database, once
the backups of the key store from before today are gone too. Rows and facts stay; what a partner
said, and what they have together, stays readable. Lines about them in the audit trail stay, and
no longer tell whom they are about. This cannot be undone.
"""


class NothingHere(Refusal):
    """This service has no database here yet."""


@click.group()
def keys() -> None:
    """The master key, and the keys of clinics and people below it."""


@keys.command()
def new() -> None:
    """Print a new master key (32 random bytes), for ATTUNE_MASTER_KEY."""
    click.echo(new_master_key())


@keys.command()
@ONE_OR_ALL
def status(name: str | None) -> None:
    """Say how many keys there are, under which root key, and whether a change is under way."""
    for one in _named(name):
        with _store(one) as store:
            _say_status(one, store)


@keys.command("list")
@A_SERVICE
def list_all(name: str) -> None:
    """Count the keys of service NAME by clinic and by what they are for."""
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("Clinic", "For", "Keys", "Versions", "Destroyed", "Oldest (UTC)"):
        table.add_column(heading, no_wrap=True)
    with _store(name) as store:
        for pile in inventory.piles(store.keys.store):
            numbers = map(str, (pile.number, pile.versions, pile.ended))
            table.add_row(_clinic(pile.clinic_id), pile.scope, *numbers, _when(pile.oldest))
    wide().print(table)


@keys.command()
@A_SERVICE
@click.option("--clinics", is_flag=True, help="New keys of clinics too, around all below them.")
@click.option("--all", "everything", is_flag=True, help="Every key, and every value sealed again.")
@click.option("--wait", is_flag=True, help="Stay until earlier versions could be emptied.")
def rotate(name: str, clinics: bool, everything: bool, wait: bool) -> None:
    """Change the keys of service NAME while it goes on working.

    Put the new root key first in ATTUNE_MASTER_KEY, a comma, the earlier one; start the service
    with that; then run this. It may be ended at any time: the next run goes on from there.
    """
    depth = Depth.ALL if everything else Depth.CLINICS if clinics else Depth.ROOT
    with _store(name) as store:
        run = _rotate(store, depth)
        while wait and run.again_at is not None:
            click.echo(f"Waiting until {_when(run.again_at)} UTC. Ctrl-C does no harm.")
            sleep(max((run.again_at - store.keys.now()).total_seconds(), 0))
            run = _rotate(store, depth)
    _say_outcome(name, run)


@keys.command()
@A_SERVICE
@click.option("--clinic", type=click.UUID, required=True, help="The clinic's id.")
@click.option("--person", type=click.UUID, help="The id of the person whose keys end.")
@click.option("--relationship", type=click.UUID, help="Or that of a relationship.")
def destroy(name: str, clinic: UUID, person: UUID | None, relationship: UUID | None) -> None:
    """Destroy the keys of one person, or of one relationship, in service NAME for good."""
    if (person is None) == (relationship is None):
        raise click.UsageError("give either --person or --relationship.")
    scope = Scope.PERSON if person else Scope.RELATIONSHIP
    subject = person or relationship
    click.echo(MEANS.format(name=name))
    again = click.prompt(f"Type the id of the {scope} again", type=click.UUID)
    if subject is None or again != subject:
        raise click.ClickException("that is another id; nothing was destroyed.")
    with _store(name) as store:
        number = end_keys(store, clinic_id=clinic, scope=scope, subject_id=subject)
    click.echo(f"{number} keys are destroyed. Every process has noticed within a minute.")


@click.group()
def audit() -> None:
    """The trail of who looked at what."""


@audit.command()
@ONE_OR_ALL
@click.option(
    "--heads",
    type=click.File(),
    help="Lines that an earlier run printed; a chain that lost its end is found by them.",
)
def verify(name: str | None, heads: TextIO | None) -> None:
    """Say of each chain of service NAME, or of all, whether it is whole, and print its head.

    So is the ledger of consent: of each chain that is not whole, whose it is and from where on.
    Keep what is printed on another machine: attune audit verify | tee -a heads.txt
    Exit status 1 where one is not whole; the first position that is not as it was is named.
    """
    noted = [head for line in heads or () if (head := Head.read(line)) is not None]
    from deploy.commands import ledgers

    broken = 0
    for one in _named(name):
        with _store(one) as store:
            for chain in check(store, noted):
                broken += chain.broken_at is not None
                _say_chain(chain)
            for clinic_id, person_id, position in ledgers.broken(store):
                broken += 1
                click.echo(f"broken consent of {person_id} in {clinic_id} at position {position}")
    if broken:
        raise click.ClickException(f"{broken} of these chains are not whole.")


def _say_chain(chain: Checked) -> None:
    head = chain.head
    if chain.broken_at is None:
        click.echo(str(head))
    else:
        where = f"{head.service} {head.clinic_id} at position {chain.broken_at}"
        click.echo(f"broken {where}: changed, moved, put in or missing from there on")


def _rotate(store: Store, depth: Depth) -> Rotating:
    run = Rotating(store, depth)
    columns = (
        TextColumn("{task.description:28}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=wide()) as progress:
        tasks = {}
        for says, done, total in run.steps():
            if says not in tasks:
                tasks[says] = progress.add_task(says, total=total)
            progress.update(tasks[says], completed=done)
    return run


def _say_outcome(name: str, run: Rotating) -> None:
    if run.emptied:
        click.echo(f"{run.emptied} earlier versions are emptied: older backups of this database")
        click.echo("open no more, unless with a copy of the key store from then.")
    if run.again_at is None:
        click.echo("Done. An earlier root key may go once `attune keys status` no longer shows it.")
    else:
        click.echo("Everything is under new keys. Earlier versions stay until nobody can still be")
        click.echo(f"using them: run this again after {_when(run.again_at)} UTC.")


def _say_status(name: str, store: Store) -> None:
    kept, root = store.keys.store, store.keys.root.newest
    piles = inventory.piles(kept)
    earlier = inventory.number(kept, inventory.earlier([*inventory.DATA, Scope.WRAPPING]))
    click.secho(name, bold=True)
    click.echo(f"  {sum(pile.number for pile in piles)} keys, {earlier} earlier versions of them")
    for mark, number in inventory.roots(kept).items():
        which = "the newest root key" if mark == root else "an earlier root key"
        click.echo(f"  {number} keys of clinics under {mark}, {which}")
    if (found := rotation.unfinished(kept)) is not None:
        click.echo(f"  being changed since {_when(found.begun_at)} UTC: run `attune keys rotate`")


def _named(name: str | None) -> Iterator[str]:
    """Yield the service named, or each that has a database here."""
    yield from (name,) if name else filter(_exists, SERVICES)


def _exists(name: str) -> bool:
    url = settings_of(name).database_url
    return not url.startswith("sqlite") or Path(make_url(url).database or "").exists()


@contextmanager
def _store(name: str) -> Iterator[Store]:
    """Open a service's database and its key store; raises NothingHere."""
    from deploy.network import build_service

    if not _exists(name):
        raise NothingHere
    store = build_service(name, settings_of(name)).store
    yield store
    for engine in (store.engine, store.keys.store.engine):
        engine.dispose()


def _clinic(clinic_id: UUID) -> str:
    return "of no clinic" if clinic_id == HOUSE else str(clinic_id)


def _when(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else "-"
