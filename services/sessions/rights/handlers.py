"""What rights does in sessions when intake speaks."""

from services.sessions.rights.usecases import PART
from shared.contracts.intake import PersonErased
from shared.events.inbox import Subscriptions

SUBSCRIPTIONS: Subscriptions = {PersonErased: PART.erase}
