"""Verbs about what must be kept: the clock, secrets, and the way to the mail server."""

from datetime import time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from deploy.surroundings import settings_of
from shared.clock import Clock
from shared.errors import Refusal

ZONE, EVENING = "Europe/Lisbon", time(20, 30)
"""When most letters of the invented network leave: the evening of its first clinic."""


class NotInProduction(Refusal):
    """The clock cannot be moved in production: real people's days depend on it."""


@click.group()
def clock() -> None:
    """Move the clock of this laptop, to see what tomorrow brings."""


@clock.command("show")
def show_clock() -> None:
    """Say what time it is for Attune."""
    _say(_clock())


@clock.command()
def evening() -> None:
    """Go to the next evening, when letters leave; once more, and it is the one after."""
    moved = _clock()
    now = moved.now().astimezone(ZoneInfo(ZONE))
    today = now.replace(hour=EVENING.hour, minute=EVENING.minute, second=0, microsecond=0)
    moved.move((today if now < today else today + timedelta(days=1)) - now)
    _say(moved)


@clock.command()
@click.option("--days", type=float, default=0.0, help="May be negative, and may have a fraction.")
@click.option("--hours", type=float, default=0.0)
def move(days: float, hours: float) -> None:
    """Move the clock; everything that runs here notices within a second.

    A letter that fell due in between is then too late, and is not sent: `attune clock evening` goes
    to the hour at which most of them leave.
    """
    moved = _clock()
    moved.move(timedelta(days=days, hours=hours))
    _say(moved)


@clock.command()
def back() -> None:
    """Go back to the real time."""
    moved = _clock()
    moved.move(-moved.offset())
    _say(moved)


def _clock() -> Clock:
    file = settings_of("intake").clock_file
    if file is None:
        raise NotInProduction
    return Clock(file)


def _say(shown: Clock) -> None:
    offset = shown.offset()
    click.echo(f"It is {shown.now().astimezone():%A, %-d %B %Y, %H:%M} for Attune.")
    real = Clock().now().astimezone()
    click.echo(f"Really it is {real:%-d %B, %H:%M}." if offset else "That is the real time.")


@click.group()
def secrets() -> None:
    """The secrets that the containers are given as files."""


@secrets.command("new")
@click.argument("folder", type=click.Path(path_type=Path))
def new_secrets(folder: Path) -> None:
    """Write every secret that docker-compose.yml asks for into FOLDER.

    What is there already is left as it is, so that it may be called again at any time.
    """
    from deploy.secrets import write_secrets

    for name, fresh in write_secrets(folder, now=Clock().now()).items():
        click.echo(f"{'made' if fresh else 'kept'}  {folder / name}")
    click.echo(
        "\nKeep a copy of master_key apart from the databases: without it nothing can be read."
    )


@click.group()
def mail() -> None:
    """How mail leaves the house."""


@mail.command()
@click.option("--to", metavar="ADDRESS", help="Hand over a short test letter to this address, too.")
def check(to: str | None) -> None:
    """Try the way to the mail server: connection, encryption, sign-in."""
    from deploy.mail import try_mail

    for step in try_mail(settings_of("reminders"), to=to):
        click.echo(f"well   {step}")
