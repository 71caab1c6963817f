"""Whether consent permits is one pure decision, and no delivery can make it say yes again."""

from datetime import MAXYEAR, UTC, datetime, timedelta
from hashlib import sha256

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shared.consent.decision import Because, Said, decide
from shared.consent.terms import BeyondTerms, Span, State, check_span
from shared.consent.texts import NothingToAsk, NotInThisLanguage, Text, text_in_force

START = datetime(2026, 1, 31, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def text(version=1, *, material=True, since=START, locale="en", question="May we?") -> Text:
    return Text(
        purpose="checkin.email",
        template="checkin.email",
        version=version,
        locale=locale,
        question=question,
        points=("You can say no.",),
        material=material,
        in_force_from=since,
    )


def said(revision=1, state=State.GIVEN, *, since=START, days=100.0, version=1) -> Said:
    return Said(
        revision=revision,
        state=state,
        text_version=version,
        decided_at=since,
        valid_from=since,
        valid_until=since + timedelta(days=days),
    )


FIRST_TEXT = text()


def permits(revisions, at, texts=(FIRST_TEXT,)):
    return decide(revisions, purpose="checkin.email", texts=texts, at=at).permits


revisions = st.lists(
    st.tuples(st.sampled_from(State), st.integers(0, 300), st.integers(1, 365)), max_size=6
).map(
    lambda facts: [
        said(number, state, since=START + since * DAY, days=days)
        for number, (state, since, days) in enumerate(facts, start=1)
    ]
)
moments = st.integers(-10, 700).map(lambda days: START + days * DAY)


@pytest.mark.requirement("PLT-14")
@given(revisions=revisions, at=moments, data=st.data())
def test_twice_late_or_out_of_order_decides_the_same(revisions, at, data):
    repeated = data.draw(st.lists(st.sampled_from(revisions))) if revisions else []
    arrived = data.draw(st.permutations([*revisions, *repeated]))

    assert permits(arrived, at) == permits(revisions, at)


@pytest.mark.requirement("PLT-14", "INT-08")
@given(revisions=revisions, at=moments)
def test_no_earlier_yes_outlives_a_later_no(revisions, at):
    withdrawn = said(len(revisions) + 1, State.WITHDRAWN)

    assert not permits([withdrawn, *revisions], at)


@pytest.mark.requirement("INT-06", "PLT-14")
@given(revisions=revisions, at=moments, later=st.integers(0, 700))
def test_what_has_ended_never_permits_again(revisions, at, later):
    decision = decide(revisions, purpose="checkin.email", texts=(text(),), at=at)

    if decision.because is Because.ENDED:
        assert not permits(revisions, at + later * DAY)


@pytest.mark.requirement("INT-06")
def test_a_yes_ends_at_its_last_moment_with_no_job_having_run():
    given_ = [said(days=10)]

    assert permits(given_, START + 10 * DAY - timedelta(microseconds=1))
    assert not permits(given_, START + 10 * DAY)


@pytest.mark.requirement("PLT-14")
def test_of_two_facts_with_one_number_the_no_counts():
    both = [said(2, State.GIVEN), said(2, State.WITHDRAWN)]

    assert not permits(both, START)
    assert not permits(both[::-1], START)


@pytest.mark.requirement("INT-05")
def test_a_material_text_ends_older_consents_at_its_instant():
    texts = (text(), text(2, since=START + 5 * DAY))

    assert permits([said()], START + 5 * DAY - timedelta(seconds=1), texts)
    assert not permits([said()], START + 5 * DAY, texts)
    assert permits([said(version=2)], START + 5 * DAY, texts)


@pytest.mark.requirement("INT-05")
def test_a_minor_text_changes_nothing():
    texts = (text(), text(2, material=False, since=START + 5 * DAY))

    assert permits([said()], START + 6 * DAY, texts)


@pytest.mark.requirement("INT-06")
@pytest.mark.parametrize("days", [None, 0, -1, 366, 5000])
def test_a_yes_without_end_or_beyond_its_terms_is_refused(days):
    until = None if days is None else START + days * DAY

    with pytest.raises(BeyondTerms):
        check_span(START, until, longest=Span(months=12))


@pytest.mark.requirement("INT-06")
@given(at=st.datetimes(timezones=st.just(UTC)))
def test_a_year_later_is_the_same_day_or_the_last_of_the_month(at):
    assume(at.year < MAXYEAR)
    later = Span(months=12).after(at)

    assert (later.year, later.month) == (at.year + 1, at.month)
    assert later.day == at.day or (at.month, at.day, later.day) == (2, 29, 28)


@pytest.mark.requirement("INT-04")
def test_a_text_keeps_its_hash_and_any_change_has_another():
    shown = (
        b'{"locale":"en","points":["You can say no."],"question":"May we?",'
        b'"template":"checkin.email","version":1}'
    )

    assert text().hash == sha256(shown).hexdigest()
    assert len({text().hash, text(2).hash, text(locale="pt").hash, text(question="So?").hash}) == 4


@pytest.mark.requirement("UXA-04")
def test_the_latest_text_in_force_is_asked_and_none_in_another_language():
    texts = (text(), text(2, since=START + DAY), text(1, locale="pt"))

    assert text_in_force(texts, "checkin.email", "en", START).version == 1
    assert text_in_force(texts, "checkin.email", "en", START + DAY).version == 2
    assert text_in_force(texts, "checkin.email", "pt-BR", START).locale == "pt"
    with pytest.raises(NotInThisLanguage):
        text_in_force(texts, "checkin.email", "ar", START)
    with pytest.raises(NothingToAsk):
        text_in_force(texts, "checkin.email", "en", START - DAY)
