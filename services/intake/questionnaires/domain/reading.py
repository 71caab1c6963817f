"""From a written pack to one that can be used, or to a list of what is wrong with it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from services.intake.questionnaires.domain.packs import (
    Change,
    Direction,
    Finding,
    Form,
    Item,
    ItemWords,
    Kind,
    Language,
    Licence,
    Pack,
    Scoring,
    Section,
    Summing,
)
from services.intake.questionnaires.domain.tables import Table, hash_of

NO_LICENCE = "A pack without the text of its licence cannot be loaded."
LONGEST_MINUTES = 10
WRITTEN_OUT = 20
"""More steps than this do not fit a page."""


def read_pack(written: Mapping[str, Any], *, file: str) -> Pack:
    """Return the pack that a file spells. Raises BadPack with every reason against it."""
    whole = Table(file, written)
    pack = _pack(whole, hash_of(written))
    whole.nothing_else()
    whole.refuse_faults()
    for key, reason in _misfits(pack):
        whole.fault(key, reason)
    whole.refuse_faults()
    return pack


def read_licence(whole: Table) -> Licence:
    """Return the licence of a file; its text must be there."""
    table = whole.table("licence")
    licence = Licence(
        name=table.text("name"),
        text=table.text("text", reason=NO_LICENCE),
        checked_on=table.day("checked_on"),
    )
    table.nothing_else()
    return licence


def _pack(whole: Table, digest: str) -> Pack:
    sections = _sections(whole)
    return Pack(
        number=whole.whole("number", least=1),
        version=whole.whole("version", least=1),
        name=whole.text("name"),
        form=whole.one_of("form", Form),
        own=whole.truth("own", otherwise=False),
        minutes=whole.whole("minutes", least=1, otherwise=1),
        population=whole.text("population"),
        licence=read_licence(whole),
        source=whole.text("source"),
        scoring=_scoring(whole),
        reliability=[_finding(one) for one in whole.tables("reliability")],
        change=_change(whole.table("change")) if whole.has("change") else None,
        sections=sections,
        languages=_languages(whole, sections),
        hash=digest,
    )


def _scoring(whole: Table) -> Scoring:
    table = whole.table("scoring")
    summing = table.one_of("summing", Summing)
    scored = summing is not Summing.NONE
    scoring = Scoring(
        summing=summing,
        direction=table.one_of("direction", Direction),
        missing=table.whole("missing") if scored else 0,
        low=table.number("low") if scored else 0,
        high=table.number("high") if scored else 0,
        says=table.text("says") if scored else "",
        reversed=frozenset(table.texts("reversed")) if table.has("reversed") else frozenset(),
    )
    table.nothing_else()
    return scoring


def _finding(table: Table) -> Finding:
    finding = Finding(
        what=table.text("what"),
        value=table.number("value"),
        source=table.text("source"),
        verified=table.truth("verified"),
    )
    table.nothing_else()
    return finding


def _change(table: Table) -> Change:
    change = Change(
        points=table.number("points"),
        source=table.text("source"),
        verified=table.truth("verified"),
    )
    table.nothing_else()
    return change


def _sections(whole: Table) -> list[Section]:
    scales = whole.table("scales", needed=False)
    values = {name: scales.numbers(name) for name in scales.written}
    sections = []
    for table in whole.tables("sections"):
        items = [_item(one, values) for one in table.tables("items")]
        sections.append(Section(code=table.text("code"), items=items))
        table.nothing_else()
    return sections


def _item(table: Table, scales: Mapping[str, Sequence[int]]) -> Item:
    kind, scale = table.one_of("kind", Kind), ""
    values: Sequence[int] = ()
    if kind is Kind.SCALE:
        scale = table.text("scale")
        values = scales.get(scale, ())
        if not values:
            table.fault("scale", "There is no such scale in this file.")
    elif kind is Kind.STEPS:
        values = _steps(table)
    codes = table.texts("options") if kind in (Kind.CHOICE, Kind.SEVERAL) else ()
    item = Item(code=table.text("code"), kind=kind, scale=scale, values=values, options=codes)
    table.nothing_else()
    return item


def _steps(table: Table) -> Sequence[int]:
    first, last = table.whole("from"), table.whole("to")
    if first == last or abs(first - last) > WRITTEN_OUT:
        table.fault("to", f"Steps lead from one number to another, at most {WRITTEN_OUT} away.")
        return ()
    return range(first, last + 1) if first < last else range(first, last - 1, -1)


def _languages(whole: Table, sections: Sequence[Section]) -> dict[str, Language]:
    every = whole.table("languages", needed=bool(sections))
    return {code: _language(code, every.table(code), sections) for code in sorted(every.written)}


def _language(code: str, table: Table, sections: Sequence[Section]) -> Language:
    titles, words = table.table("sections"), table.table("items")
    scales = table.table("scales", needed=False)
    language = Language(
        code=code,
        reviewed_by=table.words("reviewed_by"),
        title=table.text("title"),
        about=table.words("about"),
        sections={one.code: titles.text(one.code) for one in sections},
        items={
            item.code: _words(item, words.table(item.code), scales)
            for one in sections
            for item in one.items
        },
    )
    if not table.has("reviewed_by"):
        table.fault("reviewed_by", "Say who reviewed the words; nobody yet is written as “”.")
    for one in (table, titles, words, scales):
        one.nothing_else()
    return language


def _words(item: Item, table: Table, scales: Table) -> ItemWords:
    ends = item.kind is Kind.STEPS
    options: tuple[str, ...] = ()
    if item.kind is Kind.SCALE:
        options = scales.texts(item.scale)
    elif item.options:
        options = table.texts("options")
    if len(options) != len(item.options or (item.values if item.kind is Kind.SCALE else ())):
        table.fault("options", "There are not as many words as there are options.")
    words = ItemWords(
        says=table.text("says"),
        hint=table.words("hint"),
        low=table.text("low") if ends else "",
        high=table.text("high") if ends else "",
        options=options,
    )
    table.nothing_else()
    return words


def _misfits(pack: Pack) -> Iterable[tuple[str, str]]:
    """Yield (key, reason) of what fits the form of a pack and still makes no sense."""
    scored = pack.scoring.summing is not Summing.NONE
    codes = [item.code for item in pack.items]
    if len(set(codes)) < len(codes):
        yield "sections", "Two items have the same code."
    if pack.form is Form.SCORE and pack.items:
        yield "sections", "Where only a score may be entered, no item is shipped."
    if pack.form is Form.SCORE and not scored:
        yield "scoring.summing", "Where only a score may be entered, there must be one."
    if pack.form is Form.ITEMS and not (pack.items and pack.languages):
        yield "sections", "There is nothing to fill in."
    if pack.minutes > LONGEST_MINUTES:
        yield "minutes", f"It must be done within {LONGEST_MINUTES} minutes."
    if scored:
        yield from _misfits_of_score(pack)
    elif pack.change or pack.reliability:
        yield "scoring.summing", "What has no score has no reliability and no threshold."


def _misfits_of_score(pack: Pack) -> Iterable[tuple[str, str]]:
    scoring, items = pack.scoring, pack.scored_items
    if scoring.low >= scoring.high:
        yield "scoring.high", "The highest score must lie above the lowest."
    if pack.change and not 0 < pack.change.points <= scoring.high - scoring.low:
        yield "change.points", "A threshold lies within the range of the score."
    if not scoring.reversed <= {item.code for item in items}:
        yield "scoring.reversed", "Only items that are worth a number can be reversed."
    if pack.form is Form.ITEMS and _reach(pack) != (scoring.low, scoring.high):
        yield "scoring.low", "The items do not add up to this range."
    ranges = {(min(item.values), max(item.values)) for item in items}
    if len(ranges) > 1 and (scoring.missing or scoring.summing is Summing.MEAN):
        yield "scoring.missing", "Items of different ranges cannot stand in for each other."
    if scoring.missing and scoring.missing >= len(items):
        yield "scoring.missing", "At least one answer is needed for a score."


def _reach(pack: Pack) -> tuple[float, float]:
    """Return the lowest and the highest score that the items can add up to."""
    ends = [sum(pick(item.values) for item in pack.scored_items) for pick in (min, max)]
    count = len(pack.scored_items) if pack.scoring.summing is Summing.MEAN else 1
    low, high = (end / max(count, 1) for end in ends)
    return low, high
