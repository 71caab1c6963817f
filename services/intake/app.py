"""How intake is put together."""

from flask import Flask

from services.intake.arrivals import api as arrivals_api
from services.intake.arrivals import pages as arrivals_pages
from services.intake.consent import api as consent_api
from services.intake.consent import handlers as consent
from services.intake.consent import queries as consent_queries
from services.intake.consent import usecases as consent_usecases
from services.intake.consent.domain import SEAT
from services.intake.consent.jobs import jobs_of
from services.intake.consent.models import Seat
from services.intake.consent.pages import asking, policy, seat
from services.intake.directory import handlers as directory
from services.intake.directory.models import Base
from services.intake.directory.pages import (
    account,
    auditing,
    clinics,
    door,
    proof,
    second_step,
    visit,
)
from services.intake.people import api as people_api
from services.intake.people import handlers as people
from services.intake.people.pages import cards as card_pages
from services.intake.people.pages import members as member_pages
from services.intake.people.pages import relationships as people_pages
from services.intake.questionnaires import handlers as questionnaires
from services.intake.questionnaires.domain import SEAT as QUESTIONS
from services.intake.questionnaires.pages import catalogue, seated, staff
from services.intake.questionnaires.queries import packs
from services.intake.rights import handlers as rights
from services.intake.rights import jobs as rights_jobs
from services.intake.rights import pages as rights_pages
from services.intake.rights.gateways import Shares
from services.intake.rights.queries import number_waiting
from services.intake.screening import pages as talks
from services.intake.screening.queries import modules
from shared.assembly import new_feeds, new_service_app, new_store
from shared.audit.pages import know_names
from shared.auth.interrupted import keep_proofs
from shared.clock import Clock
from shared.events.feed_client import Feeds
from shared.service import Service
from shared.settings import Settings, read_settings
from shared.web import show_place
from shared.web.seating import seat_door

__all__ = ["Base", "create_app", "create_service"]

PAGES = (
    door,
    proof,
    second_step,
    account,
    clinics,
    auditing,
    people_pages,
    member_pages,
    card_pages,
    arrivals_pages,
    seat,
    policy,
    catalogue,
    staff,
    seated,
    talks,
    rights_pages,
)


def create_service(
    settings: Settings | None = None,
    *,
    clock: Clock | None = None,
    feeds: Feeds | None = None,
    wall_clock: Clock | None = None,
) -> Service:
    """Build intake; with no settings given, the environment decides.

    Raises BadPack where a pack or a module is not as it was checked.
    ``wall_clock`` is the time by which staff are signed in, which demonstrations do not move.
    """
    packs(), modules()
    settings = settings or read_settings("intake")
    clock = clock or Clock(settings.clock_file)
    store = new_store(settings, Base.metadata)
    providers = (*directory.PROVIDERS, *people.PROVIDERS, *questionnaires.PROVIDERS)
    feeds = feeds or new_feeds(settings)
    app = new_service_app(__name__, settings, store, clock, providers)
    app.extensions["shares"] = Shares(feeds)
    app.extensions["wall_clock"] = wall_clock or Clock()
    for pages in PAGES:
        app.register_blueprint(pages.blueprint)
    for programs in (people_api, arrivals_api, consent_api):
        app.extensions["api"].register_blueprint(programs.blueprint)
    visit.refuse_closed_sessions(app)
    keep_proofs(app, proof.take_proof)
    asking.register(app)
    show_place(app, door.place_of)
    know_names(app, auditing.NAMES)
    people_pages.also_missing(app, consent_queries.still_missing)
    people_pages.may_be_left_word(app, consent_queries.may_be_left_word)
    people_pages.at_joining(app, consent_usecases.pause_at_joining)
    people_pages.also_waiting(app, number_waiting)
    seat_door(
        app,
        Seat,
        first_page={SEAT: "consent.choices", QUESTIONS: "seated.first"},
        language_of=consent_queries.language_of_seat,
    )
    return Service(
        settings=settings,
        clock=clock,
        store=store,
        app=app,
        feeds=feeds,
        subscriptions={**consent.SUBSCRIPTIONS, **rights.SUBSCRIPTIONS},
        jobs=(*jobs_of(store, clock), *rights_jobs.jobs_of(store, clock)),
    )


def create_app() -> Flask:
    """Build intake for a WSGI server."""
    return create_service().app
