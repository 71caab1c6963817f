"""A pack says where it is from and on what ground it is here, or is not loaded; scores add up."""

import copy
import re
import shutil
import tomllib
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.questionnaires import domain, queries
from services.intake.questionnaires.domain import BadPack, Direction, Form, Kind, Summing
from services.intake.screening import queries as modules
from tests.house.test_language import DENIED, hits

WRITTEN = {
    "number": 7,
    "version": 1,
    "name": "Three small questions",
    "form": "items",
    "population": "Nobody yet.",
    "source": "Written for this test.",
    "licence": {"name": "Free", "text": "May be used by anyone.", "checked_on": date(2026, 1, 2)},
    "scoring": {
        "summing": "sum",
        "direction": "higher",
        "missing": 1,
        "low": 0,
        "high": 12,
        "says": "Higher: more of it.",
        "reversed": ["b"],
    },
    "change": {"points": 3, "source": "This test.", "verified": True},
    "reliability": [{"what": "alpha", "value": 0.9, "source": "This test.", "verified": False}],
    "scales": {"much": [0, 1, 2, 3, 4]},
    "sections": [
        {
            "code": "all",
            "items": [
                {"code": "a", "kind": "scale", "scale": "much"},
                {"code": "b", "kind": "steps", "from": 4, "to": 0},
                {"code": "c", "kind": "steps", "from": 0, "to": 4},
                {"code": "d", "kind": "text"},
            ],
        }
    ],
    "languages": {
        "en": {
            "reviewed_by": "",
            "title": "Three questions",
            "sections": {"all": "All"},
            "scales": {"much": ["none", "little", "some", "much", "all"]},
            "items": {
                "a": {"says": "How much?"},
                "b": {"says": "From what to what?", "low": "much", "high": "little"},
                "c": {"says": "How far?", "low": "near", "high": "far"},
                "d": {"says": "What else?"},
            },
        }
    },
}
NO_LICENCE = "A pack without the text of its licence cannot be loaded."
ANSWER = st.none() | st.integers(0, 4) | st.just(domain.DEPENDS)
ANSWERS = st.fixed_dictionaries(dict.fromkeys("abc", ANSWER))


def changed(*path, to=None):
    """Return the pack with one key of it changed, or left out."""
    written = copy.deepcopy(WRITTEN)
    place = written
    for step in path[:-1]:
        place = place[step]
    if to is None:
        del place[path[-1]]
    else:
        place[path[-1]] = to
    return written


def read(written=None):
    return domain.read_pack(written or WRITTEN, file="small.toml")


def refused(written):
    """Return what is said against a pack, a line for each fault."""
    with pytest.raises(BadPack) as refusal:
        read(written)
    return str(refusal.value).splitlines()


