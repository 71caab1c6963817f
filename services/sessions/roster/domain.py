"""How members are named together, and when a day begins where the clinic is."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

UNNAMED = "Someone"
"""Stands for a member whose name has not arrived yet, or is gone for good."""


def named_together(names: Sequence[str]) -> str:
    """Return names as people say them; their order is that of joining and means nothing.

    >>> named_together(["Alder", "Birch", "Cedar"])
    'Alder, Birch and Cedar'
    """
    if len(names) < 2:
        return "".join(names) or UNNAMED
    return f"{', '.join(names[:-1])} and {names[-1]}"


def day_in(zone: str, moment: datetime) -> date:
    """Return the day that a moment belongs to in an IANA zone; UTC where none is known."""
    return moment.astimezone(ZoneInfo(zone) if zone else UTC).date()
