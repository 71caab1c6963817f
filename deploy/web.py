"""The pages of one service as gunicorn serves them, with logs that name no one."""

import logging
from typing import Any

from flask import Flask
from gunicorn.glogging import Logger

from deploy.fitness import fit_settings, say_what_keeps_clinics_apart
from deploy.network import build_service
from shared.logs import configure_logs


class NeutralLogs(Logger):
    """gunicorn's log lines, which go through our own rules instead of its handlers."""

    def setup(self, cfg: Any) -> None:
        """Leave every record to the process's one handler."""
        configure_logs()
        self.error_log.propagate = True
        self.error_log.setLevel(logging.WARNING)


def app_of(name: str) -> Flask:
    """Return the app of a service, as the environment decides.

    Raises BadSettings with every mistake at once.
    """
    settings = fit_settings(name)
    configure_logs(service=name, level=settings.log_level)
    say_what_keeps_clinics_apart(settings)
    return build_service(name, settings).app
