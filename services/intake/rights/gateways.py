"""What the other services hold of one person, asked for in the name of whoever hands it over."""

from collections.abc import Mapping
from uuid import UUID

from shared.auth.actors import Actor
from shared.errors import Unreachable
from shared.events.content import Content, Reference
from shared.events.feed_client import Feeds, GenerationDiffers, Pruned

KINDS = {"sessions": "sessions.person", "reminders": "reminders.person"}
"""Who holds something under a person's id, and what that content is called."""


class Shares:
    """Asks each service for its share. It travels between services alone, never by the broker."""

    def __init__(self, feeds: Feeds):
        self._feeds = feeds

    def of(
        self, *, clinic_id: UUID, relationship_id: UUID, person_id: UUID, acting: Actor
    ) -> Mapping[str, Content]:
        """Return each service's share of a person in one relationship.

        Outside any transaction. Raises Unreachable where one does not answer: a copy is whole, or
        it is not given.
        """
        return {
            service: self._share(kind, clinic_id, relationship_id, person_id, acting)
            for service, kind in KINDS.items()
        }

    def _share(
        self, kind: str, clinic_id: UUID, relationship_id: UUID, person_id: UUID, acting: Actor
    ) -> Content:
        reference = Reference(kind, clinic_id, person_id, 1)
        try:
            found = self._feeds.content(reference.teller, kind, [reference], acting=acting)
        except (GenerationDiffers, Pruned):
            raise Unreachable from None
        share = found.get(reference)
        if share is None:
            raise Unreachable
        here: Content = share["relationships"].get(str(relationship_id), {})
        return here
