"""The worker of one service as a process: it works until told to stop, and ends what it began."""

import signal
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import gettempdir
from threading import Event as Flag

from sqlalchemy import text

from deploy.fitness import fit_settings, say_what_keeps_clinics_apart
from deploy.network import build_service
from shared.events.worker import Worker
from shared.logs import configure_logs, logger
from shared.service import Job, Service

BEAT_EVERY = timedelta(seconds=5)

log = logger("worker")


def run_worker(name: str) -> None:
    """Run the worker of a service until SIGTERM or Ctrl-C.

    Raises BadSettings, before anything is touched, when the settings do not fit.
    """
    settings = fit_settings(name, works=True)
    configure_logs(service=name, level=settings.log_level)
    say_what_keeps_clinics_apart(settings)
    service = build_service(name, settings)
    worker = Worker(with_heartbeat(service, pulse_of(name)))
    stop = Flag()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    worker.start()
    log.info("started", service=name)
    stop.wait()
    worker.stop()
    log.info("stopped", service=name)


def pulse_of(name: str) -> Path:
    """Return the file whose age says whether a worker lives; a container looks at it."""
    return Path(gettempdir()) / f"attune-{name}.pulse"


def with_heartbeat(service: Service, pulse: Path) -> Service:
    """Return the service with one more job, which shows that its clock and database answer."""

    def beat() -> int:
        with service.store.engine.connect() as connection:
            connection.execute(text("SELECT 1"))
        pulse.touch()
        return 0

    job = Job(name="beat", every=BEAT_EVERY, run=beat)
    return replace(service, jobs=(*service.jobs, job))
