"""Which services keep a ledger of consent, and whether its chains are whole."""

from collections.abc import Iterator, Mapping
from uuid import UUID

from services.intake.consent.models import ConsentRevision
from services.sessions.plans.models import OfferRevision
from shared.consent import ledger
from shared.store import Store

KINDS: Mapping[str, type[ledger.ChainRow]] = {
    "intake": ConsentRevision,
    "sessions": OfferRevision,
}


def broken(store: Store) -> Iterator[tuple[UUID, UUID, int]]:
    """Yield (clinic, person, position) of every chain of a service's ledger that is not whole."""
    kind = KINDS.get(store.service)
    if kind is not None:
        yield from ledger.broken(store, kind)
