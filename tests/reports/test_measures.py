"""What is counted takes no side, and a definitions file that does not fit is refused."""

import re
import tomllib

import pytest

from services.reports.measures.domain import BadDefinitions, read_plan
from services.reports.measures.queries import DEFINITIONS, current_plan

RANKING = re.compile(r"\b(score|rank|normal|target|best|worst|better|low libido|more sex)\b", re.I)
SPEECH = re.compile(r"\b(both partners|husband|wife|gender|couple of two)\b", re.I)


@pytest.mark.requirement("RPT-06")
@pytest.mark.parametrize("measure", current_plan().measures, ids=lambda measure: measure.code)
def test_no_name_of_a_measure_or_category_says_what_is_better(measure):
    words = [measure.name, measure.question, measure.headline_words]
    words += [one.name for one in (*measure.categories, *measure.columns)]

    assert not RANKING.search(" ".join(words))
    assert not SPEECH.search(" ".join([*words, measure.method, measure.caution]))


@pytest.mark.requirement("RPT-06")
@pytest.mark.parametrize("measure", current_plan().measures, ids=lambda measure: measure.code)
def test_every_measure_says_what_may_not_be_concluded(measure):
    assert measure.caution.endswith(".")
    assert measure.method.endswith(".")


@pytest.mark.requirement("RPT-06")
def test_the_distance_of_wishes_is_no_headline():
    [rhythm] = [measure for measure in current_plan().measures if measure.code == "rhythm"]

    assert rhythm.headline == ""


def mistakes():
    return {
        "a code said twice": lambda one: one["categories"].append(one["categories"][0]),
        "a category in no column": lambda one: one["columns"].pop(),
        "a headline of no category": lambda one: one.update(headline="missing"),
        "a missing field": lambda one: one.pop("question"),
        "an unknown field": lambda one: one.update(target=3),
    }


@pytest.mark.parametrize("mistake", mistakes())
def test_definitions_that_do_not_fit_are_refused(mistake):
    written = tomllib.loads(DEFINITIONS.read_text())
    mistakes()[mistake](written["measure"][0])

    with pytest.raises(BadDefinitions):
        read_plan(written)


def test_a_row_counts_in_the_words_of_its_teller():
    [checkins] = [measure for measure in current_plan().measures if measure.code == "checkins"]

    assert checkins.counts("checkins.answered", "some") == "half"
    assert checkins.counts("checkins", "half") == "half"
    assert checkins.counts("checkins", "unheard of") is None
    assert checkins.counts("communication", "same") is None
