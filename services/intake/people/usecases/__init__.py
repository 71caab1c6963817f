"""What is done with people: relationships open, members join, details and contact cards change."""

from services.intake.people.usecases.cards import change_contact, confirm_contact, stop_means
from services.intake.people.usecases.contributions import (
    settle_contribution,
    tell_contribution,
)
from services.intake.people.usecases.leaving import end_contribution, forget_person, tell_gone
from services.intake.people.usecases.members import (
    AtJoining,
    change_details,
    import_details,
    join,
    nothing_more,
)
from services.intake.people.usecases.relationships import (
    add_known_member,
    add_member,
    change_relationship,
    check_clinician,
    close_relationship,
    open_relationship,
    set_apart,
)

__all__ = [
    "AtJoining",
    "add_known_member",
    "add_member",
    "change_contact",
    "change_details",
    "change_relationship",
    "check_clinician",
    "close_relationship",
    "confirm_contact",
    "end_contribution",
    "forget_person",
    "import_details",
    "join",
    "nothing_more",
    "open_relationship",
    "set_apart",
    "settle_contribution",
    "stop_means",
    "tell_contribution",
    "tell_gone",
]
