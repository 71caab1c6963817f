"""What `attune run` says: where the pages are, who may sign in, and what to look at first."""

import shlex
import shutil
import sys
from collections.abc import Iterable, Iterator
from os.path import relpath
from pathlib import Path

from rich.console import Console

from deploy.columns import columns
from deploy.folder import Folder
from deploy.sign_ins import SignIn, read_sign_ins
from deploy.surroundings import MEMBER_HOST, STAFF_HOST
from deploy.tour import five_clicks

HEADINGS = ("As", "Name", "E-mail", "Password")


class Welcome:
    """Speaks to the person at the keyboard."""

    def __init__(self, console: Console, port: int, folder: Folder):
        self._console = console
        self._port = port
        self._folder = folder
        self._shown_around = False

    def say_hello(self, *, asked_for: int) -> None:
        """Say where the pages are; they answer from now on."""
        say = self._console.print
        say("\n  [bold]Attune[/] is here.\n")
        if self._port != asked_for:
            say(
                f"  Port {asked_for} is taken by something else, so it is {self._port} this time.\n"
            )
        self._say_where()

    def show_around(self) -> None:
        """Say, once, what to look at first and who may sign in."""
        say = self._console.print
        people = read_sign_ins(self._folder.path)
        if people and not self._shown_around:
            self._shown_around = True
            say("  Five clicks for each role:\n")
            show(self._console, five_clicks(attune=called(), width=self._console.width - 2))
            say("  Sign in as any of these invented people:\n")
            show(self._console, sign_in_lines(people))
            say()
            self._say_where()

    def say_ready(self) -> None:
        """Say how to go on, and how to end it."""
        self._console.print(f"  What happens inside: {self._folder.log_file}", soft_wrap=True)
        self._console.print("  Ctrl-C ends it; the next start goes on from here.")

    def _say_where(self) -> None:
        say = self._console.print
        say(f"  Staff     [bold]http://{STAFF_HOST}:{self._port}[/]")
        say(f"  Members   http://{MEMBER_HOST}:{self._port}   (by the links in their letters)")
        say("  Data      SQLite files: Attune's own scoping alone keeps clinics apart;")
        say("            not for real people\n")


def show(console: Console, lines: Iterable[str]) -> None:
    """Print lines as they are; a narrow terminal breaks them, and loses no sign of a password."""
    for line in lines:
        console.print(f"  {line}".rstrip(), soft_wrap=True, markup=False)


def sign_in_lines(people: list[SignIn]) -> Iterator[str]:
    """Return the sign-ins as lines; a password that all share is said once, below them."""
    shared = len({one.password for one in people}) == 1
    rows = [(one.role, one.name, one.email, one.password) for one in people]
    shown = 3 if shared else 4
    yield from columns(HEADINGS[:shown], [row[:shown] for row in rows])
    if shared:
        yield from ("", f"The password of each is   {people[0].password}")


def called() -> str:
    """Return how this command is called from the folder that one stands in."""
    if shutil.which("attune"):
        return "attune"
    return shlex.quote(relpath(Path(sys.executable).with_name("attune")))


def wide() -> Console:
    """Return a console that cuts nothing off when its output goes to a file or another program."""
    return Console(highlight=False, width=None if Console().is_terminal else 200)
