"""One person's consent, for the clinician who treats them: what stands, how we know, what to do."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.intake.consent import domain, queries, usecases
from services.intake.consent.domain import Pause, Said
from services.intake.consent.models import ConsentRevision
from services.intake.consent.pages.receipts import receipts
from services.intake.consent.pages.shown import (
    SHOWN,
    blueprint,
    history_row,
    purpose_row,
    typed_method,
    typed_setting,
)
from services.intake.people import queries as people
from services.intake.people.models import Person, Relationship
from shared.audit.entries import Act
from shared.consent.languages import language_for, languages
from shared.consent.ledger import check_whole, first_break
from shared.consent.purposes import POLICIES, kind_of
from shared.consent.texts import NotInThisLanguage
from shared.errors import NotFound, Refusal
from shared.store import UnitOfWork
from shared.web import now, reading, unit_of_work

PLACE = "/relationships/<uuid:relationship_id>/members/<uuid:person_id>/consent"
FIELDS: Mapping[type[Refusal], str] = {domain.HowNotUsable: "method", NotInThisLanguage: "locale"}


@blueprint.get(PLACE)
def person(relationship_id: UUID, person_id: UUID) -> str:
    """Show the treating clinician what one person permits, and how we know."""
    return _page(relationship_id, person_id, {})


@blueprint.post(PLACE)
def record(relationship_id: UUID, person_id: UUID) -> ResponseReturnValue:
    """Keep what a person said on paper or in words."""
    try:
        with unit_of_work() as work:
            usecases.record_for_person(
                work,
                relationship_id=relationship_id,
                person_id=person_id,
                said=typed_answer(),
                by_themselves=request.form.get("answered_by", "themselves") == "themselves",
                method=typed_method(request.form.get("method", "")),
                setting=typed_setting(request.form.get("setting", "")),
                locale=request.form.get("locale") or None,
                now=now(),
            )
    except NotFound:
        raise
    except Refusal as refusal:
        field = FIELDS.get(type(refusal), "answer")
        return _page(relationship_id, person_id, {field: str(refusal)}), refusal.status
    flash("The answer is kept.", "good")
    return _back(relationship_id, person_id)


@blueprint.post(f"{PLACE}/pause")
def pause(relationship_id: UUID, person_id: UUID) -> ResponseReturnValue:
    """Put everything that a person permitted aside, because of a doubt."""
    with unit_of_work() as work:
        usecases.pause(
            work,
            relationship_id=relationship_id,
            person_id=person_id,
            why=Pause.AGE if request.form.get("why") == Pause.AGE else Pause.DOUBT,
            now=now(),
        )
    flash("Nothing that they permitted counts from now on.", "info")
    return _back(relationship_id, person_id)


@blueprint.post(f"{PLACE}/settle")
def settle(relationship_id: UUID, person_id: UUID) -> ResponseReturnValue:
    """End a pause, so that the person can be asked again."""
    with unit_of_work() as work:
        usecases.settle_pause(work, relationship_id=relationship_id, person_id=person_id, now=now())
    flash("It is settled. Ask them again; nothing comes back by itself.", "good")
    return _back(relationship_id, person_id)


@blueprint.post(f"{PLACE}/receipt")
def receipt(relationship_id: UUID, person_id: UUID) -> str:
    """Show receipts of what stands now, to be printed for this person; they are kept nowhere."""
    with reading() as work:
        _, found, rows = of_mine(work, relationship_id, person_id)
        check_whole(rows)
        latest = {row.purpose: row for row in rows}
        language = language_for(rows[-1].locale if rows else "en")
        return render_template(
            "intake/consent/receipt_for_print.html",
            relationship_id=relationship_id,
            person_id=person_id,
            language=language,
            receipts=receipts(work, latest.values(), language, found.zone),
        )


def of_mine(
    work: UnitOfWork, relationship_id: UUID, person_id: UUID
) -> tuple[Relationship, Person, list[ConsentRevision]]:
    """Return a person whom the acting clinician treats, with all that they said; else NotFound."""
    relationship, found = people.member(work, relationship_id, person_id)
    if not people.is_treating(work, relationship):
        raise NotFound
    queries.note_look(work, Act.READ, found)
    return relationship, found, list(queries.revisions(work, relationship.clinic_id, person_id))


def typed_answer() -> Said:
    """Return the one answer that staff typed, and what the page knew. Raises AnswerNotUsable."""
    purpose = request.form.get("purpose", "")
    answers = domain.read_answers({purpose: request.form.get("answer", "")}, [purpose])
    if purpose not in (*POLICIES, *domain.KEPT_HERE) or not answers:
        raise domain.AnswerNotUsable
    shown = request.form.get(f"{SHOWN}{purpose}")
    return Said(
        answers=answers,
        shown={purpose: shown} if shown else {},
        after=_known_before(),
    )


def _known_before() -> int:
    """Return how many revisions the page knew of; what is missing or not read fits no ledger."""
    sent = request.form.get("after", "")
    return int(sent) if sent.isascii() and sent.isdigit() else -1


def _page(relationship_id: UUID, person_id: UUID, errors: dict[str, str]) -> str:
    with reading() as work:
        relationship, found, rows = of_mine(work, relationship_id, person_id)
        policy = queries.policy_of(work, relationship.clinic_id)
        standing = queries.decisions_on(rows, now(), also=[policy] if policy else [])
        pause = queries.open_pause(work, relationship.clinic_id, person_id)
        return render_template(
            "intake/consent/person.html",
            relationship_id=relationship_id,
            person_id=person_id,
            name=people.details_of(work, found).name,
            purposes=[
                purpose_row(one, it, found.zone)
                for one, it in standing.items()
                if one == policy or one not in POLICIES
            ],
            papers=[
                kind_of(one).says for one in queries.to_renew(work, [person_id]).get(person_id, ())
            ],
            history=[history_row(work, row, found.zone) for row in reversed(rows)],
            paused=domain.PAUSE_WORDS[queries.why_paused(work, pause)] if pause else "",
            asked_for=pause is not None and pause.request_id is not None,
            pauses=[(one.value, domain.PAUSE_WORDS[one]) for one in domain.STAFF_PAUSES],
            broken_at=first_break(rows),
            after=len(rows),
            **_form(found, policy),
            typed=request.form,
            errors=errors,
        )


def _form(found: Person, policy: str) -> dict[str, Any]:
    """Return what the form offers for what was said on paper or in words."""
    known = languages()
    own = known.get(found.language) or known.get(found.language.partition("-")[0])
    kept = (*([policy] if policy else []), *domain.KEPT_HERE)
    return {
        "purpose_options": [(one, kind_of(one).says) for one in kept],
        "methods": [(one.value, domain.METHOD_WORDS[one]) for one in domain.STAFF_METHODS],
        "settings_offered": [
            (one.value, domain.SETTING_WORDS[one]) for one in domain.STAFF_SETTINGS
        ],
        "own_language": own,
        "language_options": [
            ("", "Their own language" if own else "Choose one"),
            *((tag, _language_words(tag)) for tag in known),
        ],
        "texts": [
            text
            for text in (own or known["en"]).texts
            if text.purpose in kept and text.in_force_from <= now()
        ],
    }


def _language_words(tag: str) -> str:
    language = languages()[tag]
    return language.name if language.reviewed_by else f"{language.name} (needs a native reviewer)"


def _back(relationship_id: UUID, person_id: UUID) -> ResponseReturnValue:
    return redirect(url_for(".person", relationship_id=relationship_id, person_id=person_id), 303)
