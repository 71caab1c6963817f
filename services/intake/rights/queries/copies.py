"""A copy of what is kept about one person: for people to read, and for other systems as FHIR."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.intake.consent import queries as consent
from services.intake.consent.domain import decided
from services.intake.consent.models import ConsentRevision
from services.intake.people import queries as people
from services.intake.people.models import Person, Relationship
from services.intake.questionnaires import queries as questionnaires
from services.intake.questionnaires.queries import Filled
from services.intake.rights import queries
from services.intake.rights.domain import KEEPS, bundle
from services.intake.rights.domain.bundle import Answered, Resource
from services.intake.rights.models import RightsRequest
from shared.consent.exchange import fhir
from shared.consent.exchange.record import Controller, Record, moment, records_of
from shared.consent.ledger import said_about
from shared.consent.purposes import kind_of
from shared.consent.revision import read_revision
from shared.events.content import Content
from shared.store import UnitOfWork

FORMAT = "attune.copy.v1"


@dataclass(frozen=True, kw_only=True)
class Copy:
    """A person's copy: ``content`` as they read it, ``resources`` as FHIR R4."""

    content: dict[str, Any]
    resources: Resource


def copy_of(
    work: UnitOfWork,
    *,
    request: RightsRequest,
    relationship: Relationship,
    person: Person,
    shares: Mapping[str, Content],
    now: datetime,
) -> Copy:
    """Return the copy of one person in one relationship; ``shares`` are the other services'.

    What it says of its own is in their language.
    """
    says = queries.words_for(person.language).says
    clinic, organization = consent.controller_of(work, relationship.clinic_id)
    controller = Controller(id=relationship.clinic_id, name=organization, clinic=clinic)
    records = _records(work, person, now)
    filled = questionnaires.filled_by(work, relationship.id, person.id)
    content = {
        "format": FORMAT,
        "made_at": moment(now),
        "kept_by": {"clinic": clinic, "organization": organization},
        "record_of_care": _kept_for(work, relationship, says),
        "person": _person(work, person),
        "contact": _contact(work, person),
        "in_care": _membership(work, relationship, person),
        "consent": [_consent(work, one, says) for one in records],
        "questionnaires": [_questionnaire(one) for one in filled],
        "requests": [
            _request(one)
            for one in queries.requests_of(work, person)
            if one.relationship_id == relationship.id
        ],
        **shares,
        "not_in_here": says["not_in_here"],
    }
    return Copy(
        content=content,
        resources=bundle.bundle(
            id=str(request.id),
            made_at=moment(now),
            resources=_resources(content, [*records, *_offers(content, now)], controller, filled),
        ),
    )


def _kept_for(work: UnitOfWork, relationship: Relationship, says: Mapping[str, Any]) -> str:
    """Return how long the record is kept: in the clinic's words, or ours in their language."""
    keeps = queries.rule_of(work, relationship.clinic_id).keeps
    return str(says["keeps"]) if keeps == KEEPS else keeps


def _resources(
    content: Mapping[str, Any],
    records: Sequence[Record],
    controller: Controller,
    filled: Sequence[Filled],
) -> Iterator[Resource]:
    person_id = content["person"]["id"]
    yield bundle.patient(content["person"], content["contact"])
    if records:
        yield fhir.consent_resource(records, controller)
    for one in filled:
        yield bundle.response(_answered(one), person_id)
    for form in content.get("reminders", {}).get("forms", []):
        yield bundle.response(_sent(form), person_id)


def _person(work: UnitOfWork, person: Person) -> dict[str, Any]:
    return {"id": str(person.id), **vars(people.details_of(work, person))}


def _contact(work: UnitOfWork, person: Person) -> dict[str, Any]:
    card = people.cards_of(work, [person.id]).get(person.id)
    contact = people.contact_of(work, card)
    confirmed = card.confirmed_on if card else None
    return {
        "email": contact.email,
        "read_by_nobody_else": contact.private,
        "safe_hours": [window.content() for window in contact.windows],
        "confirmed_on": confirmed.isoformat() if confirmed else None,
    }


def _membership(work: UnitOfWork, relationship: Relationship, person: Person) -> dict[str, Any]:
    member = people.membership(work, relationship.id, person.id)
    left = member.left_at or relationship.closed_at
    return {"since": moment(member.joined_at), "until": moment(left) if left else None}


def _records(work: UnitOfWork, person: Person, now: datetime) -> list[Record]:
    rows = consent.revisions(work, person.clinic_id, person.id)
    return records_of(rows, consent.decisions_on(rows, now).items())


def _offers(content: Mapping[str, Any], now: datetime) -> list[Record]:
    """Return the records of what a person said to offers, which sessions keeps."""
    said = content.get("sessions", {}).get("said_to_offers", [])
    acts = [read_revision(one["evidence"]) for one in said if one.get("evidence")]
    by_offer = {act.purpose: said_about(acts, act.purpose) for act in acts}
    return records_of(acts, decided(by_offer, now).items())


def _consent(work: UnitOfWork, record: Record, says: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "about": says["purposes"][kind_of(record.purpose).code],
        "now": says["now"][record.decision.because],
        "said": [
            _said(work, row, says) for row in record.revisions if isinstance(row, ConsentRevision)
        ],
    }


def _said(work: UnitOfWork, row: ConsentRevision, says: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "at": moment(row.decided_at),
        "answer": str(row.state),
        "until": moment(row.valid_until),
        "how": says["how"][row.method],
        "where": says["where"][row.setting],
        "text_shown": json.loads(consent.shown_to(work, row)),
    }


def _questionnaire(one: Filled) -> dict[str, Any]:
    return {
        "name": one.pack.name,
        "version": one.pack.version,
        "filled_in_on": one.filled_on.isoformat(),
        "score": one.score,
        "answers": [
            {"question": says or code, "answer": answer, "in_words": _in_words(one, code, answer)}
            for code, says, answer in _answers(one)
        ],
    }


def _answered(one: Filled) -> Answered:
    return Answered(
        id=str(one.id),
        form=f"urn:attune:questionnaire:{one.pack.number}|{one.pack.version}",
        on=one.filled_on.isoformat(),
        answers=_answers(one),
    )


def _answers(one: Filled) -> list[tuple[str, str, Any]]:
    words = one.language.items if one.language else {}
    return [
        (code, words[code].says if code in words else "", answer)
        for code, answer in one.answers.items()
        if answer not in (None, "", [])
    ]


def _in_words(one: Filled, code: str, answer: Any) -> list[str]:
    item = next((item for item in one.pack.items if item.code == code), None)
    if item is None or one.language is None or code not in one.language.items:
        return answer if isinstance(answer, list) else [str(answer)]
    return questionnaires.answer_words(one, item, one.language)


def _sent(form: Mapping[str, Any]) -> Answered:
    return Answered(
        id=form["id"],
        form=f"urn:attune:form:{form['set']}|{form['version']}",
        on=form["sent_at"],
        answers=[(one["code"], one["question"], one["answer"]) for one in form["answers"]],
    )


def _request(row: RightsRequest) -> dict[str, Any]:
    return {"kind": str(row.kind), "state": str(row.state), "taken_at": moment(row.taken_at)}
