"""Verbs that put something in: tables, an invented network, people from a file."""

import click

from shared.settings import SERVICES


@click.command()
@click.argument("name", type=click.Choice(SERVICES), required=False, envvar="ATTUNE_SERVICE")
def migrate(name: str | None) -> None:
    """Bring the database of one service up to date, or those of all four."""
    from deploy.network import build_service
    from deploy.surroundings import settings_of

    for one in (name,) if name else SERVICES:
        service = build_service(one, settings_of(one))
        service.store.create_tables()
        service.store.engine.dispose()
        click.echo(f"{one:<10} is up to date.")
