"""What is on the menu, what is offered, and what each member said."""

from services.sessions.plans.queries.answers import (
    Key,
    acts_of,
    decision_of,
    decisions_on,
    keys_of,
    shown_to,
    text_for,
)
from services.sessions.plans.queries.offers import (
    OPEN,
    Standing,
    due_plans,
    menu,
    menu_version,
    one_at_a_time,
    open_plan,
    openness_of,
    plan_to_change,
    plans_of,
    refuse_elsewhere,
    standings_of,
    stops_of,
)

__all__ = [
    "OPEN",
    "Key",
    "Standing",
    "acts_of",
    "decision_of",
    "decisions_on",
    "due_plans",
    "keys_of",
    "menu",
    "menu_version",
    "one_at_a_time",
    "open_plan",
    "openness_of",
    "plan_to_change",
    "plans_of",
    "refuse_elsewhere",
    "shown_to",
    "standings_of",
    "stops_of",
    "text_for",
]
