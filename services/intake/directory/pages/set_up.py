"""Set-up for admins: staff, and what each clinic still has to do before the first check-in."""

from secrets import token_bytes
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.intake.directory import domain, queries, usecases
from services.intake.directory.domain import Posting
from services.intake.directory.models import StaffAccount
from shared.auth.actors import Role
from shared.auth.policy import current_actor
from shared.auth.presence import wall_clock
from shared.errors import NotAllowed, Refusal
from shared.store import UnitOfWork
from shared.web import now, reading, unit_of_work
from shared.web.menu import ROLE_WORDS

blueprint = Blueprint("set_up", __name__)
FIELDS = {
    domain.NameNeeded: "name",
    domain.SignInNameNeeded: "sign_in",
    domain.SignInNameTaken: "sign_in",
    domain.RoleElsewhere: "postings",
    domain.RoleNotThere: "postings",
}
ROLE_HINTS = {
    Role.CLINICIAN: "sees people, opens relationships, writes the record",
    Role.DUTY: "looks after answers that ask for attention",
    Role.CLINIC_ADMIN: "looks after the clinic's staff and people",
    Role.SUPERVISOR: "sees released figures of all clinics, never a person",
    Role.AUDITOR: "checks what was done, by whom",
    Role.ORGANIZATION_ADMIN: "sets up clinics and staff",
}
STEPS = {
    "clinician": ("A clinician who can open relationships", ""),
    "admin": ("An admin who looks after its staff and people", ""),
    "policy": (
        "The policy on what people say alone",
        "Each person reads it and agrees before anything is asked of them.",
    ),
    "texts": ("The texts that people read", "In English, Español and العربية."),
    "duty": ("Someone on duty", "They look after answers that ask for attention."),
    "help": ("Help lines", "Every form ends with them, whatever was answered."),
    "words": ("The word that messages begin with", "It is read on locked screens."),
}
INSTEAD = {
    "texts": "{more}: no native reader has read them yet. They are used all the same.",
    "duty": "Nobody is. Check-ins work all the same; only consent to questions on being free to "
    "say no is not asked for, for that needs someone who looks at the answers.",
}
STANDS = {"texts": "To be read", "duty": "None"}


@blueprint.get("/setup")
def overview() -> str:
    """Show the clinics, and what each still needs."""
    with reading() as work:
        organization = queries.organization(work, current_actor().organization_id).name
        clinics = [
            {
                "id": clinic.id,
                "name": clinic.name,
                "zone": clinic.zone,
                "sender": clinic.sender,
                "steps": [_step(one) for one in queries.go_live(work, clinic)],
            }
            for clinic in queries.clinics(work)
        ]
    return render_template(
        "intake/directory/set_up.html", organization=organization, clinics=clinics
    )


def _step(step: queries.Step) -> dict[str, object]:
    says, about = STEPS[step.code]
    if step.there:
        state, tone = "There", "good"
    else:
        state = "Missing" if step.needed else STANDS[step.code]
        tone = "waiting" if step.needed else "neutral"
        about = INSTEAD.get(step.code, about).format(more=step.more)
    shown = f"{says}: “{step.more}”" if step.code == "words" and step.there else says
    return {"code": step.code, "says": shown, "about": about, "state": state, "tone": tone}


@blueprint.get("/staff")
def staff() -> str:
    """List the staff with their roles."""
    with reading() as work:
        names = {clinic.id: clinic.name for clinic in queries.clinics(work)}
        rows = [
            {
                "id": account.id,
                "name": work.open(account, "name"),
                "sign_in": work.open(account, "sign_in"),
                "roles": [_words(posting, names) for posting in held if _shown(posting, names)],
                "starting": account.starting,
            }
            for account, held in queries.staff_of(work, _organization())
        ]
    rows.sort(key=lambda row: str(row["name"]).casefold())
    return render_template("intake/directory/staff.html", rows=rows)


@blueprint.get("/staff/new")
def new_staff() -> str:
    """Ask for the name and the roles of someone new."""
    return _staff_page({}, [], {})


@blueprint.post("/staff/new")
def register_staff() -> ResponseReturnValue:
    """Register someone, and show their starting password this once."""
    password = domain.starting_password(token_bytes(12))
    try:
        with unit_of_work() as work:
            usecases.register_staff(
                work,
                organization_id=_organization(),
                name=request.form.get("name", ""),
                sign_in=request.form.get("sign_in", ""),
                password=password,
                postings=_chosen(),
                now=now(),
            )
    except Refusal as refusal:
        if type(refusal) not in FIELDS:
            raise
        page = _staff_page(request.form, request.form.getlist("postings"), _at(refusal))
        return page, refusal.status
    return _password_page(request.form.get("name", ""), password)


