"""Whether a process may start: in production only where nothing lets it see more than it should.

On SQLite, which production refuses, Attune's own scoping alone keeps clinics apart; that is said.
"""

import os
from collections.abc import Mapping
from functools import partial

from sqlalchemy.exc import SQLAlchemyError

from deploy.surroundings import settings_of
from shared.logs import logger
from shared.settings import Settings
from shared.store.engines import new_engine
from shared.tenancy import loose_ends

SCOPED_BY_CODE_ALONE = "Attune's own scoping alone keeps clinics apart; not for real people"

DEBUGGED = "FLASK_DEBUG is set: it shows what it must not. Take it away."
NOT_DEBUGGED = ("", "0", "false", "no")
"""What Flask takes for no."""

log = logger("start")


def fit_settings(
    service: str, *, works: bool = False, environ: Mapping[str, str] = os.environ
) -> Settings:
    """Return the settings of a process that serves pages or, as a worker, ``works``.

    Raises BadSettings with every reason at once: what PLT-24 refuses in the settings, and what
    the database says of the role that they name.
    """
    return settings_of(service, environ, also=partial(_unfit, works=works, environ=environ))


def say_what_keeps_clinics_apart(settings: Settings) -> None:
    """Leave a line in the log where no database does."""
    if settings.database_url.startswith("sqlite"):
        log.warning("scoped_by_code_alone", service=settings.service)


def _unfit(settings: Settings, *, works: bool, environ: Mapping[str, str]) -> list[str]:
    debugged = environ.get("FLASK_DEBUG", "0").lower() not in NOT_DEBUGGED
    return ([DEBUGGED] if debugged else []) + _loose_ends(settings, works=works)


def _loose_ends(settings: Settings, *, works: bool) -> list[str]:
    if not settings.database_url.startswith("postgresql"):
        return []
    try:
        engine = new_engine(settings.database_url)
        found = loose_ends(engine, works=works)
        engine.dispose()
    except SQLAlchemyError:
        found = ["it does not answer, so that nobody knows what its role may do"]
    return [f"ATTUNE_DATABASE_URL: {one}." for one in found]
