"""What must fit among the lines of one relationship."""

from collections.abc import Callable, Iterator, Sequence

from services.intake.arrivals.domain.rows import Mistake, Row
from services.intake.people import domain as people


def together(group: Sequence[Row]) -> Iterator[Mistake]:
    """Yield what is wrong among the members of one relationship."""
    first = group[0]
    if len(group) < people.FEWEST_MEMBERS:
        reason = "This relationship has one member in the file."
        advice = "Add a line for each further member, or correct the relationship's name."
        yield Mistake(line=first.line, column="relationship", reason=reason, advice=advice)
    if len(group) > people.MOST_MEMBERS:
        reason = "This relationship has more than twelve members."
        advice = "Correct the relationship's name where lines do not belong together."
        yield Mistake(line=first.line, column="relationship", reason=reason, advice=advice)
    yield from _repeated(group, "member", lambda row: row.member.casefold())
    yield from _repeated(
        group, "email", lambda row: row.contact.email and people.same_address(row.contact.email)
    )
    labels = {row.label for row in group if row.label}
    if len(labels) > 1:
        reason = "The lines of this relationship have different labels."
        advice = "Write the same label in each line, or in one only."
        yield Mistake(line=first.line, column="label", reason=reason, advice=advice)


def _repeated(
    group: Sequence[Row], column: str, value: Callable[[Row], str | None]
) -> Iterator[Mistake]:
    seen: dict[str, int] = {}
    for row in group:
        text = value(row)
        if text and text in seen:
            reason = f"This relationship has the same {column} in line {seen[text]}."
            advice = {
                "member": "Keep one of the two lines.",
                "email": "Leave the cell empty: each member needs an address of their own.",
            }[column]
            yield Mistake(line=row.line, column=column, reason=reason, advice=advice)
        elif text:
            seen[text] = row.line
