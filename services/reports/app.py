"""How reports is put together."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from flask import Blueprint, Flask

from services.reports.contributions import handlers
from services.reports.contributions import jobs as contribution_jobs
from services.reports.contributions.models import Base
from services.reports.contributions.queries import clinic_names
from services.reports.coverage import pages as coverage
from services.reports.dashboard import api, pages
from services.reports.releases import jobs as release_jobs
from services.reports.releases.domain.schedule import CUT_OFF
from shared.assembly import new_feeds, new_service_app, new_store
from shared.audit.pages import Names, know_names
from shared.auth import sign_ins
from shared.clock import Clock
from shared.events.feed_client import Feeds
from shared.service import Service
from shared.settings import Settings, read_settings
from shared.store import UnitOfWork


def create_service(
    settings: Settings | None = None,
    *,
    clock: Clock | None = None,
    feeds: Feeds | None = None,
    cut_off: timedelta = CUT_OFF,
) -> Service:
    """Build reports; with no settings given, the environment decides.

    ``cut_off`` is how long after its end a quarter waits for clinics that are late.
    """
    settings = settings or read_settings("reports")
    clock = clock or Clock(settings.clock_file)
    store = new_store(settings, Base.metadata)
    app = new_service_app(__name__, settings, store, clock)
    app.extensions["api"].register_blueprint(api.blueprint)
    app.register_blueprint(pages.blueprint)
    app.register_blueprint(coverage.blueprint)
    app.register_blueprint(
        Blueprint("reports", __name__, static_folder="static", static_url_path="/files")
    )
    service = Service(
        settings=settings,
        clock=clock,
        store=store,
        app=app,
        feeds=feeds or new_feeds(settings),
        subscriptions={**sign_ins.SUBSCRIPTIONS, **handlers.SUBSCRIPTIONS},
        wanting=handlers.wanting(clock.now),
    )
    know_names(app, Names(clinics=_names_of_clinics))
    sign_ins.refuse_ended(app, sign_ins.Watch(store, service.freshness()))
    jobs = [*contribution_jobs.jobs(store), *release_jobs.jobs(service, cut_off=cut_off)]
    return replace(service, jobs=jobs)


def create_app() -> Flask:
    """Build reports for a WSGI server."""
    return create_service().app


def _names_of_clinics(work: UnitOfWork) -> dict[UUID, str]:
    return {clinic_id: row.name for clinic_id, row in clinic_names(work).items()}
