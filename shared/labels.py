"""What a column holds, whose key seals it, and what that is called where reading is decided."""

from enum import StrEnum


class DataClass(StrEnum):
    """What kind of data a column holds; the first five are personal and always sealed."""

    IDENTITY = "identity"
    CONTACT = "contact"
    CLINICAL = "clinical"
    ANSWER = "answer"
    CREDENTIAL = "credential"

    ID = "id"
    """An opaque id: random, and nothing by itself."""
    TIME = "time"
    CODE = "code"
    """One of a few words, or a name from a public list such as time zones."""
    NUMBER = "number"
    DIGEST = "digest"
    """A hash, keyed where what it stands for could be guessed; or a signature."""
    HOUSE_WORDS = "house-words"
    """What an organization says of itself or to everybody: names of clinics, help lines, texts."""
    EVENT = "event"
    """A fact as it is told: ids, codes, versions and times (PLT-10 keeps it so)."""
    RELEASED = "released"
    """Figures that passed disclosure control."""


PERSONAL = frozenset(
    {
        DataClass.IDENTITY,
        DataClass.CONTACT,
        DataClass.CLINICAL,
        DataClass.ANSWER,
        DataClass.CREDENTIAL,
    }
)
"""The classes that are sealed, and name whose key seals them."""


class Scope(StrEnum):
    """Whose key a column is sealed with."""

    CLINIC = "clinic"
    PERSON = "person"
    PERSON_SAFETY = "person-safety"
    RELATIONSHIP = "relationship"

    WRAPPING = "wrapping"
    """A clinic's key that wraps its other keys; seals no column."""
    AUDIT = "audit"
    """Keys the pseudonym of one id in the audit trail; seals no column."""


class Label(StrEnum):
    """What sealed data is, where it is decided who may see it (the matrix names these)."""

    IDENTITY = "identity"
    CONTACT = "contact"
    PERSON_PRIVATE = "person_private"
    CONJOINT = "conjoint"
    SAFETY = "safety"
    CREDENTIAL = "credential"
    """What only our own code compares: no page shows it, and the matrix does not name it."""


ABOUT_CARE = frozenset({Label.CONTACT, Label.PERSON_PRIVATE, Label.CONJOINT, Label.SAFETY})
"""What nobody reads without leaving a line in the audit trail."""


def label_of(data_class: DataClass, scope: Scope) -> Label:
    """Return what sealed data of a class is called, given whose key seals it.

    Raises ValueError for a class that is not sealed.
    """
    if scope is Scope.PERSON_SAFETY:
        return Label.SAFETY
    if data_class in (DataClass.CLINICAL, DataClass.ANSWER):
        return Label.CONJOINT if scope is Scope.RELATIONSHIP else Label.PERSON_PRIVATE
    return Label(data_class)
