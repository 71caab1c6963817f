"""The staff's door: sign in, renew, switch role, sign out."""

from uuid import UUID

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask import session as visit
from flask.typing import ResponseReturnValue

from services.intake.directory import domain, queries, usecases
from services.intake.directory.domain import Posting
from services.intake.directory.models import StaffAccount
from services.intake.directory.pages.places import place_names
from services.intake.directory.pages.visit import (
    enter,
    lacks_second_step,
    let_in,
    let_out,
    own_session,
    visiting,
)
from shared.auth.actors import Role
from shared.auth.policy import current_actor
from shared.auth.presence import wall_clock
from shared.auth.redirects import safe_next
from shared.errors import Refusal
from shared.store import UnitOfWork
from shared.web import reading, settings, unit_of_work
from shared.web.menu import ROLE_WORDS, menu_for

blueprint = Blueprint("door", __name__)
BACK = "intake.back"
NOT_OPENED = (
    "This name, password and code do not open an account. After several tries in a row, "
    "wait a few minutes before the next one."
)


@blueprint.get("/")
def home() -> ResponseReturnValue:
    """Go to the first page of the role that is open."""
    menu = menu_for(current_actor().role, production=settings().production)
    return redirect(menu[0].url if menu else url_for("account.shown"))


@blueprint.get("/session/renew")
def renew() -> ResponseReturnValue:
    """Renew what the browser shows to all services, or ask to sign in."""
    onwards = safe_next(request.args.get("next"), otherwise=url_for(".home"))
    with unit_of_work(clinics=()) as work:
        found = visiting(work)
        if found is not None and lacks_second_step(work, found[0].staff_id):
            return redirect(url_for("second_step.first", next=onwards), 303)
        if found is not None:
            usecases.note_seen(work, session_id=found[0].id, now=wall_clock())
            return let_in(make_response(redirect(onwards, 303)), work, *found)
    return redirect(url_for(".sign_in", next=onwards), 303)


@blueprint.get("/session/back")
def back() -> str:
    """Say, in a tab opened to sign in, that the work goes on in the other one."""
    return render_template("intake/directory/back.html")


@blueprint.get("/sign-in")
def sign_in() -> str:
    """Ask for a name, a password and a code."""
    return _door("")


@blueprint.post("/sign-in")
def signing_in() -> ResponseReturnValue:
    """Let a member of staff in, or say in the same words whatever was wrong."""
    name = request.form.get("name", "")
    with unit_of_work(clinics=()) as work:
        account = _verified(work, request.form.get("password", ""))
        if account is not None and not account.starting:
            code = request.form.get("code", "")
            return enter(work, account.id, code=code, onwards=_onwards())
    if account is not None:
        return _own_password(account, {})
    return _door(NOT_OPENED, name), 401


@blueprint.post("/sign-in/own-password")
def own_password() -> ResponseReturnValue:
    """Let someone replace their starting password; their second step comes next."""
    present, code = request.form.get("present", ""), request.form.get("code", "")
    errors = {"present": NOT_OPENED}
    with unit_of_work(clinics=()) as work:
        account = _verified(work, present)
        try:
            if account is not None:
                usecases.choose_password(
                    work,
                    staff_id=account.id,
                    present=present,
                    password=request.form.get("password", ""),
                    now=wall_clock(),
                )
                onwards = _onwards()
                if account.step_secret is None:
                    onwards = url_for("second_step.first", next=onwards)
                return enter(work, account.id, code=code, onwards=onwards)
        except domain.PasswordTooShort as refusal:
            errors = {"password": str(refusal)}
    return _own_password(account, errors), 422


@blueprint.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """Close the session and forget who was signed in; forms begin anew for whoever comes next."""
    with unit_of_work(clinics=()) as work:
        found = visiting(work)
        if found is not None:
            usecases.sign_out(work, session_id=found[0].id, now=wall_clock())
    visit.clear()
    flash("You are signed out.", "good")
    return let_out(make_response(redirect(url_for(".sign_in"), 303)))


@blueprint.get("/role")
def role() -> str:
    """Show the roles that someone holds, each a click away."""
    with reading() as work:
        session = own_session(work)
        present = Posting(session.role, session.clinic)
        held = queries.postings_of(work, session.staff_id)
        names = place_names(work, session.staff_id)
    rows = [
        {
            "role": posting.role,
            "clinic": posting.clinic or "",
            "says": ROLE_WORDS[posting.role],
            "place": names[posting.clinic],
            "open": posting == present,
        }
        for posting in held
    ]
    return render_template("intake/directory/role.html", rows=rows)


@blueprint.post("/role")
def switch_role() -> ResponseReturnValue:
    """Go on in another role."""
    posting = _posting(request.form.get("role", ""), request.form.get("clinic", ""))
    with unit_of_work() as work:
        session, secret = usecases.switch_role(
            work, session_id=own_session(work).id, posting=posting, now=wall_clock()
        )
        menu = menu_for(session.role, production=settings().production)
        onwards = menu[0].url if menu else url_for("account.shown")
        return let_in(make_response(redirect(onwards, 303)), work, session, secret)


def place_of(actor: object) -> str:
    """Return what stands above the menu: the clinic's name, or the organization's."""
    with reading() as work:
        clinics = queries.clinics(work)
        one = clinics[0].name if len(clinics) == 1 else ""
        if one or current_actor().organization_id is None:
            return one
        try:
            return queries.organization(work, current_actor().organization_id).name
        except Refusal:
            return ""


def remember_way_back(url: str) -> None:
    """Let the next sign-in in this browser lead back to a page of ours."""
    visit[BACK] = url


def _verified(work: UnitOfWork, password: str) -> StaffAccount | None:
    return usecases.sign_in(
        work,
        name=request.form.get("name", ""),
        password=password,
        code=request.form.get("code", ""),
        now=wall_clock(),
    )


def _onwards() -> str:
    wanted = request.args.get("next") or request.form.get("next") or visit.pop(BACK, None)
    return safe_next(wanted, otherwise=url_for(".home"))


def _door(refused: str, name: str = "") -> str:
    onwards = safe_next(request.values.get("next"), otherwise="")
    return render_template(
        "intake/directory/sign_in.html", refused=refused, name=name, onwards=onwards
    )


def _own_password(account: StaffAccount | None, errors: dict[str, str]) -> str:
    return render_template(
        "intake/directory/own_password.html",
        name=request.form.get("name", ""),
        onwards=safe_next(request.values.get("next"), otherwise=""),
        asks_code=account.step_secret is not None if account else "code" in request.form,
        errors=errors,
    )


def _posting(role: str, clinic: str) -> Posting:
    try:
        return Posting(Role(role), UUID(clinic) if clinic else None)
    except ValueError:
        raise domain.RoleNotThere from None
