"""Errors that a person or a program may be shown, each with the sentence that says what to do."""

from collections.abc import Mapping
from typing import ClassVar


class Refusal(Exception):
    """This is not possible right now.

    A subclass is named after what it says, and its docstring is the sentence shown.
    A sentence given at the raise replaces it; it must hold nothing personal.
    """

    status: ClassVar[int] = 422
    headers: ClassVar[Mapping[str, str]] = {}

    def __init__(self, sentence: str | None = None):
        super().__init__(sentence or sentence_of(type(self)))

    @property
    def code(self) -> str:
        """The name under which logs and the parking table keep this refusal."""
        return type(self).__name__


class NotFound(Refusal):
    """There is nothing at this address, or it is not yours to see."""

    status = 404


class NotAllowed(Refusal):
    """Your role does not open this page. Switch role, or ask your clinic's admin."""

    status = 403


class SignInNeeded(Refusal):
    """Please sign in."""

    status = 401


class Conflict(Refusal):
    """Someone else changed this meanwhile. Load the page again and repeat your change."""

    status = 409


class NotYetKnown(Refusal):
    """This refers to something that has not arrived here yet; it will be tried again."""

    status = 409


class Unreachable(Refusal):
    """Another part of Attune does not answer. Nothing was changed; try again in a minute."""

    status = 503


def sentence_of(kind: type[Refusal]) -> str:
    """Return the first paragraph of a refusal's docstring as one line."""
    for ancestor in kind.__mro__:
        if ancestor.__doc__:
            return " ".join(ancestor.__doc__.split("\n\n")[0].split())
    return kind.__name__
