"""The audit trail: who looked at what and who changed what, in a chain that cannot be rewritten.

Ids of people stand in it as pseudonyms under keys of their own, so that erasing a person leaves
the chain whole and says nothing more about them (PLT-15 to PLT-17).
"""

from shared.audit.entries import Act, Entry, Looked, TrailUnavailable
from shared.audit.tables import audit_entry, trail

__all__ = ["Act", "Entry", "Looked", "TrailUnavailable", "audit_entry", "trail"]
