"""How reminders is put together."""

from itertools import chain

from flask import Blueprint, Flask

from services.reminders.engagement import jobs as engagement_jobs
from services.reminders.engagement import queries as engagement
from services.reminders.engagement.usecases import Bookkeeping
from services.reminders.forms import pages as forms_pages
from services.reminders.forms import queries as forms
from services.reminders.rights import handlers as rights_handlers
from services.reminders.rights import jobs as rights_jobs
from services.reminders.rights import queries as rights
from services.reminders.roster import handlers as roster_handlers
from services.reminders.roster import queries as roster
from services.reminders.roster.models import Base
from services.reminders.schedules import api as schedules_api
from services.reminders.schedules import handlers as schedules_handlers
from services.reminders.schedules import jobs as schedules_jobs
from services.reminders.schedules import pages as schedules_pages
from services.reminders.sending import jobs as sending_jobs
from services.reminders.sending import pages as sending_pages
from services.reminders.sending import usecases as sending
from services.reminders.sending.domain import Stationery
from services.reminders.sending.gateways import Gateway, LocalMailbox, MailServer
from services.reminders.sending.usecases import PostOffice
from shared.assembly import new_feeds, new_service_app, new_store
from shared.audit.pages import Names, know_names
from shared.auth import sign_ins
from shared.auth.signing_keys import derived_secret
from shared.clock import Clock
from shared.contracts import Event
from shared.events.content import Provider, Wanting
from shared.events.feed_client import Feeds
from shared.events.freshness import Freshness
from shared.events.inbox import Inbox
from shared.events.listener import Handler, Repair, Subscriptions
from shared.service import Service
from shared.settings import Settings, read_settings
from shared.store import Store, UnitOfWork


def create_service(
    settings: Settings | None = None,
    *,
    clock: Clock | None = None,
    feeds: Feeds | None = None,
    gateway: Gateway | None = None,
) -> Service:
    """Build reminders; what is not given, the environment decides."""
    settings = settings or read_settings("reminders")
    clock = clock or Clock(settings.clock_file)
    feeds = feeds or new_feeds(settings)
    store = new_store(settings, Base.metadata)
    subscriptions = all_subscriptions()
    freshness = Freshness(Repair(Inbox(store, subscriptions, clock.now), feeds, settings.service))
    office = PostOffice(
        store=store,
        freshness=freshness,
        gateway=gateway or new_gateway(settings, store),
        stationery=new_stationery(settings),
        now=clock.now,
    )
    return Service(
        settings=settings,
        clock=clock,
        store=store,
        app=_app(settings, store, clock, office.stationery, freshness),
        feeds=feeds,
        subscriptions=subscriptions,
        wanting=(
            Wanting(kind=roster.CLINIC, apply=roster_handlers.apply_clinic),
            schedules_handlers.wanting_person(clock.now),
        ),
        jobs=(
            *schedules_jobs.jobs(store, clock),
            *sending_jobs.jobs(office),
            *rights_jobs.jobs(store, clock),
            *engagement_jobs.jobs(Bookkeeping(store=store, freshness=freshness), clock),
        ),
    )


def create_app() -> Flask:
    """Build reminders for a WSGI server."""
    return create_service().app


def new_gateway(settings: Settings, store: Store) -> Gateway:
    """Return the way out of the house: the mail server, or else the mailbox of this machine."""
    if settings.smtp.host:
        return MailServer(settings.smtp)
    return LocalMailbox(lambda letter: sending.keep_letter(store, letter))


def new_stationery(settings: Settings) -> Stationery:
    """Return what this house's letters are written on."""
    return Stationery(
        member_url=settings.member_url,
        secret=derived_secret(settings, "links"),
        mail_domain=settings.smtp.sender.rpartition("@")[2],
    )


def all_subscriptions() -> Subscriptions:
    """Return what is heard; where two capabilities hear one event, the lower one acts first."""
    tables = (
        sign_ins.SUBSCRIPTIONS,
        roster_handlers.SUBSCRIPTIONS,
        schedules_handlers.SUBSCRIPTIONS,
        rights_handlers.SUBSCRIPTIONS,
    )
    kinds = dict.fromkeys(chain.from_iterable(tables))
    return {kind: _in_turn([t[kind] for t in tables if kind in t]) for kind in kinds}


def _in_turn(handlers: list[Handler]) -> Handler:
    def handle(work: UnitOfWork, event: Event) -> None:
        for handler in handlers:
            handler(work, event)

    return handle


def _app(
    settings: Settings,
    store: Store,
    clock: Clock,
    stationery: Stationery,
    freshness: Freshness,
) -> Flask:
    providers = (
        Provider(
            kind="reminders.form", audience=frozenset({"sessions"}), provide=forms.form_contents
        ),
        Provider(
            kind="reminders.contributions",
            audience=frozenset({"reports"}),
            provide=engagement.contributions,
        ),
        Provider(kind=rights.PERSON, audience=frozenset({"intake"}), provide=rights.share_of),
    )
    app = new_service_app(__name__, settings, store, clock, providers)
    app.register_blueprint(
        Blueprint("reminders", __name__, static_folder="static", static_url_path="/look")
    )
    app.register_blueprint(schedules_pages.blueprint)
    app.register_blueprint(sending_pages.blueprint)
    forms_pages.register(app, stationery, freshness)
    app.extensions["api"].register_blueprint(schedules_api.blueprint)
    know_names(app, Names(clinics=roster.senders))
    sign_ins.refuse_ended(app, sign_ins.Watch(store, freshness))
    return app
