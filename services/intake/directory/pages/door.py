"""The staff's door: sign in, renew, switch role, change one's password, sign out."""

from uuid import UUID

from flask import (
    Blueprint,
    Response,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask import session as visit
from flask.typing import ResponseReturnValue

from services.intake.directory import domain, queries, usecases
from services.intake.directory.domain import Posting
from services.intake.directory.models import StaffSession
from services.intake.directory.pages.visit import let_in, let_out, visiting, wall_clock
from shared.auth.actors import Role
from shared.auth.policy import current_actor
from shared.auth.redirects import safe_next
from shared.errors import Refusal, SignInNeeded
from shared.store import UnitOfWork
from shared.web import settings, store, unit_of_work
from shared.web.menu import ROLE_WORDS, menu_for
from shared.web.requests import reading

blueprint = Blueprint("door", __name__)
BACK = "intake.back"
NOT_OPENED = (
    "This name and password do not open an account. After several tries in a row, "
    "wait a few minutes before the next one."
)


@blueprint.get("/")
def home() -> ResponseReturnValue:
    """Go to the first page of the role that is open."""
    menu = menu_for(current_actor().role, production=settings().production)
    return redirect(menu[0].url if menu else url_for(".account"))


@blueprint.get("/session/renew")
def renew() -> ResponseReturnValue:
    """Renew what the browser shows to all services, or ask to sign in."""
    onwards = safe_next(request.args.get("next"), otherwise=url_for(".home"))
    with reading(clinics=()) as work:
        found = visiting(work)
        if found is not None:
            return let_in(make_response(redirect(onwards, 303)), work, *found)
    return redirect(url_for(".sign_in", next=onwards), 303)


@blueprint.get("/sign-in")
def sign_in() -> str:
    """Ask for a name and a password."""
    return _door("")


@blueprint.post("/sign-in")
def signing_in() -> ResponseReturnValue:
    """Let a member of staff in, or say in the same words whatever was wrong."""
    name, password = request.form.get("name", ""), request.form.get("password", "")
    with unit_of_work(clinics=()) as work:
        account = usecases.sign_in(work, name=name, password=password, now=wall_clock())
        if account is not None and not account.starting:
            return _welcome(work, account.id)
        starting = account is not None
    if starting:
        return render_template("intake/directory/own_password.html", name=name, errors={})
    return _door(NOT_OPENED, name), 401


@blueprint.post("/sign-in/own-password")
def own_password() -> ResponseReturnValue:
    """Let someone replace their starting password, and let them in."""
    name, present = request.form.get("name", ""), request.form.get("present", "")
    chosen, errors = request.form.get("password", ""), {}
    with unit_of_work(clinics=()) as work:
        account = usecases.sign_in(work, name=name, password=present, now=wall_clock())
        try:
            if account is not None:
                usecases.choose_password(
                    work, staff_id=account.id, present=present, password=chosen, now=wall_clock()
                )
                return _welcome(work, account.id)
            errors["present"] = NOT_OPENED
        except domain.PasswordTooShort as refusal:
            errors["password"] = str(refusal)
    page = render_template("intake/directory/own_password.html", name=name, errors=errors)
    return page, 422


@blueprint.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """Close the session and forget who was signed in."""
    with unit_of_work(clinics=()) as work:
        found = visiting(work)
        if found is not None:
            usecases.sign_out(work, session_id=found[0].id, now=wall_clock())
    flash("You are signed out.", "good")
    return let_out(make_response(redirect(url_for(".sign_in"), 303)))


@blueprint.get("/role")
def role() -> str:
    """Show the roles that someone holds, each a click away."""
    with reading() as work:
        session = _own(work)
        present = Posting(session.role, session.clinic)
        account = queries.account(work, session.staff_id)
        held = queries.postings_of(work, session.staff_id)
        clinics = queries.clinics_of(work, account.organization_id)
        house = queries.organization(work, account.organization_id).name
    with store().reading(clinics=clinics, actor=current_actor()) as work:
        names = {clinic.id: clinic.name for clinic in queries.clinics(work)}
    rows = [
        {
            "role": posting.role,
            "clinic": posting.clinic or "",
            "says": ROLE_WORDS[posting.role],
            "place": names.get(posting.clinic, house) if posting.clinic else house,
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
            work, session_id=_own(work).id, posting=posting, now=wall_clock()
        )
        menu = menu_for(session.role, production=settings().production)
        onwards = menu[0].url if menu else url_for(".account")
        return let_in(make_response(redirect(onwards, 303)), work, session, secret)


@blueprint.get("/account")
def account() -> str:
    """Show someone their own account."""
    return _account({})


@blueprint.post("/account")
def change_password() -> ResponseReturnValue:
    """Let someone change their password."""
    try:
        with unit_of_work() as work:
            usecases.choose_password(
                work,
                staff_id=_own(work).staff_id,
                present=request.form.get("present", ""),
                password=request.form.get("password", ""),
                now=wall_clock(),
            )
    except domain.PasswordNotRight as refusal:
        return _account({"present": str(refusal)}), 422
    except domain.PasswordTooShort as refusal:
        return _account({"password": str(refusal)}), 422
    flash("Your password is changed.", "good")
    return redirect(url_for(".account"), 303)


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


def _welcome(work: UnitOfWork, staff_id: UUID) -> Response:
    session, secret = usecases.open_session(work, staff_id=staff_id, now=wall_clock())
    wanted = request.args.get("next") or request.form.get("next") or visit.pop(BACK, None)
    onwards = safe_next(wanted, otherwise=url_for(".home"))
    return let_in(make_response(redirect(onwards, 303)), work, session, secret)


def _door(refused: str, name: str = "") -> str:
    onwards = safe_next(request.values.get("next"), otherwise="")
    return render_template(
        "intake/directory/sign_in.html", refused=refused, name=name, onwards=onwards
    )


def _account(errors: dict[str, str]) -> str:
    with reading() as work:
        found = queries.account(work, _own(work).staff_id)
        facts = [
            ("Name", str(work.open(found, "name"))),
            ("Sign-in name", str(work.open(found, "sign_in"))),
        ]
    return render_template("intake/directory/account.html", facts=facts, errors=errors)


def _own(work: UnitOfWork) -> StaffSession:
    found = visiting(work)
    if found is None or found[0].staff_id != current_actor().id:
        raise SignInNeeded
    return found[0]


def _posting(role: str, clinic: str) -> Posting:
    try:
        return Posting(Role(role), UUID(clinic) if clinic else None)
    except ValueError:
        raise domain.RoleNotThere from None
