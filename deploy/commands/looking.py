"""Verbs that only look: a tour, the settings, the facts told, and whether all is well."""

import json as notation
from dataclasses import fields

import click
import httpx
from rich.table import Table

from deploy.surroundings import STAFF_HOST, running_port, settings_of
from deploy.tour import five_clicks
from deploy.welcome import called, show, sign_in_lines, wide
from shared.contracts import CATALOGUE, Event
from shared.contracts.streams import STREAMS
from shared.settings import SERVICES

PATIENCE_SECONDS = 5.0


@click.command()
def tour() -> None:
    """Five clicks for each role, to see what Attune does."""
    from deploy.sign_ins import read_sign_ins

    data_dir, console = settings_of("intake").data_dir, wide()
    show(console, five_clicks(attune=called(), width=console.width - 2))
    if people := read_sign_ins(data_dir):
        show(console, sign_in_lines(people))
    console.print(f"\n  Start at http://{STAFF_HOST}:{running_port(data_dir)}")


@click.command()
def settings() -> None:
    """Every setting, what it does, and its default.

    A secret may be given as a file: ATTUNE_SECRET_KEY_FILE instead of ATTUNE_SECRET_KEY.
    """
    from deploy.reference import reference

    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("Name", "Default", "What it does"):
        table.add_column(heading, no_wrap=heading == "Name")
    for line in reference():
        table.add_row(line.name, line.default, line.says)
    wide().print(table)


@click.command()
@click.option("--json", is_flag=True, help="For programs.")
def events(json: bool) -> None:
    """Every fact that the services tell each other: ids, codes and times, never content."""
    told = [_described(kind) for kind in CATALOGUE.values()]
    if json:
        click.echo(notation.dumps(told, indent=2))
        return
    for one in told:
        private = ", private" if one["private"] else ""
        click.secho(f"{one['type']}", bold=True)
        click.echo(f"  {one['says']}")
        click.echo(f"  in {one['stream']} by {one['subject']}{private}; heard by {one['heard_by']}")
        click.echo(f"  holds {one['holds']}\n")


@click.command()
def health() -> None:
    """Ask each service whether it is ready; exit status 1 if one is not."""
    well = [_ask(name) for name in SERVICES]
    if not all(well):
        raise click.exceptions.Exit(1)


@click.command()
def doctor() -> None:
    """What is here, what is missing, and what to do about it."""
    from deploy.doctor import examine

    marks = {True: "here   ", False: "missing", None: "not set"}
    findings = examine()
    for finding in findings:
        click.echo(f"{marks[finding.here]}  {finding.what}: {finding.says}")
    if any(finding.here is False and finding.needed for finding in findings):
        raise click.exceptions.Exit(1)


def _described(kind: type[Event]) -> dict[str, object]:
    stream = STREAMS[kind.stream]
    own = [field.name for field in fields(kind) if field.name not in ("clinic_id", "occurred_at")]
    return {
        "type": kind.type,
        "says": " ".join((kind.__doc__ or "").split("\n\n")[0].split()),
        "stream": stream.name,
        "subject": kind.subject,
        "private": stream.private,
        "heard_by": ", ".join(sorted(stream.listeners)),
        "holds": ", ".join(["clinic_id", "occurred_at", *own]),
    }


def _ask(name: str) -> bool:
    told = settings_of(name)
    here = f"http://{STAFF_HOST}:{running_port(told.data_dir)}/{name}"
    address = told.internal_urls[name] if told.production else here
    try:
        answer = httpx.get(f"{address}/health/ready", timeout=PATIENCE_SECONDS)
        checks = ", ".join(f"{what} {how}" for what, how in answer.json()["checks"].items())
        well = answer.status_code == 200
        said = f"{'ready' if well else 'not ready'} ({checks})"
    except (httpx.HTTPError, ValueError, KeyError):
        well, said = False, f"no answer at {address}"
    click.echo(f"{name:<10} {said}")
    return well
