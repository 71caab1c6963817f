"""What is done with people: relationships open, members join, details and contact cards change."""

from services.intake.people.usecases.contributions import (
    settle_contribution,
    tell_contribution,
)
from services.intake.people.usecases.leaving import end_contribution, forget_person, tell_gone
from services.intake.people.usecases.members import (
    change_contact,
    change_details,
    import_details,
    join,
)
from services.intake.people.usecases.relationships import (
    add_member,
    change_relationship,
    check_clinician,
    close_relationship,
    open_relationship,
)

__all__ = [
    "add_member",
    "change_contact",
    "change_details",
    "change_relationship",
    "check_clinician",
    "close_relationship",
    "end_contribution",
    "forget_person",
    "import_details",
    "join",
    "open_relationship",
    "settle_contribution",
    "tell_contribution",
    "tell_gone",
]
