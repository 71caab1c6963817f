"""Reading a clinic's own list of people: text in, rows or mistakes out, and nothing else.

One line is one member. Lines with the same ``relationship`` belong together; ``member`` is what
the clinic calls that person in its own list, and by which they are known again next time.
"""

from services.intake.arrivals.domain.example import EXAMPLE
from services.intake.arrivals.domain.reading import read_arrivals
from services.intake.arrivals.domain.rows import (
    MOST_BYTES,
    MOST_ROWS,
    MOST_SHOWN,
    NEEDED,
    OPTIONAL,
    Arrivals,
    FileNotUsable,
    Mistake,
    NothingWaits,
    Row,
)

__all__ = [
    "EXAMPLE",
    "MOST_BYTES",
    "MOST_ROWS",
    "MOST_SHOWN",
    "NEEDED",
    "OPTIONAL",
    "Arrivals",
    "FileNotUsable",
    "Mistake",
    "NothingWaits",
    "Row",
    "read_arrivals",
]