@blueprint.get("/staff/<uuid:staff_id>")
def member_of_staff(staff_id: UUID) -> str:
    """Show someone's roles, to change them."""
    with reading() as work:
        account, held = _found(work, staff_id)
        typed = {"name": work.open(account, "name"), "has_step": account.step_secret is not None}
    chosen = [_code(posting) for posting in held]
    return _staff_page(typed, chosen, {}, staff_id=staff_id)


@blueprint.post("/staff/<uuid:staff_id>")
def change_roles(staff_id: UUID) -> ResponseReturnValue:
    """Give someone other roles; what is not this admin's to give stays as it is."""
    with unit_of_work() as work:
        _, held = _found(work, staff_id)
        offered = {_code(posting) for posting in _offered(work)}
        kept = [posting for posting in held if _code(posting) not in offered]
        usecases.change_roles(
            work, staff_id=staff_id, postings={*kept, *_chosen()}, now=wall_clock()
        )
    flash("The roles are changed. They take effect at the next sign-in.", "good")
    return redirect(url_for(".staff"), 303)


@blueprint.post("/staff/<uuid:staff_id>/password")
def renew_password(staff_id: UUID) -> ResponseReturnValue:
    """Give someone a new starting password, shown this once."""
    password = domain.starting_password(token_bytes(12))
    with unit_of_work() as work:
        account = usecases.renew_password(
            work, staff_id=staff_id, password=password, now=wall_clock()
        )
        name = str(work.open(account, "name"))
    return _password_page(name, password)


@blueprint.post("/staff/<uuid:staff_id>/second-step")
def reset_second_step(staff_id: UUID) -> ResponseReturnValue:
    """Take away the second step of someone who lost their phone; they set one up anew."""
    with unit_of_work() as work:
        usecases.reset_second_step(work, staff_id=staff_id, now=wall_clock())
    flash("The second step is taken away. They are asked to set one up when they sign in.", "good")
    return redirect(url_for(".member_of_staff", staff_id=staff_id), 303)


def _staff_page(
    typed: object, chosen: list[str], errors: dict[str, str], staff_id: UUID | None = None
) -> str:
    with reading() as work:
        names = {clinic.id: clinic.name for clinic in queries.clinics(work)}
        options = [
            (_code(posting), _words(posting, names), ROLE_HINTS.get(posting.role, ""))
            for posting in _offered(work)
        ]
    return render_template(
        "intake/directory/member_of_staff.html",
        typed=typed,
        chosen=chosen,
        errors=errors,
        options=options,
        staff_id=staff_id,
    )


def _password_page(name: str, password: str) -> str:
    return render_template("intake/directory/starting_password.html", name=name, password=password)


def _found(work: UnitOfWork, staff_id: UUID) -> tuple[StaffAccount, list[Posting]]:
    for account, held in queries.staff_of(work, _organization()):
        if account.id == staff_id:
            return account, held
    raise domain.RoleNotThere


def _offered(work: UnitOfWork) -> list[Posting]:
    given = domain.GIVEN_BY.get(current_actor().role or Role.AUDITOR, ())
    clinics = [clinic.id for clinic in queries.clinics(work)]
    here = [
        Posting(role, clinic) for clinic in clinics for role in given if role in domain.CLINIC_ROLES
    ]
    return here + [Posting(role) for role in given if role in domain.HOUSE_ROLES]


def _chosen() -> set[Posting]:
    return {_decoded(code) for code in request.form.getlist("postings")}


def _code(posting: Posting) -> str:
    return f"{posting.role}@{posting.clinic or ''}"


def _decoded(code: str) -> Posting:
    role, _, clinic = code.partition("@")
    try:
        return Posting(Role(role), UUID(clinic) if clinic else None)
    except ValueError:
        raise domain.RoleElsewhere from None


def _words(posting: Posting, names: dict[UUID, str]) -> str:
    words = ROLE_WORDS[posting.role]
    if posting.clinic is None:
        return words
    return f"{words} at {names.get(posting.clinic, 'another clinic')}"


def _shown(posting: Posting, names: dict[UUID, str]) -> bool:
    return posting.clinic is None or posting.clinic in names


def _organization() -> UUID:
    organization_id = current_actor().organization_id
    if organization_id is None:
        raise NotAllowed
    return organization_id


def _at(refusal: Refusal) -> dict[str, str]:
    return {FIELDS.get(type(refusal), "name"): str(refusal)}
