"""Verbs that put something in: tables, an invented network, people from a file."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import click
from rich.table import Table

from deploy.surroundings import laptop_settings, running_port, settings_of
from deploy.welcome import called, show, sign_in_lines, wide
from shared.settings import SERVICES

MISTAKES_SHOWN = 200


@click.command()
@click.argument("name", type=click.Choice(SERVICES), required=False, envvar="ATTUNE_SERVICE")
def migrate(name: str | None) -> None:
    """Bring the database of one service up to date, or those of all four."""
    from deploy.network import bring_up_to_date, build_service

    for one in (name,) if name else SERVICES:
        service = build_service(one, settings_of(one))
        bring_up_to_date(service)
        service.store.engine.dispose()
        click.echo(f"{one:<10} is up to date.")


@click.command()
def seed() -> None:
    """Fill the laptop with an invented network of clinics, or go on where that was ended.

    `attune run` does this by itself at its first start.
    """
    from deploy.folder import Folder
    from deploy.seed.filling import fill
    from deploy.sign_ins import read_sign_ins
    from shared.clock import Clock
    from shared.logs import configure_logs

    settings = laptop_settings("intake")
    port = running_port(settings.data_dir)
    with Folder(settings.data_dir) as folder, folder.log() as log:
        configure_logs(level=settings.log_level, stream=log)
        fill(partial(laptop_settings, port=port), now=Clock(settings.clock_file).now())
        show(wide(), sign_in_lines(read_sign_ins(folder.path)))
    click.echo(f"\nEverything is there: {called()} run")


@click.command()
@click.argument("organization")
@click.option("--admin", required=True, metavar="SIGN-IN", help="Who registers clinics and staff.")
@click.option("--operator", metavar="SIGN-IN", help="Who looks after the machines, if anyone.")
def begin(organization: str, admin: str, operator: str | None) -> None:
    """Found the ORGANIZATION of a new installation, and let the first people in.

    Each gets a starting password, shown here once, and chooses their own at the first sign-in.
    """
    from deploy.beginning import begin as begin_anew

    sign_ins = {"admin": admin, **({"operator": operator} if operator else {})}
    for name, password in begin_anew(organization, sign_ins).items():
        click.echo(f"{name}   starting password: {password}")


def _write_example(ctx: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if wanted:
        from services.intake.arrivals.domain import EXAMPLE

        click.echo(EXAMPLE, nl=False)
        ctx.exit()


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--clinic", required=True, metavar="NAME|ID", help="The clinic that they come to.")
@click.option("--clinician", metavar="NAME", help="Who treats them, if more than one could.")
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
@click.option(
    "--example",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_write_example,
    help="Print a small list to begin with, and do nothing else.",
)
def import_people(file: Path, clinic: str, clinician: str | None, dry_run: bool) -> None:
    """Take people over from a CSV file: all of them, or nothing where one line is wrong.

    Importing the same file twice changes nothing.

    The first line names the columns, each further line is one member. Those with the same
    `relationship` belong together; `member` is what your own list calls that person. Then come
    `email`, `zone` (Europe/Lisbon), `language` (en, pt-BR), and when this person may safely be
    reached: `window_days` (mon wed), `window_from` and `window_to` (18:30). Columns for `name`,
    `pronouns` and `label` may be there too, and `paper`: what someone once signed for on paper
    (checkin.email report.aggregate), which permits nothing and is listed to be asked anew.
    """
    from deploy.importing import take_over

    report = take_over(file.read_bytes(), clinic=clinic, clinician=clinician, dry_run=dry_run)
    if report.mistakes:
        _show_mistakes(report.mistakes)
        raise click.exceptions.Exit(1)
    for what, number in report.counts.items():
        click.echo(f"{number:>6} {what}")
    if report.papers:
        click.echo("What was signed on paper permits nothing here. Each clinician finds it under")
        click.echo("Relationships, “Whom to ask again soon”, and asks each person anew, alone.")
    if report.could_treat:
        click.echo(f"Several could treat them: {', '.join(report.could_treat)}.")
        click.echo("Say with --clinician who it is.")
    if report.could_treat and not dry_run:
        click.echo("Nothing was changed.")
        raise click.exceptions.Exit(1)
    click.echo("Nothing was changed: this was a dry run." if dry_run else "Done.")


@click.command("export")
@click.option("--clinic", required=True, metavar="NAME|ID", help="The clinic whose data it is.")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def export(clinic: str, file: Path) -> None:
    """Write everything that is kept of a clinic into FILE, a zip archive.

    It holds each table of each service as JSON lines, and people.csv, which `attune import` reads.
    What was sealed stands in it in the clear: keep it as you keep the records. That it was written
    is noted in the audit trail of every service.
    """
    from deploy.exporting import export_clinic

    lines = export_clinic(
        clinic, file, told=lambda name, number: click.echo(f"{number:>9,}  {name}")
    )
    click.echo(f"{lines:>9,}  in all, in {file}")


def _show_mistakes(mistakes: Sequence[tuple[int, str, str]]) -> None:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("Line", "Column", "What is wrong"):
        table.add_column(heading)
    for line, column, reason in mistakes[:MISTAKES_SHOWN]:
        table.add_row(str(line), column, reason)
    wide().print(table)
    more = len(mistakes) - MISTAKES_SHOWN
    click.echo(f"and {more} more." if more > 0 else "")
    click.echo("Nothing was changed.")