class TestAPack:
    def test_that_holds_everything_is_loaded(self):
        pack = read()

        assert [item.code for item in pack.scored_items] == ["a", "b", "c"]
        assert pack.scoring.direction is Direction.HIGHER
        assert len(pack.hash) == 64

    @pytest.mark.parametrize(
        ("written", "said"),
        [
            (
                changed("licence", "text"),
                f"small.toml: licence.text: {NO_LICENCE}",
            ),
            (
                changed("licence", "text", to="  "),
                f"small.toml: licence.text: {NO_LICENCE}",
            ),
            (changed("source"), "small.toml: source: This is needed."),
            (changed("population"), "small.toml: population: This is needed."),
            (
                changed("licence", "checked_on", to="lately"),
                "small.toml: licence.checked_on: A date is needed, such as 2026-01-31.",
            ),
            (
                changed("scoring", "direction", to="up"),
                "small.toml: scoring.direction: Write one of: higher, lower, none.",
            ),
            (changed("scoring", "missing"), "small.toml: scoring.missing: A number is needed."),
            (
                changed("scoring", "high", to=13),
                "small.toml: scoring.low: The items do not add up to this range.",
            ),
            (
                changed("scoring", "reversed", to=["d"]),
                "small.toml: scoring.reversed: Only items that are worth a number can be reversed.",
            ),
            (
                changed("scoring", "missing", to=3),
                "small.toml: scoring.missing: At least one answer is needed for a score.",
            ),
            (
                changed("change", "points", to=99),
                "small.toml: change.points: A threshold lies within the range of the score.",
            ),
            (changed("change", "source"), "small.toml: change.source: This is needed."),
            (changed("change", "verified"), "small.toml: change.verified: Write true or false."),
            (
                changed("reliability", 0, "source"),
                "small.toml: reliability.1.source: This is needed.",
            ),
            (
                changed("languages", "en", "reviewed_by"),
                "small.toml: languages.en.reviewed_by: "
                "Say who reviewed the words; nobody yet is written as “”.",
            ),
            (
                changed("languages", "en", "items", "c", "says"),
                "small.toml: languages.en.items.c.says: This is needed.",
            ),
            (
                changed("languages", "en", "scales", "much", to=["none", "all"]),
                "small.toml: languages.en.items.a.options: "
                "There are not as many words as there are options.",
            ),
            (
                changed("sections", 0, "items", 0, "scale", to="many"),
                "small.toml: sections.1.items.1.scale: There is no such scale in this file.",
            ),
            (
                changed("minutes", to=11),
                "small.toml: minutes: It must be done within 10 minutes.",
            ),
            (
                changed("form", to="score"),
                "small.toml: sections: Where only a score may be entered, no item is shipped.",
            ),
        ],
        ids=lambda value: value.split(": ")[1] if isinstance(value, str) else "",
    )
    def test_with_a_fault_is_refused_with_a_sentence(self, written, said):
        assert said in refused(written)

    def test_with_two_items_of_one_code_is_refused(self):
        written = changed("sections", 0, "items", 3, "code", to="a")
        del written["languages"]["en"]["items"]["d"]

        assert refused(written) == ["small.toml: sections: Two items have the same code."]

    @pytest.mark.requirement("INT-18")
    @pytest.mark.parametrize("key", ["cutoff", "norm", "bands", "ranks"])
    def test_has_no_place_for_a_cut_off_or_a_norm(self, key):
        assert refused(changed(key, to=5)) == [
            f"small.toml: {key}: A file of this kind has no such key."
        ]

    def test_says_every_fault_at_once(self):
        written = changed("source")
        del written["licence"]["text"], written["scoring"]["says"]

        assert len(refused(written)) == 3

    @pytest.mark.parametrize("value", ["words", 5, [1], [["a"]], {"x": 1}, True])
    @pytest.mark.parametrize(
        "key", ["licence", "scoring", "sections", "languages", "scales", "reliability", "change"]
    )
    def test_of_any_other_shape_is_refused_and_breaks_nothing(self, key, value):
        assert refused(changed(key, to=value))

    def test_has_a_hash_of_what_it_says_and_not_of_how_it_is_written(self):
        turned = dict(reversed(copy.deepcopy(WRITTEN).items()))

        assert read(turned).hash == read().hash
        assert read(changed("languages", "en", "title", to="Three!")).hash != read().hash

    @pytest.mark.parametrize("load", [queries.load_checked, modules.load_checked])
    @pytest.mark.parametrize(
        ("spoil", "said"),
        [
            (lambda file: file.write_text(file.read_text().replace("source = ", "source = 'x' #")),
             "does not say what it said when it was checked"),
            (lambda file: file.rename(file.with_name("other.toml")), "nobody has checked it"),
            (lambda file: file.unlink(), "is not there"),
        ],
        ids=["changed", "not named", "missing"],
    )  # fmt: skip
    def test_that_fails_its_hash_is_refused_and_no_other_is_loaded(
        self, tmp_path, load, spoil, said
    ):
        folder = queries.PACKS if load is queries.load_checked else modules.MODULES
        copied = shutil.copytree(folder, tmp_path / "copied")
        as_it_was = load(copied)

        spoil(min(copied.glob("*.toml")))

        assert as_it_was
        with pytest.raises(BadPack, match=said):
            load(copied)

    def test_is_refused_where_another_file_is_the_same(self, tmp_path):
        text = (queries.PACKS / "two-weeks.toml").read_text()
        for name in ("a.toml", "b.toml"):
            (tmp_path / name).write_text(text)

        with pytest.raises(BadPack, match=r"b\.toml: number: Another file has this"):
            queries.load(tmp_path.glob("*.toml"))

    def test_that_is_no_toml_is_refused_by_name(self, tmp_path):
        (tmp_path / "torn.toml").write_text("number = ")

        with pytest.raises(BadPack, match=r"torn\.toml: the whole file: "):
            queries.load(tmp_path.glob("*.toml"))


class TestScore:
    @given(ANSWERS)
    def test_stays_within_its_range_or_is_none(self, answers):
        pack = read()

        found = domain.score(pack, answers)

        left_out = sum(type(answer) is not int for answer in answers.values())
        assert (found is None) is (left_out > pack.scoring.missing)
        if found is not None:
            assert pack.scoring.low <= found <= pack.scoring.high

    @given(st.fixed_dictionaries({code: st.integers(0, 4) for code in "abc"}))
    def test_of_a_whole_form_is_the_sum_with_reversed_items_turned(self, answers):
        assert domain.score(read(), answers) == answers["a"] + (4 - answers["b"]) + answers["c"]

    @given(ANSWERS)
    def test_turned_over_and_over_is_the_same(self, answers):
        turned = {code: 4 - a if type(a) is int else a for code, a in answers.items()}
        over = changed("scoring", "reversed", to=["a", "c"])

        assert domain.score(read(), answers) == domain.score(read(over), turned)

    @given(st.integers(0, 4), st.integers(0, 4))
    def test_the_mean_of_the_others_stands_in_for_what_is_missing(self, one, other):
        found = domain.score(read(), {"a": one, "c": other})

        assert found == round((one + other) / 2 * 3, 2)

    @given(ANSWERS)
    def test_as_a_mean_lies_between_the_lowest_and_the_highest_answer(self, answers):
        mean = changed("scoring", "summing", to="mean")
        mean["scoring"]["high"] = mean["change"]["points"] = 4
        found = domain.score(read(mean), answers)

        assert found is None or 0 <= found <= 4

    @given(ANSWERS)
    def test_there_is_none_for_a_pack_without_scoring(self, answers):
        bare = changed("change")
        del bare["reliability"]
        bare["scoring"] = {"summing": "none", "direction": "none"}

        assert domain.score(read(bare), answers) is None

    def test_items_of_different_ranges_never_stand_in_for_each_other(self):
        wider = changed("sections", 0, "items", 2, "to", to=6)
        wider["scoring"]["high"] = 14

        said = "Items of different ranges cannot stand in for each other."
        assert refused(wider) == [f"small.toml: scoring.missing: {said}"]

    @given(st.floats(0, 12), st.floats(0, 12), st.sampled_from(list(Direction)))
    def test_a_change_is_one_from_the_threshold_on_and_reads_both_ways(self, one, other, way):
        pack = read(changed("scoring", "direction", to=way.value))

        there = domain.moved(pack, earlier=one, later=other, points=3)
        back = domain.moved(pack, earlier=other, later=one, points=3)

        if way is Direction.NONE:
            assert (there, back) == (None, None)
        elif abs(one - other) < 3:
            assert {there, back} == {domain.Moved.SAME}
        else:
            assert {there, back} == {domain.Moved.EASIER, domain.Moved.HARDER}


