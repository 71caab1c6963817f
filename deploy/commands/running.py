"""Verbs that run and stay: everything on a laptop, or one service's pages or worker."""

import os
import sys
from pathlib import Path

import click

from shared.settings import SERVICES

a_service = click.argument("name", type=click.Choice(SERVICES), envvar="ATTUNE_SERVICE")


@click.command()
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    envvar="ATTUNE_PORT",
    help="Where to listen; the next free port is taken if this one is busy.",
)
@click.option("--fresh", is_flag=True, help="Forget everything kept here, and begin anew.")
@click.option("--empty", is_flag=True, help="Begin without the invented network.")
def run(port: int | None, fresh: bool, empty: bool) -> None:
    """Start Attune on this computer.

    Pages are there at once; an invented network of clinics is filled in behind them. What you do
    is kept in the folder .attune, and the next start goes on from there.
    """
    from deploy.laptop import Laptop

    Laptop(port=port, fresh=fresh, empty=empty).run()


@click.command()
@a_service
@click.option(
    "--port", type=click.IntRange(1, 65535), default=8000, envvar="ATTUNE_PORT", show_default=True
)
@click.option("--host", default="0.0.0.0", show_default=True)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="Processes; one per core of this service's share.",
)
@click.option(
    "--threads",
    type=click.IntRange(1, 64),
    default=8,
    show_default=True,
    help="Requests at once in each process.",
)
def web(name: str, port: int, host: str, workers: int, threads: int) -> None:
    """Serve the pages of one service, behind a gateway."""
    from deploy.fitness import fit_settings

    fit_settings(name)
    gunicorn = str(Path(sys.executable).parent / "gunicorn")
    options = {
        "--bind": f"{host}:{port}",
        "--worker-class": "gthread",
        "--workers": str(workers),
        "--threads": str(threads),
        "--graceful-timeout": "20",
        "--logger-class": "deploy.web.NeutralLogs",
    }
    given = [part for pair in options.items() for part in pair]
    app = f"deploy.web:app_of('{name}')"
    os.execv(gunicorn, [gunicorn, "--no-control-socket", *given, app])


@click.command()
@a_service
def worker(name: str) -> None:
    """Tell, hear and do what is due for one service, until told to stop (SIGTERM or Ctrl-C)."""
    from deploy.worker import run_worker

    run_worker(name)
