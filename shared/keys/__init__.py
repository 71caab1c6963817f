"""Keys: whose key seals which column, where wrapped keys are kept, and how a value is sealed.

root key → a key per clinic → a key per person, per person-safety, per relationship. The root key
comes from the environment (or, on a laptop, a file); all others lie wrapped in a key store apart
from the service's database, so that destroying a key erases what it sealed, in backups too.
"""

from shared.keys.place import HOUSE, KeyName, Place
from shared.keys.ring import KeyGone, KeyRing, Tampered
from shared.keys.store import KeyStore
from shared.keys.wrapping import BadRoot, Root, new_master_key
from shared.labels import DataClass, Label, Scope, label_of

__all__ = [
    "HOUSE",
    "BadRoot",
    "DataClass",
    "KeyGone",
    "KeyName",
    "KeyRing",
    "KeyStore",
    "Label",
    "Place",
    "Root",
    "Scope",
    "Tampered",
    "label_of",
    "new_master_key",
]