class TestAnswers:
    @given(st.lists(st.text(max_size=8), max_size=3), st.sampled_from("abcd"))
    def test_what_is_not_understood_is_left_out(self, sent, code):
        pack = read()

        found = domain.read_section(pack, pack.sections[0], lambda c: sent if c == code else [])

        assert found.keys() <= {code}
        assert code == "d" or found.get(code) in (None, 0, 1, 2, 3, 4)

    def test_it_depends_is_an_answer_to_our_own_questions_alone(self):
        mine = read(changed("own", to=True))

        own, published = (
            domain.read_section(pack, pack.sections[0], lambda _: [domain.DEPENDS])
            for pack in (mine, read())
        )

        assert own["a"] == own["b"] == domain.DEPENDS
        assert set(published) == {"d"}


SHIPPED = sorted(queries.packs().values(), key=lambda pack: pack.number)


@pytest.mark.parametrize("pack", SHIPPED, ids=lambda pack: str(pack.number))
class TestWhatShips:
    def test_says_where_it_is_from_and_on_what_ground_it_is_here(self, pack):
        assert pack.source
        assert pack.licence.text
        assert pack.licence.checked_on.year >= 2026

    def test_has_words_for_every_language_or_no_items_at_all(self, pack):
        assert bool(pack.items) is (pack.form is Form.ITEMS)
        assert not pack.own or {"en", "es", "ar"} <= set(pack.languages)

    def test_of_ours_is_not_scored_and_waits_for_a_native_reviewer(self, pack):
        if pack.own:
            assert pack.scoring.summing is Summing.NONE
            assert {one.reviewed_by for one in pack.languages.values()} == {""}

    @pytest.mark.requirement("INT-18")
    def test_names_no_score_of_wishes_and_no_verdict(self, pack):
        said = " ".join((pack.name, pack.scoring.says, pack.population))

        assert not re.search(r"\b(desire|libido|distress|dysfunction|normal|severe)", said, re.I)

    @pytest.mark.requirement("INT-18")
    def test_of_ours_says_nothing_that_a_members_page_must_not(self, pack):
        if pack.own:
            language = pack.languages["en"]
            words = [language.title, language.about, *language.sections.values()]
            for item in language.items.values():
                words += [item.says, item.hint, item.low, item.high, *item.options]

            assert hits(DENIED, " ".join(words)) == {}

    def test_takes_its_steps_one_by_one(self, pack):
        for item in pack.items:
            if item.kind is Kind.STEPS:
                assert {abs(one - other) for one, other in pairwise(item.values)} == {1}


def test_the_first_conversation_asks_for_values_and_preferences_apart():
    [pack] = [one for one in SHIPPED if one.number == 1]

    assert [section.code for section in pack.sections][:2] == ["values", "preferences"]
    assert pack.item("v1").kind is pack.item("p1").kind is Kind.LINES
    assert pack.minutes <= 10


def test_the_first_conversation_asks_for_hopes_in_own_words_and_for_background_and_context():
    [pack] = [one for one in SHIPPED if one.number == 1]
    sections = {section.code: section for section in pack.sections}

    assert list(sections)[2:] == ["hopes", "background", "context"]
    assert {item.kind for item in sections["hopes"].items} == {Kind.TEXT}
    assert {item.kind for item in sections["background"].items} == {Kind.TEXT}


def test_the_words_around_the_questions_are_there_in_every_language():
    words = tomllib.loads(queries.WORDS.read_text())

    assert set(words) == {"en", "es", "ar"}
    assert len({frozenset(one) for one in words.values()}) == 1
    assert {one["reviewed_by"] for one in words.values()} == {""}
    assert hits(DENIED, " ".join(words["en"].values())) == {}
