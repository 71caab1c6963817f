"""What goes on because of what someone permits, and what a change would stop or start."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from services.intake.consent import domain
from services.intake.consent.models import ChannelStop, ConsentRevision
from services.intake.consent.queries.standing import (
    asked_in,
    check_may_say,
    decisions_on,
    policy_of,
    revisions,
    standing,
)
from services.intake.directory.models import Clinic
from services.intake.people import queries as people
from services.intake.people.models import Person, Relationship
from shared.consent import foresight
from shared.consent.decision import Decision
from shared.consent.foresight import IN_CARE, MAIL, REOPENED, TERMS, Change, Going
from shared.consent.languages import spoken_to
from shared.consent.ledger import said_about
from shared.consent.purposes import POLICIES
from shared.consent.terms import Method
from shared.contracts.words import Channel
from shared.store import UnitOfWork

EMAIL = "checkin.email"


def going_on(
    work: UnitOfWork,
    relationship: Relationship,
    person: Person,
    decisions: Mapping[str, Decision],
    at: datetime,
) -> list[Going]:
    """Return what goes on at a moment because of what one member decided, in every service."""
    policy = policy_of(work, relationship.clinic_id)
    kept = {one: it for one, it in decisions.items() if one == policy or one not in POLICIES}
    others = _others_permit(work, relationship, person, at)
    lacking = _lacking(work, relationship, person, at)
    if policy not in kept or not kept[policy].permits:
        lacking.add(TERMS)
    if EMAIL not in kept or not kept[EMAIL].permits:
        lacking.add(MAIL)
    stopped = _stopped(work, relationship.clinic_id, person.id)
    return foresight.going_on(
        kept,
        others=others,
        lacking={one: lacking | ({REOPENED} if one in stopped else set()) for one in kept},
    )


def rehearse(
    work: UnitOfWork,
    relationship: Relationship,
    person: Person,
    rows: Sequence[ConsentRevision],
    *,
    answer: tuple[str, bool] | None,
    now: datetime,
    at: datetime,
) -> Change:
    """Return what would stop and start if a member gave an answer (purpose, yes), or by ``at``.

    Nothing is changed. Raises NotInThisLanguage where there is no text to answer, and what
    ``check_may_say`` raises for an answer that nobody may take.
    """
    if answer is not None:
        check_may_say(work, person, dict([answer]))
    also = [answer[0]] if answer else []
    said = {one: said_about(rows, one) for one in decisions_on(rows, now, also=also)}
    before = going_on(work, relationship, person, domain.decided(said, now), now)
    if answer is not None:
        purpose, permits = answer
        text = asked_in(person, None, purpose, now)
        said[purpose] = domain.as_if(
            said[purpose], purpose=purpose, permits=permits, text_version=text.version, at=at
        )
    after = going_on(work, relationship, person, domain.decided(said, at), at)
    return foresight.changed(before, after)


def end_of_day(person: Person, day: date) -> datetime:
    """Return the last moment of a day on a person's own clock."""
    return datetime.combine(day, time.max, ZoneInfo(person.zone))


def turning_days(
    work: UnitOfWork, relationship: Relationship, person: Person, now: datetime
) -> list[date]:
    """Return the coming days on which something stops or starts by itself, the soonest first."""
    rows = revisions(work, relationship.clinic_id, person.id)
    today = now.astimezone(ZoneInfo(person.zone)).date()
    found = []
    for day in sorted(_days_that_may_matter(work, relationship, person, now)):
        if day < today:
            continue
        moments = max(now, end_of_day(person, day - timedelta(days=1))), end_of_day(person, day)
        before, after = (
            going_on(work, relationship, person, decisions_on(rows, at), at) for at in moments
        )
        if not foresight.changed(before, after).nothing:
            found.append(day)
    return found


def _days_that_may_matter(
    work: UnitOfWork, relationship: Relationship, person: Person, now: datetime
) -> set[date]:
    """Return the days of every end of anyone's yes, and the first on which the card is too old."""
    ends = [
        one.ends_at.astimezone(ZoneInfo(person.zone)).date()
        for each in people.everyone_in(work, relationship.id)
        for one in standing(
            work, clinic_id=relationship.clinic_id, person_id=each, now=now
        ).values()
        if one.ends_at is not None
    ]
    card = people.cards_of(work, [person.id]).get(person.id)
    clinic = work.get(Clinic, relationship.clinic_id, relationship.clinic_id)
    too_old = people.too_old_on(card, clinic)
    return {*ends, *([too_old] if too_old else [])}


def channel_stops(
    work: UnitOfWork, *, clinic_id: UUID, person_id: UUID
) -> Mapping[Channel, ChannelStop]:
    """Return what was told of each channel that a person ever ended by its own link."""
    rows = work.session.scalars(
        select(ChannelStop).where(
            ChannelStop.clinic_id == clinic_id, ChannelStop.person_id == person_id
        )
    )
    return {row.channel: row for row in rows}


def _stopped(work: UnitOfWork, clinic_id: UUID, person_id: UUID) -> set[str]:
    """Return the purposes whose channel is closed; what was told before this was kept, is said."""
    told = channel_stops(work, clinic_id=clinic_id, person_id=person_id)
    by_link = {
        row.purpose
        for row in revisions(work, clinic_id, person_id)
        if row.method is Method.STOP_LINK
    }
    return {
        purpose
        for channel, purpose in domain.CHANNEL_PURPOSES.items()
        if (told[channel].standing if channel in told else purpose in by_link)
    }


def _others_permit(
    work: UnitOfWork, relationship: Relationship, person: Person, at: datetime
) -> dict[str, bool]:
    """Return of each purpose whether every other member permits it at a moment."""
    others = people.everyone_in(work, relationship.id) - {person.id}
    standings = [
        standing(work, clinic_id=relationship.clinic_id, person_id=other, now=at)
        for other in others
    ]
    return {
        purpose: all(each[purpose].permits for each in standings) for purpose in domain.KEPT_HERE
    }


def _lacking(
    work: UnitOfWork, relationship: Relationship, person: Person, at: datetime
) -> set[str]:
    """Return what effects may need and is not there at a moment, by the words of the table."""
    card = people.cards_of(work, [person.id]).get(person.id)
    clinic = work.get(Clinic, relationship.clinic_id, relationship.clinic_id)
    usable = card is not None and not people.still_missing(card, clinic, person.zone, at)
    present = person.id in people.present_in(work, relationship.id)
    there = {
        "phone": False,  # nothing goes out by text yet
        "contact": usable and card is not None and not people.is_shared(work, card),
        "language": spoken_to(person.language),
        IN_CARE: relationship.state.in_care and present,
    }
    return {need for need, is_there in there.items() if not is_there}
