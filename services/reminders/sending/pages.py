"""The mailbox of this machine: what would have gone out as mail, for laptops and tests only."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from flask import Blueprint, render_template

from services.reminders.roster.models import Clinic
from services.reminders.sending import queries
from services.reminders.sending.models import MailboxLetter
from shared.errors import NotFound
from shared.store import UnitOfWork
from shared.web import reading, settings

blueprint = Blueprint("mailbox", __name__, template_folder="../templates")


@blueprint.get("/mailbox")
def shown() -> str:
    """Show the letters kept on this machine, one inbox per recipient."""
    if settings().production:
        raise NotFound
    with reading() as work:
        rows = [(row, work.open(row, "letter")) for row in queries.mailbox(work)]
        letters = [_letter(work, row, written) for row, written in rows if written]
    return render_template(
        "reminders/sending/mailbox.html",
        inboxes=_inboxes(letters),
        host=urlsplit(settings().member_url).netloc,
    )


def _inboxes(letters: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    in_order = sorted(letters, key=lambda letter: letter["to"])
    inboxes = [{"to": to, "letters": list(own)} for to, own in groupby(in_order, _to)]
    return sorted(inboxes, key=lambda inbox: inbox["letters"][0]["arrived_at"], reverse=True)


def _to(letter: dict[str, Any]) -> str:
    to: str = letter["to"]
    return to


def _letter(work: UnitOfWork, row: MailboxLetter, written: dict[str, Any]) -> dict[str, Any]:
    clinic = work.session.get(Clinic, (row.clinic_id, row.clinic_id))
    local = row.arrived_at.astimezone(ZoneInfo(clinic.zone if clinic else "UTC"))
    before, _, after = written["text"].partition(written["link"])
    return {
        **written,
        "arrived_at": row.arrived_at,
        "when": f"{local:%a} {local.day} {local:%b}, {local:%H:%M}",
        "before": before.strip(),
        "after": after.strip(),
    }
