"""The second step of staff: taking a phone, the first time or another one, and recovery codes.

The secret that a phone is to take stands on the page alone, signed, until a code shows that the
phone has it; so looking at the page changes nothing.
"""

from datetime import timedelta
from uuid import UUID

import segno
from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from itsdangerous import BadSignature, URLSafeTimedSerializer
from markupsafe import Markup

from services.intake.directory import domain, queries, usecases
from services.intake.directory.models import StaffSession
from services.intake.directory.pages.visit import own_session, visiting
from shared.auth.interrupted import FRESH_FOR
from shared.auth.presence import wall_clock
from shared.auth.redirects import safe_next
from shared.auth.signing_keys import derived_secret
from shared.errors import Refusal
from shared.store import UnitOfWork
from shared.web import reading, settings, unit_of_work

blueprint = Blueprint("second_step", __name__)
OFFER_LASTS = timedelta(minutes=30)


class OfferOutOfDate(Refusal):
    """This page was open for too long. Go back, load it again, and use the new picture."""


@blueprint.get("/sign-in/second-step")
def first() -> ResponseReturnValue:
    """Offer a second step to someone who has just signed in without one."""
    with reading(clinics=()) as work:
        session = _newcomer(work)
        if session is None:
            return _to_sign_in()
        return _offer_page(work, session.staff_id, usecases.new_step_secret(), {})


@blueprint.post("/sign-in/second-step")
def keep_first() -> ResponseReturnValue:
    """Take the phone of someone who had none."""
    with unit_of_work(clinics=()) as work:
        session = _newcomer(work)
        return _to_sign_in() if session is None else _kept(work, session)


@blueprint.get("/account/second-step")
def another() -> ResponseReturnValue:
    """Offer someone to use a phone, or another one than before."""
    with reading() as work:
        return _offer_page(work, own_session(work).staff_id, usecases.new_step_secret(), {})


@blueprint.post("/account/second-step")
def keep_another() -> ResponseReturnValue:
    """Take a phone in place of the one before."""
    with unit_of_work() as work:
        return _kept(work, own_session(work))


@blueprint.post("/account/recovery-codes")
def renew_codes() -> ResponseReturnValue:
    """Show someone ten new recovery codes, this once."""
    with unit_of_work() as work:
        staff_id = own_session(work).staff_id
        if queries.account(work, staff_id).step_secret is None:
            return redirect(url_for("account.shown"), 303)
        codes = usecases.renew_recovery_codes(work, staff_id=staff_id)
    return _codes_page(codes)


def _newcomer(work: UnitOfWork) -> StaffSession | None:
    """Return the session of someone who just signed in and has no second step yet."""
    found = visiting(work)
    if found is None or queries.account(work, found[0].staff_id).step_secret is not None:
        return None
    return found[0] if wall_clock() - found[0].proved_at < FRESH_FOR else None


def _kept(work: UnitOfWork, session: StaffSession) -> ResponseReturnValue:
    secret = _offered(session.staff_id)
    try:
        codes = usecases.keep_second_step(
            work,
            staff_id=session.staff_id,
            secret=secret,
            code=request.form.get("code", ""),
            now=wall_clock(),
        )
    except domain.CodeNotRight as refusal:
        return _offer_page(work, session.staff_id, secret, {"code": str(refusal)}), 422
    return _codes_page(codes)


def _to_sign_in() -> ResponseReturnValue:
    return redirect(url_for("door.sign_in", next=_onwards()), 303)


def _offer_page(work: UnitOfWork, staff_id: UUID, secret: str, errors: dict[str, str]) -> str:
    organization_id = queries.account(work, staff_id).organization_id
    place = queries.organization(work, organization_id).name
    picture = segno.make(usecases.address_of_step(secret, place=place), error="m", micro=False)
    return render_template(
        "intake/directory/second_step.html",
        picture=Markup(picture.svg_inline(scale=5, border=2, omitsize=True)),
        secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        offer=_signer().dumps([str(staff_id), secret]),
        onwards=_onwards(),
        errors=errors,
    )


def _codes_page(codes: list[str]) -> str:
    return render_template("intake/directory/recovery_codes.html", codes=codes, onwards=_onwards())


def _offered(staff_id: UUID) -> str:
    """Return the secret that this page offered to this person; raises OfferOutOfDate."""
    try:
        lasts = OFFER_LASTS.total_seconds()
        whose, secret = _signer().loads(request.form.get("offer", ""), max_age=int(lasts))
    except BadSignature:
        raise OfferOutOfDate from None
    if whose != str(staff_id):
        raise OfferOutOfDate
    return str(secret)


def _onwards() -> str:
    return safe_next(request.args.get("next"), otherwise=url_for("door.home"))


def _signer() -> URLSafeTimedSerializer:
    secret = derived_secret(settings(), "second step")
    return URLSafeTimedSerializer(secret, salt="second step")
