"""What goes on because of what a person permits, and what would stop or start if that changed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from shared.consent.decision import Because, Decision
from shared.consent.purposes import Effect, kind_of

IN_CARE = "care"
"""What needs someone who is in care, in a relationship that is."""

OF_CARE = ("reminders", "sessions")
"""The services that do nothing for whoever is not in care; reports count who was."""

REOPENED = "reopened"
"""What effects need once a person ended a channel by its own link."""

TERMS = "terms"
"""What is asked of someone alone needs: the clinic's policy on that, chosen and noted."""

MAIL = "mail"
"""What stands in the short form needs: that the form may come by e-mail."""

EVERYONE = "everyone"
"""What joint effects need: every other member's own yes."""


@dataclass(frozen=True, kw_only=True)
class Going:
    """One effect of one purpose at a moment: whether it is permitted, and what else it waits for.

    ``because`` is why they permit it or not; ``waits_for`` holds words of the purposes table, and
    those above.
    """

    purpose: str
    effect: Effect
    because: Because
    waits_for: tuple[str, ...] = ()

    @property
    def permitted(self) -> bool:
        """Whether they permit it."""
        return self.because is Because.GIVEN

    @property
    def on(self) -> bool:
        """Whether it goes on."""
        return self.permitted and not self.waits_for


@dataclass(frozen=True, kw_only=True)
class Change:
    """What a change would do: what stops, what starts, and what starts but for something else.

    Each is as it is afterwards, so that what stops says why.
    """

    stops: tuple[Going, ...]
    starts: tuple[Going, ...]
    waits: tuple[Going, ...]

    @property
    def nothing(self) -> bool:
        """Whether everything would stay as it is."""
        return not (self.stops or self.starts or self.waits)


def going_on(
    decisions: Mapping[str, Decision],
    *,
    others: Mapping[str, bool],
    lacking: Mapping[str, Collection[str]],
) -> list[Going]:
    """Return every effect of what a person decided.

    ``others`` says of a purpose whether every other member permits it; ``lacking`` names, by
    purpose, what is not there although an effect may need it.
    """
    return [
        Going(
            purpose=purpose,
            effect=effect,
            because=decision.because,
            waits_for=_waits_for(
                effect, together=others.get(purpose, False), lacking=lacking[purpose]
            ),
        )
        for purpose, decision in decisions.items()
        for effect in kind_of(purpose).effects
    ]


def changed(before: Sequence[Going], after: Sequence[Going]) -> Change:
    """Return the difference between two moments, effect by effect."""
    was = {(one.purpose, one.effect): one for one in before}
    pairs = [(was.get((one.purpose, one.effect)), one) for one in after]
    return Change(
        stops=tuple(new for old, new in pairs if old is not None and old.on and not new.on),
        starts=tuple(new for old, new in pairs if new.on and not (old is not None and old.on)),
        waits=tuple(
            new
            for old, new in pairs
            if new.permitted and new.waits_for and not (old is not None and old.permitted)
        ),
    )


def _waits_for(effect: Effect, *, together: bool, lacking: Collection[str]) -> tuple[str, ...]:
    needs = effect.also.split()
    if effect.service in OF_CARE:
        needs += [IN_CARE, REOPENED]
    missing = [need for need in needs if need in lacking]
    return (*missing, *([EVERYONE] if effect.joint and not together else []))
