"""What other services may read of finished questionnaires."""

from collections.abc import Mapping, Sequence

from services.intake.questionnaires import queries
from services.intake.questionnaires.models import Questionnaire
from shared.events.content import Content, Provider, Reference
from shared.store import UnitOfWork


def provide_questionnaires(
    work: UnitOfWork, references: Sequence[Reference]
) -> Mapping[Reference, Content | None]:
    """Give what was finished, None where it was erased; one not known, or a draft, is left out."""
    wanted = {(one.clinic_id, one.subject_id) for one in references}
    found = {(row.clinic_id, row.id): row for row in queries.finished(work, wanted)}
    return {
        reference: _content(work, found[reference.clinic_id, reference.subject_id])
        for reference in references
        if (reference.clinic_id, reference.subject_id) in found
    }


def _content(work: UnitOfWork, row: Questionnaire) -> Content | None:
    content = work.open(row, "content")
    if content is None:
        return None
    return {
        "relationship_id": str(row.relationship_id),
        "person_id": str(row.person_id),
        "filled_on": row.filled_on.isoformat() if row.filled_on else None,
        **{name: content[name] for name in ("pack", "version", "hash", "answers", "score")},
    }


PROVIDERS = (
    Provider(
        kind="intake.questionnaire",
        audience=frozenset({"sessions"}),
        provide=provide_questionnaires,
    ),
)
