"""How sessions is put together."""

from datetime import timedelta

from flask import Blueprint, Flask

from services.sessions.outcomes import handlers as outcomes
from services.sessions.outcomes import jobs as outcomes_jobs
from services.sessions.outcomes.domain import GRACE
from services.sessions.outcomes.gateways import reading_all
from services.sessions.outcomes.queries import provide
from services.sessions.plans import api as plans_api
from services.sessions.plans import handlers as plans
from services.sessions.plans import jobs as plans_jobs
from services.sessions.plans import pages as plans_pages
from services.sessions.records import api as records_api
from services.sessions.records import pages as records_pages
from services.sessions.rights import handlers as rights
from services.sessions.rights import jobs as rights_jobs
from services.sessions.rights.queries import PERSON, share_of
from services.sessions.roster import handlers as roster
from services.sessions.roster import queries
from services.sessions.roster.models import Base
from services.sessions.series import pages as series_pages
from shared.assembly import new_feeds, new_service_app, new_store
from shared.audit.pages import Names, know_names
from shared.auth import sign_ins
from shared.auth.actors import Actor
from shared.clock import Clock
from shared.events.content import Provider, Wanting
from shared.events.feed_client import Feeds
from shared.events.inbox import Inbox, Subscriptions
from shared.events.listener import Repair
from shared.service import Service
from shared.settings import Settings, read_settings
from shared.store import Store
from shared.web import show_place

__all__ = ["Base", "create_app", "create_service"]

PROVIDERS = (
    Provider(kind="sessions.contributions", audience=frozenset({"reports"}), provide=provide),
    Provider(kind=PERSON, audience=frozenset({"intake"}), provide=share_of),
)


def create_service(
    settings: Settings | None = None,
    *,
    clock: Clock | None = None,
    feeds: Feeds | None = None,
    grace: timedelta = GRACE,
) -> Service:
    """Build sessions; with no settings given, the environment decides.

    ``grace`` is how long after its end a quarter stays open for what is written late.
    """
    settings = settings or read_settings("sessions")
    clock = clock or Clock(settings.clock_file)
    store = new_store(settings, Base.metadata)
    feeds = feeds or new_feeds(settings)
    app = new_service_app(__name__, settings, store, clock, PROVIDERS)
    heard: Subscriptions = {
        **sign_ins.SUBSCRIPTIONS,
        **roster.SUBSCRIPTIONS,
        **plans.SUBSCRIPTIONS,
        **rights.SUBSCRIPTIONS,
        **outcomes.subscriptions(grace),
    }
    complete = reading_all(Repair(Inbox(store, heard, clock.now), feeds, "sessions"), "sessions")
    service = Service(
        settings=settings,
        clock=clock,
        store=store,
        app=app,
        feeds=feeds,
        subscriptions=heard,
        wanting=(
            Wanting(kind=roster.CLINIC, apply=outcomes.applying_clinics(grace)),
            Wanting(kind=roster.PERSON, apply=roster.apply_person),
            Wanting(kind=roster.FORM, apply=plans.applying_forms(clock.now)),
        ),
        jobs=(
            *plans_jobs.jobs(store, clock.now),
            *rights_jobs.jobs(store, clock.now),
            *outcomes_jobs.jobs(store, complete, clock.now, grace),
        ),
    )
    app.extensions["freshness"] = service.freshness()
    sign_ins.refuse_ended(app, sign_ins.Watch(store, service.freshness()))
    _open_doors(app, store)
    return service


def create_app() -> Flask:
    """Build sessions for a WSGI server."""
    return create_service().app


def _open_doors(app: Flask, store: Store) -> None:
    files = Blueprint("sessions", __name__, static_folder="static", static_url_path="/files")
    for blueprint in (
        files,
        records_pages.blueprint,
        plans_pages.blueprint,
        plans_pages.texts_blueprint,
        series_pages.blueprint,
    ):
        app.register_blueprint(blueprint)
    for programs in (records_api.blueprint, plans_api.blueprint):
        app.extensions["api"].register_blueprint(programs)
    show_place(app, lambda actor: _clinic_of(store, actor))
    know_names(app, Names(clinics=queries.names_of_clinics))


def _clinic_of(store: Store, actor: Actor) -> str:
    """Return the name of the one clinic that someone works at; nothing where there are several."""
    if len(actor.clinics) != 1:
        return ""
    [clinic_id] = actor.clinics
    with store.reading(clinics=actor.clinics, actor=actor) as work:
        found = queries.clinic(work, clinic_id)
        return found.name if found else ""
