"""What `attune run` says: where the pages are, who may sign in, and what to look at first."""

from rich.console import Console
from rich.table import Table

from deploy.folder import Folder
from deploy.sign_ins import SignIn, read_sign_ins
from deploy.surroundings import MEMBER_HOST, STAFF_HOST


class Welcome:
    """Speaks to the person at the keyboard."""

    def __init__(self, console: Console, port: int, folder: Folder):
        self._console = console
        self._port = port
        self._folder = folder

    def say_hello(self, *, asked_for: int) -> None:
        """Say where the pages are; they answer from now on."""
        say = self._console.print
        say("\n  [bold]Attune[/] is here.\n")
        if self._port != asked_for:
            say(
                f"  Port {asked_for} is taken by something else, so it is {self._port} this time.\n"
            )
        say(f"  Staff     [bold]http://{STAFF_HOST}:{self._port}[/]")
        say(f"  Members   http://{MEMBER_HOST}:{self._port}   (by the links in their letters)")
        say("  Data      SQLite files: Attune's own scoping alone keeps clinics apart;")
        say("            not for real people\n")

    def show_around(self) -> None:
        """Say who may sign in, and how to go on."""
        say = self._console.print
        people = read_sign_ins(self._folder.path)
        if people:
            say("  Sign in as any of these invented people:\n")
            say(sign_in_table(people))
        say("\n  What to look at first:  attune tour")
        say(f"  What happens inside:    {self._folder.log_file}")
        say("\n  Ctrl-C ends it; the next start goes on from here.")


def sign_in_table(people: list[SignIn]) -> Table:
    """Return the sign-ins as a table."""
    table = Table(box=None, pad_edge=True, padding=(0, 3, 0, 1))
    for heading in ("As", "Name", "E-mail", "Password"):
        table.add_column(heading, no_wrap=True)
    for one in people:
        table.add_row(one.role, one.name, one.email, one.password)
    return table


def wide() -> Console:
    """Return a console that cuts nothing off when its output goes to a file or another program."""
    return Console(highlight=False, width=None if Console().is_terminal else 200)
