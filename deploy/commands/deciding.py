"""Verbs of an operator: what got stuck, and what to do about it."""

from pathlib import Path
from typing import Any

import click
from sqlalchemy import Engine, make_url

from deploy.columns import columns
from deploy.surroundings import settings_of
from shared.contracts.streams import STREAMS
from shared.events import parking
from shared.settings import SERVICES
from shared.store.engines import new_engine

PLACE = "STREAM/PARTITION/POSITION"
ALL = "all"

Engines = dict[str, Engine]
Places = tuple[parking.ParkedAt, ...]


class Place(click.ParamType[parking.ParkedAt]):
    """Where a stuck fact stands, as the list shows it."""

    name = "place"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> parking.ParkedAt:
        """Return (stream, partition, position)."""
        stream, *numbers = value.split("/")
        if stream not in STREAMS or len(numbers) != 2 or not all(map(str.isdigit, numbers)):
            self.fail(f"{value!r} is not of the form {PLACE}, for instance intake.people/2/17.")
        return stream, int(numbers[0]), int(numbers[1])


class OfOneOrAll(click.Group):
    """Takes the name of a service before the verb, or none for all four."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put in "all" where no service is named."""
        named = not args or args[0].startswith("-") or args[0] in (*SERVICES, ALL)
        return super().parse_args(ctx, args if named else [ALL, *args])


@click.group(cls=OfOneOrAll)
@click.argument("name", type=click.Choice([*SERVICES, ALL]), metavar="[NAME]")
@click.pass_context
def undelivered(ctx: click.Context, name: str) -> None:
    """Facts from other services that have not taken effect, in the service NAME or in any.

    Later facts about the same subject wait behind them; everything else goes on.
    """
    names = SERVICES if name == ALL else (name,)
    ctx.obj = {one: engine for one in names if (engine := _engine(one)) is not None}
    for engine in ctx.obj.values():
        ctx.call_on_close(engine.dispose)


@undelivered.command("list")
@click.pass_obj
def list_all(engines: Engines) -> None:
    """List them, oldest first."""
    rows = []
    for name, engine in engines.items():
        with engine.connect().execution_options(attune_reading=True) as connection:
            for row in parking.listed(connection):
                since = f"{row.first_failed_at:%Y-%m-%d %H:%M:%S}"
                why = (row.status, row.error_code, str(row.tries), since)
                rows.append((name, _where(row), *why))
    if not rows:
        click.echo("Nothing is stuck.")
        return
    for line in columns(("In", "Where", "State", "Why", "Tries", "Since (UTC)"), rows):
        click.echo(line)


@undelivered.command()
@click.argument("place", type=Place(), metavar=PLACE)
@click.pass_obj
def show(engines: Engines, place: parking.ParkedAt) -> None:
    """Show what is known of one; never what it was about."""
    shown = 0
    for name, engine in engines.items():
        with engine.connect().execution_options(attune_reading=True) as connection:
            row = parking.found(connection, place)
        if row is not None:
            shown += 1
            _describe(name, row)
    if not shown:
        raise click.ClickException("there is no such fact here.")


@undelivered.command()
@click.argument("places", type=Place(), metavar=f"{PLACE}...", nargs=-1, required=True)
@click.pass_obj
def retry(engines: Engines, places: Places) -> None:
    """Try them again at once."""
    number = 0
    for engine in engines.values():
        with engine.begin() as connection:
            number += parking.retry_now(connection, places)
    _say(number, "will be tried again within a second")


@undelivered.command()
@click.argument("places", type=Place(), metavar=f"{PLACE}...", nargs=-1, required=True)
@click.option(
    "--because",
    type=click.Choice([str(one) for one in parking.Because]),
    required=True,
    help="Why; kept with the fact.",
)
@click.pass_obj
def discard(engines: Engines, places: Places, because: str) -> None:
    """Go on without them. They are kept, and can still be retried."""
    why = parking.Because(because)
    number = 0
    for engine in engines.values():
        with engine.begin() as connection:
            number += parking.discard(connection, places, by=None, because=why)
    _say(number, "discarded; what waited behind is next")


def _engine(name: str) -> Engine | None:
    """Return the engine of a service's database, or None where it has none yet."""
    url = settings_of(name).database_url
    file = make_url(url).database or ""
    if url.startswith("sqlite") and not Path(file).exists():
        return None
    return new_engine(url)


def _describe(name: str, row: Any) -> None:
    shown = {
        "in": name,
        "where": _where(row),
        "kind": row.type,
        "state": row.status,
        "why": f"{row.error_class} {row.error_code}".strip(),
        "tries": row.tries,
        "clinic": row.clinic_id,
        "subject": row.subject_id,
        "first failed": row.first_failed_at,
        "decided": parking.WHY.get(row.decided_reason or "", "-"),
    }
    for what, value in shown.items():
        click.echo(f"{what:<13} {value}")


def _say(number: int, what: str) -> None:
    if not number:
        raise click.ClickException("there is no such fact here.")
    click.echo(f"{number} {what}.")


def _where(row: Any) -> str:
    return f"{row.stream}/{row.partition}/{row.position}"
