"""Content that travels by reference: who gives it, and who does what with it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.events.references import Reference
from shared.store.work import UnitOfWork

__all__ = ["Apply", "Content", "Provide", "Provider", "Reference", "Wanting"]

Content = dict[str, Any]
Provide = Callable[[UnitOfWork, Sequence[Reference]], Mapping[Reference, Content | None]]
Apply = Callable[[UnitOfWork, Reference, Content | None], None]


@dataclass(frozen=True, kw_only=True)
class Provider:
    """How a service gives content of one kind, and to which services alone.

    ``provide`` answers None for what is gone for good, and leaves out what it does not know.
    """

    kind: str
    audience: frozenset[str]
    provide: Provide


@dataclass(frozen=True, kw_only=True)
class Wanting:
    """What a service does with fetched content of one kind; None means it is gone."""

    kind: str
    apply: Apply
