"""Someone's own account: their password, their second step, and where they are signed in."""

from uuid import UUID

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.intake.directory import domain, queries, usecases
from services.intake.directory.models import StaffSession
from services.intake.directory.pages.places import place_names
from services.intake.directory.pages.visit import let_out, own_session
from shared.auth.presence import wall_clock
from shared.errors import NotFound
from shared.store import UnitOfWork
from shared.web import reading, unit_of_work
from shared.web.menu import ROLE_WORDS

blueprint = Blueprint("account", __name__)


@blueprint.get("/account")
def shown() -> str:
    """Show someone their own account."""
    with reading() as work:
        session = own_session(work)
        found = queries.account(work, session.staff_id)
        facts = [
            ("Name", str(work.open(found, "name"))),
            ("Sign-in name", str(work.open(found, "sign_in"))),
        ]
        return render_template(
            "intake/directory/account.html",
            facts=facts,
            has_step=found.step_secret is not None,
            codes_left=queries.recovery_codes_left(work, found.id),
            sign_ins=_sign_ins(work, session),
        )


@blueprint.get("/account/password")
def new_password() -> str:
    """Ask for another password."""
    return _password_page({})


@blueprint.post("/account/password")
def change_password() -> ResponseReturnValue:
    """Let someone change their password; they stay signed in here alone."""
    try:
        with unit_of_work() as work:
            session = own_session(work)
            usecases.choose_password(
                work,
                staff_id=session.staff_id,
                session_id=session.id,
                present=request.form.get("present", ""),
                password=request.form.get("password", ""),
                now=wall_clock(),
            )
    except domain.PasswordNotRight as refusal:
        return _password_page({"present": str(refusal)}), 422
    except domain.PasswordTooShort as refusal:
        return _password_page({"password": str(refusal)}), 422
    flash("Your password is changed, and you are signed out everywhere else.", "good")
    return redirect(url_for(".shown"), 303)


@blueprint.post("/account/sign-ins/end")
def end_sign_in() -> ResponseReturnValue:
    """Sign someone out in one of the browsers in which they are signed in."""
    with unit_of_work() as work:
        own = own_session(work)
        wanted = _sign_in_asked_for()
        usecases.sign_out(work, session_id=wanted, staff_id=own.staff_id, now=wall_clock())
    if wanted == own.id:
        return _out("You are signed out.")
    flash("That sign-in is ended, on all pages within a minute.", "good")
    return redirect(url_for(".shown"), 303)


@blueprint.post("/account/sign-ins/end-all")
def end_all() -> ResponseReturnValue:
    """Sign someone out everywhere, here too."""
    with unit_of_work() as work:
        staff_id = own_session(work).staff_id
        usecases.close_sessions(work, staff_id=staff_id, now=wall_clock())
    return _out("You are signed out everywhere, on all pages within a minute.")


def _sign_ins(work: UnitOfWork, own: StaffSession) -> list[dict[str, object]]:
    names, now = place_names(work, own.staff_id), wall_clock()
    return [
        {
            "id": one.id,
            "says": ROLE_WORDS[one.role],
            "place": names[one.clinic],
            "since": domain.ago(one.signed_in_at, now),
            "seen": "now" if one.id == own.id else domain.ago(seen_at, now),
            "here": one.id == own.id,
        }
        for one, seen_at in queries.signed_in(work, own.staff_id, now)
    ]


def _sign_in_asked_for() -> UUID:
    try:
        return UUID(request.form.get("sign_in", ""))
    except ValueError:
        raise NotFound from None


def _out(sentence: str) -> ResponseReturnValue:
    flash(sentence, "good")
    return let_out(make_response(redirect(url_for("door.sign_in"), 303)))


def _password_page(errors: dict[str, str]) -> str:
    return render_template("intake/directory/new_password.html", errors=errors)
