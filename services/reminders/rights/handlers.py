"""What rights does in reminders when intake speaks."""

from collections.abc import Mapping

from services.reminders.rights.usecases import PART
from shared.contracts import Event
from shared.contracts.intake import PersonErased
from shared.events.listener import Handler

SUBSCRIPTIONS: Mapping[type[Event], Handler] = {PersonErased: PART.erase}
