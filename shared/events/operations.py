"""What an operator sees of a service, and what they may decide about facts that got stuck.

Ids, codes, counts and times only: nothing here says what a fact was about.
"""

from itertools import groupby
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, func, select

from shared.auth.policy import current_actor
from shared.contracts.streams import STREAMS
from shared.errors import NotFound
from shared.events import lookout, parking
from shared.events.parking import Because
from shared.events.tables import inbox_cursor, stream_head
from shared.web.requests import now, settings, store

blueprint = Blueprint("operations", __name__)


@blueprint.get("/operations")
def health() -> str:
    """Show how this service is doing."""
    with store().engine.connect().execution_options(attune_reading=True) as connection:
        shown = {
            "waiting": lookout.waiting(connection, now()),
            "parked": parking.counts(connection),
            "told": _told(connection),
            "heard": _heard(connection),
        }
    return render_template("operations/health.html", at=now(), **shown)


@blueprint.get("/undelivered")
def undelivered() -> str:
    """List what has not taken effect here, oldest first."""
    with store().engine.connect().execution_options(attune_reading=True) as connection:
        rows = parking.listed(connection)
    return render_template("operations/undelivered.html", rows=rows)


@blueprint.get("/undelivered/<stream>/<int:partition>/<int:position>")
def one(stream: str, partition: int, position: int) -> str:
    """Show one fact that has not taken effect."""
    return _page(_find((stream, partition, position)))


@blueprint.post("/undelivered/<stream>/<int:partition>/<int:position>/retry")
def retry(stream: str, partition: int, position: int) -> ResponseReturnValue:
    """Let a fact be tried again at once."""
    with store().engine.begin() as connection:
        if not parking.retry_now(connection, [(stream, partition, position)]):
            raise NotFound
    flash("It is tried again within a second.", "good")
    return redirect(url_for(".undelivered"))


@blueprint.post("/undelivered/<stream>/<int:partition>/<int:position>/discard")
def discard(stream: str, partition: int, position: int) -> ResponseReturnValue:
    """Go on without a fact, and say why, by one of a few reasons."""
    place = (stream, partition, position)
    because = request.form.get("because", "")
    if because not in list(Because):
        return _page(_find(place), errors={"because": "Choose why Attune should go on."}), 422
    why = Because(because)
    with store().engine.begin() as connection:
        if not parking.discard(connection, [place], by=current_actor().id, because=why):
            raise NotFound
    flash("Attune goes on without it. What waited behind it is next.", "good")
    return redirect(url_for(".undelivered"))


def _find(place: parking.ParkedAt) -> Any:
    with store().engine.connect().execution_options(attune_reading=True) as connection:
        row = parking.found(connection, place)
    if row is None:
        raise NotFound
    return row


def _page(row: Any, *, errors: dict[str, str] | None = None) -> str:
    private = row.stream in STREAMS and STREAMS[row.stream].private
    return render_template(
        "operations/one.html",
        row=row,
        private=private,
        errors=errors or {},
        reasons=list(parking.WHY.items()),
        why=parking.WHY.get(row.decided_reason or "", "as it was said before there was a list"),
    )


def _told(connection: Connection) -> list[dict[str, Any]]:
    """Return, for each stream told here, how many facts were told and how many wait."""
    rows = select(
        stream_head.c.stream,
        func.sum(stream_head.c.published).label("told"),
        func.sum(stream_head.c.last - stream_head.c.published).label("waiting"),
    )
    by_stream = rows.group_by(stream_head.c.stream).order_by(stream_head.c.stream)
    return [dict(row) for row in connection.execute(by_stream).mappings()]


def _heard(connection: Connection) -> list[dict[str, Any]]:
    """Return, for each stream heard here, how many facts, when the last, and where it stopped."""
    rows = connection.execute(select(inbox_cursor).order_by(inbox_cursor.c.stream)).all()
    heard = []
    for stream, group in groupby(rows, key=lambda row: row.stream):
        partitions = list(group)
        heard.append(
            {
                "stream": stream,
                "heard": sum(row.position for row in partitions),
                "last": max((row.applied_at for row in partitions if row.applied_at), default=None),
                "stopped": [row.partition for row in partitions if row.stopped],
            }
        )
    return [one for one in heard if settings().service in _listeners(one["stream"])]


def _listeners(stream: Any) -> frozenset[str]:
    return STREAMS[stream].listeners if stream in STREAMS else frozenset()
