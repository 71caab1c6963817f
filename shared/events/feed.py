"""The doors that other services use: heads, feeds, and content by reference.

Only the services that listen to a stream may read it; only a provider's audience its content.
"""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, current_app, request
from marshmallow import Schema, ValidationError, fields, validate
from sqlalchemy import Engine, select

from shared.auth.policy import current_actor
from shared.contracts.streams import STREAMS, Stream
from shared.errors import NotFound, Refusal
from shared.events.content import Content, Provider, Reference
from shared.events.fetching import PAGE as CONTENT_PAGE
from shared.events.outbox import with_position
from shared.events.sequencing import sequence_all
from shared.events.tables import outbox, sequenced, stream_head
from shared.store.store import Store

MOST_EVENTS = 500

blueprint = Blueprint("backbone", __name__, url_prefix="/internal")


class BadQuestion(Refusal):
    """The question does not fit: see the parameters of this route."""

    status = 400


class FeedQuery(Schema):
    """What may be asked of a feed."""

    after = fields.Integer(required=True, validate=validate.Range(min=0))
    limit = fields.Integer(load_default=MOST_EVENTS, validate=validate.Range(1, MOST_EVENTS))
    generation = fields.UUID(load_default=None)


class ReferenceSchema(Schema):
    """One piece of content that is asked for."""

    clinic_id = fields.UUID(required=True)
    subject_id = fields.UUID(required=True)
    version = fields.Integer(required=True)


class ContentQuery(Schema):
    """A page of references."""

    references = fields.List(
        fields.Nested(ReferenceSchema),
        required=True,
        validate=validate.Length(min=1, max=CONTENT_PAGE),
    )


FEED_QUERY, CONTENT_QUERY = FeedQuery(), ContentQuery()


@blueprint.get("/heads")
def heads() -> dict[str, Any]:
    """Show how far each partition goes that the asking service may read."""
    engine = _engine()
    sequence_all(engine)
    asking = current_actor().service
    with engine.connect().execution_options(attune_reading=True) as connection:
        rows = connection.execute(select(stream_head)).all()
    return {
        "heads": [
            {
                "stream": row.stream,
                "partition": row.partition,
                "generation": str(row.generation),
                "head": row.last,
            }
            for row in rows
            if asking in STREAMS[row.stream].listeners
        ]
    }


@blueprint.get("/feed/<stream>/<int:partition>")
def feed(stream: str, partition: int) -> Response:
    """Show what follows a position; complete as of this read."""
    _readable(stream)
    asked = _read(FEED_QUERY, request.args)
    engine = _engine()
    sequence_all(engine)
    with engine.connect().execution_options(attune_reading=True) as connection:
        head = connection.execute(
            select(stream_head).where(
                stream_head.c.stream == stream, stream_head.c.partition == partition
            )
        ).one_or_none()
        if head is None:
            raise NotFound
        _refuse_other_feed(head, asked)
        rows = connection.execute(
            select(sequenced.c.position, outbox.c.cloud_event)
            .join(outbox, outbox.c.id == sequenced.c.outbox_id)
            .where(
                sequenced.c.stream == stream,
                sequenced.c.partition == partition,
                sequenced.c.position > asked["after"],
                sequenced.c.position <= head.last,
            )
            .order_by(sequenced.c.position)
            .limit(asked["limit"])
        ).all()
    events = ",".join(with_position(text, position, head.generation) for position, text in rows)
    answer = {"generation": str(head.generation), "oldest": head.oldest, "head": head.last}
    body = f'{json.dumps(answer)[:-1]}, "events": [{events}]}}'
    return Response(body, mimetype="application/json")


@blueprint.post("/content/<kind>")
def content(kind: str) -> dict[str, Any]:
    """Give the content of references; ``null`` where it is gone, nothing where it is not known."""
    provider = _providers().get(kind)
    actor = current_actor()
    if provider is None or actor.service not in provider.audience:
        raise NotFound
    asked = _read(CONTENT_QUERY, request.get_json(silent=True) or {})
    references = [Reference(kind, **one) for one in asked["references"]]
    clinics = {reference.clinic_id for reference in references}
    with _store().reading(clinics=clinics, actor=actor) as work:
        found = provider.provide(work, references)
    return {"items": [_item(reference, found[reference]) for reference in found]}


def _item(reference: Reference, found: Content | None) -> dict[str, Any]:
    return {
        "clinic_id": str(reference.clinic_id),
        "subject_id": str(reference.subject_id),
        "version": reference.version,
        "content": found,
    }


def _refuse_other_feed(head: Any, asked: Mapping[str, Any]) -> None:
    generation: UUID | None = asked["generation"]
    if generation is not None and generation != head.generation:
        abort(409, "This partition is of another generation.")
    if asked["after"] > head.last:
        abort(409, "This position was never given out in this generation.")
    if asked["after"] + 1 < head.oldest:
        abort(410, "What you ask for is no longer kept; rebuild from the owner.")


def _readable(name: str) -> Stream:
    stream = STREAMS.get(name)
    if stream is None or current_actor().service not in stream.listeners:
        raise NotFound
    return stream


def _read(schema: Schema, given: Mapping[str, Any]) -> dict[str, Any]:
    try:
        asked: dict[str, Any] = schema.load(given)
    except ValidationError:
        raise BadQuestion from None
    return asked


def _store() -> Store:
    store: Store = current_app.extensions["store"]
    return store


def _engine() -> Engine:
    return _store().engine


def _providers() -> Mapping[str, Provider]:
    providers: Mapping[str, Provider] = current_app.extensions["providers"]
    return providers
