"""Handing questionnaires over, keeping what was answered page by page, and finishing them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from secrets import token_bytes
from typing import Any
from uuid import UUID

from services.intake.consent.domain import NotYours
from services.intake.consent.models import Seat
from services.intake.consent.queries import check_noted
from services.intake.people import queries as people
from services.intake.people.models import Person, Relationship
from services.intake.questionnaires import domain, queries
from services.intake.questionnaires.domain import Answer, Form, Method, Pack
from services.intake.questionnaires.models import Questionnaire, Threshold
from services.intake.questionnaires.queries import Page
from shared.auth.seats import Chance, SeatKey, start_seat
from shared.contracts.intake import QuestionnaireCompleted
from shared.store import UnitOfWork

FIRST_VERSION = 1


def hand_over(
    work: UnitOfWork,
    *,
    relationship_id: UUID,
    person_id: UUID,
    packs: Sequence[int],
    now: datetime,
    chance: Chance = token_bytes,
) -> tuple[Seat, SeatKey]:
    """Make a seat ready at which one member fills these packs in; a draft of theirs goes on.

    Raises NotYours unless the actor treats them, NothingChosen, NoPolicy, NotNoted, NotOffered.
    """
    relationship, person = people.member(work, relationship_id, person_id)
    if work.actor.id is None or not people.is_treating(work, relationship):
        raise NotYours
    if not packs:
        raise domain.NothingChosen
    _check_noted(work, relationship, person, now)
    rows = [
        _draft(work, relationship, person, _with_items(number), now=now)
        for number in dict.fromkeys(packs)
    ]
    seat, key = start_seat(
        work,
        Seat,
        clinic_id=relationship.clinic_id,
        person_id=person.id,
        purpose=domain.SEAT,
        started_by=work.actor.id,
        now=now,
        chance=chance,
    )
    for row in rows:
        row.seat_id = seat.id
    return seat, key


def save_page(
    work: UnitOfWork, *, page: Page, answers: Mapping[str, Answer], now: datetime
) -> None:
    """Keep what was answered on one page; what was left out now is gone."""
    content = work.open(page.row, "content")
    others = {item.code for item in page.pack.items} - {item.code for item in page.section.items}
    kept = {code: answer for code, answer in content["answers"].items() if code in others}
    content["answers"] = {**kept, **answers}
    work.seal(page.row, content=content)
    page.row.changed_at = now


def finish_seat(work: UnitOfWork, *, pages: Sequence[Page], now: datetime) -> None:
    """Finish everything that a seat was for, and tell the other services."""
    for row in {page.row.id: page.row for page in pages}.values():
        _finish(work, row, filled_on=people.today_at(work, row.clinic_id, now), now=now)


def enter_score(
    work: UnitOfWork,
    *,
    relationship_id: UUID,
    person_id: UUID,
    pack: int,
    score: float,
    filled_on: date,
    now: datetime,
) -> Questionnaire:
    """Keep a score that the clinic worked out on paper.

    Raises NotYours, NotOffered, ScoreOutOfRange, NoPolicy, NotNoted, DayNotYet.
    """
    relationship, person = _treated(work, relationship_id, person_id)
    chosen = queries.pack_numbered(pack)
    if not chosen.scoring.says:
        raise domain.NotOffered
    if not chosen.scoring.low <= score <= chosen.scoring.high:
        raise domain.ScoreOutOfRange
    _check_noted(work, relationship, person, now)
    row = _begin(work, relationship, person, chosen, method=Method.SCORE_ONLY, now=now)
    _finish(work, row, filled_on=_past(work, relationship, filled_on, now), now=now, score=score)
    return row


def write_from_paper(
    work: UnitOfWork,
    *,
    relationship_id: UUID,
    person_id: UUID,
    pack: int,
    answers: Mapping[str, Answer],
    filled_on: date,
    now: datetime,
) -> Questionnaire:
    """Keep what a member answered on paper.

    Raises NotYours, NotOffered, AnswersMissing, NoPolicy, NotNoted, DayNotYet.
    """
    relationship, person = _treated(work, relationship_id, person_id)
    _check_noted(work, relationship, person, now)
    row = _begin(work, relationship, person, _with_items(pack), method=Method.ON_PAPER, now=now)
    if not answers:
        raise domain.AnswersMissing
    work.seal(row, content={**work.open(row, "content"), "answers": dict(answers)})
    _finish(work, row, filled_on=_past(work, relationship, filled_on, now), now=now)
    return row


def set_threshold(
    work: UnitOfWork, *, clinic_id: UUID, pack: int, points: float, source: str, now: datetime
) -> Threshold:
    """Keep from how many points on this clinic calls a change one, and why.

    Raises NotOffered, ThresholdNotOpen, ThresholdNotUsable.
    """
    chosen = queries.pack_numbered(pack)
    if chosen.change and chosen.change.verified:
        raise domain.ThresholdNotOpen
    reach = chosen.scoring.high - chosen.scoring.low
    if not 0 < points <= reach or not 0 < len(source.strip()) <= 300:
        raise domain.ThresholdNotUsable
    return work.add(
        Threshold(
            clinic_id=clinic_id,
            id=work.new_id(),
            pack=pack,
            points=points,
            source=source.strip(),
            set_by=work.actor.id,
            set_at=now,
        )
    )


def _treated(
    work: UnitOfWork, relationship_id: UUID, person_id: UUID
) -> tuple[Relationship, Person]:
    relationship, person = people.member(work, relationship_id, person_id)
    if not people.is_treating(work, relationship):
        raise NotYours
    return relationship, person


def _check_noted(
    work: UnitOfWork, relationship: Relationship, person: Person, now: datetime
) -> None:
    check_noted(work, clinic_id=relationship.clinic_id, person_id=person.id, now=now)


def _with_items(number: int) -> Pack:
    pack = queries.pack_numbered(number)
    if pack.form is not Form.ITEMS:
        raise domain.NotOffered
    return pack


def _draft(
    work: UnitOfWork, relationship: Relationship, person: Person, pack: Pack, *, now: datetime
) -> Questionnaire:
    """Return the draft of this very pack that a person may go on with, or a new one."""
    found = queries.draft_of(work, relationship.id, person.id, pack)
    return found or _begin(work, relationship, person, pack, method=Method.ON_SCREEN, now=now)


def _begin(
    work: UnitOfWork,
    relationship: Relationship,
    person: Person,
    pack: Pack,
    *,
    method: Method,
    now: datetime,
) -> Questionnaire:
    row = Questionnaire(
        clinic_id=relationship.clinic_id,
        id=work.new_id(),
        relationship_id=relationship.id,
        person_id=person.id,
        method=method,
        recorded_by=None if method is Method.ON_SCREEN else work.actor.id,
        began_at=now,
        changed_at=now,
    )
    language = domain.language_for(pack, person.language).code if pack.languages else None
    work.seal(row, content=_nothing_yet(pack, language))
    return work.add(row)


def _nothing_yet(pack: Pack, language: str | None) -> dict[str, Any]:
    return {
        "pack": pack.number,
        "version": pack.version,
        "hash": pack.hash,
        "language": language,
        "answers": {},
        "score": None,
    }


def _finish(
    work: UnitOfWork,
    row: Questionnaire,
    *,
    filled_on: date,
    now: datetime,
    score: float | None = None,
) -> None:
    content = work.open(row, "content")
    if score is None:
        score = domain.score(queries.pack_of(content), content["answers"])
    work.seal(row, content={**content, "score": score})
    row.filled_on, row.changed_at, row.seat_id = filled_on, now, None
    work.record(
        QuestionnaireCompleted(
            clinic_id=row.clinic_id,
            occurred_at=now,
            relationship_id=row.relationship_id,
            person_id=row.person_id,
            questionnaire_id=row.id,
            version=FIRST_VERSION,
        )
    )


def _past(work: UnitOfWork, relationship: Relationship, day: date, now: datetime) -> date:
    if day > people.today_at(work, relationship.clinic_id, now):
        raise domain.DayNotYet
    return day
