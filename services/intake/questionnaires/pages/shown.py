"""How finished questionnaires and packs are put into words for staff."""

from datetime import date
from typing import Any

from services.intake.questionnaires import domain, queries
from services.intake.questionnaires.domain import Direction, Form, Language, Pack
from services.intake.questionnaires.queries import Filled, Limit

METHODS = {
    domain.Method.ON_SCREEN: "Filled in alone, on the clinic's screen",
    domain.Method.ON_PAPER: "Filled in on paper, written down by staff",
    domain.Method.SCORE_ONLY: "Score entered by the clinic",
}
MOVED = {
    domain.Moved.EASIER: "Moved towards the easier end",
    domain.Moved.SAME: "No change beyond chance",
    domain.Moved.HARDER: "Moved towards the harder end",
}
DIRECTIONS = {
    Direction.HIGHER: "The higher end is the easier one.",
    Direction.LOWER: "The lower end is the easier one.",
    Direction.NONE: "Neither end is better.",
}
REVIEW_NEEDED = "needs a native reviewer"


def filled_row(one: Filled) -> dict[str, Any]:
    """Return a line about one finished questionnaire."""
    return {
        "id": one.id,
        "name": one.pack.name,
        "version": f"Version {one.pack.version}",
        "day": day(one.filled_on),
        "at": one.filled_on.isoformat(),
        "how": METHODS[one.method],
        "score": score_words(one),
        "reads": reads(one.pack),
        "before": _before(one),
        "limit": limit_words(one.limit) if one.before_known else "",
        "readable": bool(one.answers),
    }


def score_words(one: Filled) -> str:
    """Return a score in words; why there is none, where a pack has one; else nothing."""
    if not one.pack.scoring.says:
        return ""
    if one.score is None:
        return "No score: too many answers were left out"
    low, high = plain(one.pack.scoring.low), plain(one.pack.scoring.high)
    return f"{plain(one.score)}, on a range from {low} to {high}"


def reads(pack: Pack) -> str:
    """Return how a score is read, without a word that judges."""
    if not pack.scoring.says:
        return "No score"
    return f"{pack.scoring.says} {DIRECTIONS[pack.scoring.direction]}"


def limit_words(limit: Limit | None) -> str:
    """Return from how many points on a change is called one, and who says so."""
    if limit is None:
        return "No threshold: nobody published one that was looked up, and the clinic has set none."
    whose = "set by the clinic" if limit.set_here else "published"
    return f"Called a change from {plain(limit.points)} points on, {whose}: {limit.source}"


def answer_rows(one: Filled, language: Language | None) -> list[dict[str, Any]]:
    """Return what was answered, section by section, in the words of a language."""
    if language is None:
        return []
    return [
        {
            "title": language.sections[section.code],
            "items": [
                (language.items[item.code].says, queries.answer_words(one, item, language))
                for item in section.items
            ],
        }
        for section in one.pack.sections
    ]


def offered(language: str) -> list[tuple[str, str, str]]:
    """Return (number, name, hint) of what can be filled in, for someone with a language."""
    return [
        (str(pack.number), pack.name, _offer_hint(pack, language))
        for pack in queries.newest()
        if pack.form is Form.ITEMS
    ]


def languages_of(pack: Pack) -> list[str]:
    """Return the languages of a pack, each with whether someone has yet to read it."""
    return [f"{name_of(one.code)}: {_review(one)}" for one in pack.languages.values()]


def name_of(code: str) -> str:
    """Return a language's own name."""
    return queries.words()[code]["name"] if code in queries.words() else code


def plain(number: float) -> str:
    """Return a number without digits that say nothing."""
    return f"{number:g}"


def day(on: date) -> str:
    """Return a day in words."""
    return f"{on.day} {on:%B %Y}"


def _before(one: Filled) -> str:
    if not one.before_known:
        return ""
    before = f"Their own one before: {plain(one.earlier or 0)}."
    return f"{before} {MOVED[one.moved]}." if one.moved else before


def _offer_hint(pack: Pack, language: str) -> str:
    spoken = domain.language_for(pack, language)
    minutes = "1 minute" if pack.minutes == 1 else f"{pack.minutes} minutes"
    return f"About {minutes}, in {name_of(spoken.code)}: {_review(spoken)}"


def _review(language: Language) -> str:
    if language.reviewed_by == domain.OWN_WORDS:
        return "the published wording"
    return f"read by {language.reviewed_by}" if language.reviewed_by else REVIEW_NEEDED
