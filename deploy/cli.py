"""The `attune` command: each verb is a sentence, and its code is loaded only when asked for."""

from importlib import import_module

import click

from shared.errors import Refusal
from shared.settings import BadSettings

SECTIONS = {
    "Look around on this computer": {
        "run": ("running:run", "Start Attune here, and print its addresses and sign-ins."),
        "tour": ("looking:tour", "Five clicks for each role, to see what Attune does."),
        "clock": ("keeping:clock", "Move the clock, to see what tomorrow brings."),
        "seed": ("filling:seed", "Fill the laptop with an invented network of clinics."),
    },
    "Bring people in, and take them with you": {
        "import": (
            "filling:import_people",
            "Take people over from a CSV file, or say what is wrong.",
        ),
        "export": ("filling:export", "Write everything of one clinic into one archive."),
    },
    "Run it for a clinic": {
        "secrets": ("keeping:secrets", "Write the secrets that the containers need."),
        "keys": ("guarding:keys", "Make, count, change and destroy keys."),
        "begin": ("filling:begin", "Found a new organization, and let its first admin in."),
        "migrate": ("filling:migrate", "Bring the databases up to date."),
        "web": ("running:web", "Serve the pages of one service."),
        "worker": ("running:worker", "Tell, hear and do what is due, for one service."),
    },
    "See that all is well": {
        "doctor": ("looking:doctor", "What is here, what is missing, and what to do about it."),
        "health": ("looking:health", "Whether each service is ready."),
        "undelivered": (
            "deciding:undelivered",
            "Facts that got stuck: list, show, retry, discard.",
        ),
        "audit": ("guarding:audit", "Whether the audit trails are whole; their heads."),
        "mail": ("keeping:mail", "Check that mail can be handed over."),
        "settings": ("looking:settings", "Every setting, what it does, and its default."),
        "events": ("looking:events", "Every fact that the services tell each other."),
    },
}
"""What one may want, and for each verb: where its code is, and what it does in one line."""

COMMANDS = {verb: place for verbs in SECTIONS.values() for verb, (place, _) in verbs.items()}


class Verbs(click.Group):
    """Finds verbs by name, and turns what our own code refuses into a plain sentence."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return every verb."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Return a verb, loading its code now."""
        if name not in COMMANDS:
            return None
        module, command = COMMANDS[name].split(":")
        found: click.Command = getattr(import_module(f"deploy.commands.{module}"), command)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the verbs under what one may want."""
        for want, verbs in SECTIONS.items():
            with formatter.section(want):
                formatter.write_dl([(verb, says) for verb, (_, says) in verbs.items()])

    def invoke(self, ctx: click.Context) -> object:
        """Run a verb; what our own code refuses is said in a sentence, without a traceback."""
        try:
            return super().invoke(ctx)
        except BadSettings as bad:
            raise click.ClickException(f"these settings do not fit:\n{bad}") from bad
        except Refusal as refusal:
            raise click.ClickException(str(refusal)) from refusal


@click.command(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name=None, version="0.1.0", prog_name="attune")
def main() -> None:
    """Attune, for clinics that work with couples and other relationships.

    New here? `attune run` starts everything on this computer, with an invented network of clinics
    to look around in. Nothing leaves this computer, and Ctrl-C ends it.
    """
