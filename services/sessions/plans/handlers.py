"""What plans do when other services speak."""

from datetime import datetime

from services.sessions.plans import usecases
from services.sessions.roster.handlers import on_relationship_changed as take_down
from services.sessions.roster.usecases import keep_answers, note_available
from shared.clock import Now
from shared.contracts.intake import PersonChanged, RelationshipChanged
from shared.contracts.words import RelationshipState
from shared.events.content import Apply, Content, Reference
from shared.events.inbox import Subscriptions
from shared.store import UnitOfWork


def on_relationship_changed(work: UnitOfWork, event: RelationshipChanged) -> None:
    """Take down the change; where care together ended, so does what was open."""
    take_down(work, event)
    if event.state is not RelationshipState.OPEN:
        usecases.end_care(work, relationship_id=event.relationship_id, now=event.occurred_at)


def on_person_changed(work: UnitOfWork, event: PersonChanged) -> None:
    """Take down whether what rests on a person's permission may go on; where not, it ends."""
    ended = note_available(
        work,
        clinic_id=event.clinic_id,
        person_id=event.person_id,
        available=event.available,
        version=event.version,
    )
    if ended:
        usecases.stop_everything(
            work, clinic_id=event.clinic_id, person_id=event.person_id, now=event.occurred_at
        )


def applying_forms(now: Now) -> Apply:
    """Return what is done with a form: its answers are kept, and its stop takes effect."""

    def apply_form(work: UnitOfWork, reference: Reference, content: Content | None) -> None:
        form = keep_answers(
            work,
            clinic_id=reference.clinic_id,
            form_id=reference.subject_id,
            answers=content["answers"] if content else None,
            now=now(),
        )
        if content and content["stop_plan"]:
            usecases.stop_by_form(
                work,
                relationship_id=form.relationship_id,
                person_id=form.person_id,
                sent_at=datetime.fromisoformat(content["submitted_at"]),
                now=now(),
            )

    return apply_form


SUBSCRIPTIONS: Subscriptions = {
    RelationshipChanged: on_relationship_changed,
    PersonChanged: on_person_changed,
}
