"""Filling a laptop with the invented network, piece by piece; it can be ended and goes on later."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from secrets import choice

from deploy.progress import FOUNDED, READY, Progress, ProgressFile
from deploy.seed.cast import Cast, Size, cast_for
from deploy.seed.days import Days
from deploy.seed.figures import contribute, first_moment, publish, quarters_before
from deploy.seed.founding import found_network
from deploy.seed.stage import Stage
from deploy.sign_ins import SignIn, read_sign_ins, write_sign_ins
from shared.settings import Settings

SYLLABLES = tuple(c + v for c in "bdfgklmnprstvz" for v in "aeiou")
RELEASED = 30
"""Percent of the work that is done when the releases of the network are out."""

WHOLE = Size()
Tell = Callable[[Progress], None]


def fill(
    settings_for: Callable[[str], Settings],
    *,
    now: datetime,
    size: Size = WHOLE,
    tell: Tell | None = None,
) -> None:
    """Write whatever is missing of the invented network, as of ``now``.

    ``tell`` is told how far it is, instead of the file that pages look at.
    """
    folder = settings_for("intake").data_dir
    tell = tell or ProgressFile(folder).tell
    password = _password(folder)
    stage = Stage(settings_for, first_moment(quarters_before(now, size.quarters)))
    try:
        until = _until(stage, now)
        cast = cast_for(until.date(), size)
        _write(stage, cast, size, password=password, until=until, tell=tell)
    finally:
        stage.leave()
    write_sign_ins(folder, sign_ins(cast, password))
    tell(READY)


def _write(
    stage: Stage, cast: Cast, size: Size, *, password: str, until: datetime, tell: Tell
) -> None:
    quarters = quarters_before(until, size.quarters)
    tell(Progress(percent=1, says="Founding the clinics"))
    network = found_network(stage, cast, password=password, now=first_moment(quarters))
    for number, quarter in enumerate(quarters):
        done = FOUNDED + (RELEASED - FOUNDED) * number // len(quarters)
        tell(Progress(percent=done, says=f"Publishing {quarter}"))
        contribute(stage, cast, network, quarter)
        publish(stage, network, quarter)
    stage.hush()
    days = Days(stage, cast, network, until)
    for number in range(size.days):
        done = RELEASED + (99 - RELEASED) * number // size.days
        tell(Progress(percent=done, says=f"Writing {cast.day(number):%-d %B %Y}"))
        days.write(number)


def sign_ins(cast: Cast, password: str) -> list[SignIn]:
    """Return who may sign in, the most telling first."""
    shown = [one for one in cast.staff if one.key in SHOWN]
    return [
        SignIn(role=one.role, name=one.name, email=one.email, password=password) for one in shown
    ]


SHOWN = ("clinician", "admin", "supervisor", "network", "operator")


def _until(stage: Stage, now: datetime) -> datetime:
    """Return the moment at which the first filling began, so that a later one writes the same."""
    kept = stage.ledger.once("intake", "until", lambda _: now.isoformat())
    return datetime.fromisoformat(kept).astimezone(UTC)


def _password(folder: Path) -> str:
    """Return the password of this computer's invented staff; the first filling draws it."""
    known = read_sign_ins(folder)
    if known:
        return known[0].password
    password = "-".join("".join(choice(SYLLABLES) for _ in range(3)) for _ in range(3))
    folder.mkdir(parents=True, exist_ok=True)
    write_sign_ins(folder, sign_ins(cast_for(date(2026, 1, 1), WHOLE), password))
    return password
