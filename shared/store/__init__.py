"""Where a service keeps its rows, and the unit of work through which it changes them."""

from shared.columns import Moment, new_base, sealed
from shared.store.rows import ClaimRow, ClinicRow, LookupRow
from shared.store.store import Store
from shared.store.work import OutsideItsClinics, UnitOfWork

__all__ = [
    "ClaimRow",
    "ClinicRow",
    "LookupRow",
    "Moment",
    "OutsideItsClinics",
    "Store",
    "UnitOfWork",
    "new_base",
    "sealed",
]
