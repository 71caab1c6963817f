"""The measures that this version of Attune counts."""

import tomllib
from functools import cache
from pathlib import Path

from services.reports.measures.domain import Plan, read_plan

DEFINITIONS = Path(__file__).parent / "definitions.toml"


@cache
def current_plan() -> Plan:
    """Return the plan of the definitions file. Raises BadDefinitions where it does not fit."""
    return read_plan(tomllib.loads(DEFINITIONS.read_text()))
