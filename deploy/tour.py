"""Five clicks for each role: what `attune run` and `attune tour` suggest to look at first."""

from collections.abc import Iterator, Mapping, Sequence
from textwrap import wrap

WIDEST = 100

STOPS: Mapping[str, Sequence[str]] = {
    "Clinician": (
        "Sign in: Today lists those in your care by name, with what is new since your last entry.",
        "Open a relationship: sessions in one lane, check-ins and messages in the other.",
        "Write a log entry about a session, and offer an experiment to try until the next.",
        "Look at one member's own line: measured against their own weeks, never against a norm.",
        "In Check-ins, see when the next letters leave, in each member's own time zone.",
    ),
    "Member": (
        "Sign in as clinician, open the Mailbox, and open a letter: nothing in it gives away why.",
        "Follow its link on the members' address, and fill in the form; skip what you like.",
        "Send it. Follow the link again: it is closed and shows nothing that was written.",
        "Move the clock with `attune clock evening`, once or more: the next letters are there.",
        "Use “stop these messages” in the form: nothing is sent from that moment on.",
    ),
    "Clinic admin": (
        "Sign in: Set-up shows what a clinic needs before its first check-in.",
        "Open Staff and register a clinician.",
        "Open People: who is in care, with whom, and whose contact card is not yet complete.",
        "Import: put a mistake into the example there, and read what is wrong in which line.",
        "Put it right, look at what would change, and take them in.",
    ),
    "Supervisor": (
        "Sign in: Releases lists what was published for the organization, quarter by quarter.",
        "Open the newest: every figure says on how many couples it rests.",
        "Find a cell that is withheld, and why: fewer than eleven couples stand behind it.",
        "Open a picture as a table; both say the same.",
        "Look for a name. There is none, and no way to ask for one.",
    ),
    "Operator": (
        "Sign in: Health shows what each service has told and heard.",
        "Go through the four services with the tabs.",
        "Open Undelivered: facts that got stuck would be here, with what to do about them.",
        "In a terminal: `attune doctor`, then `attune events`.",
        "End `attune run` with kill -9, start it again, and see that nothing is lost.",
    ),
}


def five_clicks(*, attune: str, width: int) -> Iterator[str]:
    """Return the tour as lines; ``attune`` is how the reader calls this command."""
    for role, stops in STOPS.items():
        yield role
        for number, stop in enumerate(stops, 1):
            yield from _wrapped(f"{number}. {stop.replace('`attune ', f'`{attune} ')}", width)
        yield ""


def _wrapped(stop: str, width: int) -> list[str]:
    return wrap(
        stop,
        min(width, WIDEST),
        initial_indent="  ",
        subsequent_indent="     ",
        break_long_words=False,
        break_on_hyphens=False,
    )
