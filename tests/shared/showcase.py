"""An invented service with one page of each kind, by which the shared layout is judged."""

import re
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from flask import (
    Blueprint,
    Flask,
    flash,
    redirect,
    render_template,
    render_template_string,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_smorest import Blueprint as ApiBlueprint
from markupsafe import Markup
from marshmallow import Schema, fields, validate

from shared.auth.actors import Actor
from shared.auth.matrix import Rule, parse, rules_of
from shared.auth.policy import current_actor
from shared.clock import Clock
from shared.errors import Conflict
from shared.settings import Mode, Settings
from shared.store import Store, new_base
from shared.web import new_app, reading, show_place, unit_of_work
from shared.web.sent import SEVERAL
from tests.rings import new_ring

PLACE = "Harbour Street Practice"
TEMPLATES = Path(__file__).parent / "showcase_templates"
pages = Blueprint("showcase", __name__, template_folder=str(TEMPLATES))
api = ApiBlueprint("things", __name__, url_prefix="/api/things")

LINES = {
    "showcase.today": ["clinician", "clinic_admin"],
    "showcase.one": ["clinician"],
    "showcase.form": ["clinician"],
    "showcase.grave": ["clinician"],
    "showcase.release": ["supervisor", "clinician"],
    "showcase.refused": ["clinician"],
    "showcase.broken": ["public"],
    "showcase.sign_in": ["public"],
    "showcase.marked": ["public"],
    "showcase.check": ["address"],
    "showcase.member_form": ["link", "address"],
    "showcase.member_only": ["link"],
    "showcase.who": ["staff", "service:ask", "link"],
    "showcase.inner": ["service:ask"],
    "things.add": ["clinician", "service:things"],
    "things.show": ["clinician", "service:things"],
}
FRESH = {"showcase.grave"}


def rules(service: str) -> dict[str, Rule]:
    """Return the rules of a service with the showcase's lines added."""
    own = {at: parse(words, where=at, fresh=at in FRESH) for at, words in LINES.items()}
    return {**rules_of(service), **own}


def showcase(folder: Path, mode: Mode = Mode.TEST, **more: Any) -> Flask:
    """Return the invented service, which calls itself sessions."""
    settings = Settings(service="sessions", mode=mode, data_dir=folder, **more)
    store = Store(
        f"sqlite:///{folder / 'showcase.sqlite'}",
        new_base().metadata,
        service="sessions",
        keys=new_ring(b"k" * 32),
    )
    store.create_tables()
    app = new_app("tests.shared.showcase", settings, store, Clock())
    app.extensions["rules"] = rules("sessions")
    app.extensions["several"] = SEVERAL | {"showcase.form": re.compile("also")}
    show_place(app, _place)
    app.register_blueprint(pages)
    app.extensions["api"].register_blueprint(api)
    return app


def _place(actor: Actor) -> str:
    return PLACE


@pages.get("/")
def today() -> str:
    """A day's list."""
    return render_template("today.html")


@pages.get("/relationships/<uuid:relationship_id>")
def one(relationship_id: UUID) -> str:
    """A timeline."""
    return render_template("one.html", relationship_id=relationship_id)


@pages.route("/form", methods=["GET", "POST"])
def form() -> ResponseReturnValue:
    """A form that is never content."""
    if request.method == "GET":
        return render_template("form.html", errors={}, typed={})
    if request.form.get("where") == "room 3":
        flash("The session is planned.", "good")
        return redirect(url_for(".today"))
    errors = {"where": ["Say where you will meet."], "mode": ["Choose how you will meet."]}
    return render_template("form.html", errors=errors, typed=request.form), 422


@pages.route("/grave", methods=["GET", "POST"])
@pages.get("/api/grave")
def grave() -> str:
    """Something that is not for whoever finds a screen open."""
    return f"{request.method} {request.form.get('note', '')}"


@pages.get("/release")
def release() -> str:
    """A release with a picture and its table."""
    return render_template("release.html", svg=Markup((TEMPLATES / "reach.svg").read_text()))


@pages.get("/refused")
def refused() -> str:
    """A page that says no."""
    raise Conflict


@pages.get("/broken")
def broken() -> str:
    """A page with a mistake of ours."""
    raise ValueError("canary-7d1f")


@pages.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> str:
    """A page before sign-in."""
    return render_template("sign_in.html")


@pages.get("/marked")
def marked() -> str:
    """A page that says by which word its own scripts would be let through."""
    return render_template_string("{{ csp_nonce() }}")


@pages.route("/c/<address>", methods=["GET", "POST"])
def check(address: str) -> str:
    """A member's landing page."""
    return render_template("landing.html")


@pages.get("/f")
def member_form() -> str:
    """A member's form."""
    return render_template("member_form.html")


@pages.post("/f")
def member_only() -> str:
    """What only an open form may send to."""
    return "kept"


@pages.get("/who")
def who() -> dict[str, object]:
    """Who is asking, and whether a transaction opens for them."""
    actor = current_actor()
    with reading() as read, unit_of_work() as work:
        clinics = sorted(map(str, work.clinics & read.clinics))
    return {"door": actor.door, "role": actor.role, "service": actor.service, "clinics": clinics}


@pages.post("/internal/inner")
def inner() -> dict[str, str]:
    """A door for services."""
    return {"said": "yes"}


class ThingSchema(Schema):
    """A thing with a name."""

    id = fields.UUID(dump_only=True)
    name = fields.String(required=True, validate=validate.Length(max=20))
    mail = fields.Nested(Schema.from_dict({"to": fields.Email(required=True)}))


@api.post("/")
@api.arguments(ThingSchema)
@api.response(201, ThingSchema)
def add(body: dict[str, object]) -> dict[str, object]:
    """Add a thing."""
    return {"id": uuid4(), **body}


@api.get("/<uuid:thing_id>")
@api.response(200, ThingSchema)
def show(thing_id: UUID) -> dict[str, object]:
    """Show a thing."""
    raise Conflict
