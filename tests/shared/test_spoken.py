"""What members read is there in every language, easy to read, and says nothing that it must not."""

import string
from collections.abc import Iterator
from typing import Any

import pytest

from shared.consent.texts import NotInThisLanguage
from shared.spoken import speaks, spoken, spoken_for
from shared.web.page_context import WORDS as AROUND
from shared.web.page_context import member_words
from tests.house.tree import ROOT
from tests.shared.reading import too_hard

FOLDERS = sorted(
    path
    for top in ("services", "shared")
    for path in (ROOT / top).rglob("words")
    if path.is_dir() and path != ROOT / "shared/consent/words"
)
"""Every folder of words but that of consent texts, which has tests of its own."""

HELD_BY_THE_BANK = ROOT / "services/reminders/questions/words"
"""The questions themselves are English in their bank, and have files for the others."""


def names(says: Any, at: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text with where it stands."""
    if isinstance(says, str):
        yield at, says
        return
    pairs = says.items() if isinstance(says, dict) else enumerate(says)
    for key, more in pairs:
        yield from names(more, f"{at}.{key}")


def blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def said(folder, tag):
    return dict(names(spoken(folder)[tag].says))


def test_every_folder_of_words_is_looked_at():
    assert [folder.parent.relative_to(ROOT).as_posix() for folder in FOLDERS] == [
        "services/intake/rights",
        "services/reminders/forms",
        "services/reminders/questions",
        "services/reminders/sending",
        "shared/web",
    ]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.parent.name)
class TestAFolderOfWords:
    @pytest.mark.requirement("UXA-04")
    def test_holds_the_same_languages_as_every_other_and_how_they_run(self, folder):
        expected = {"en": "ltr", "es": "ltr", "ar": "rtl"}
        if folder == HELD_BY_THE_BANK:
            del expected["en"]

        assert {tag: one.direction for tag, one in spoken(folder).items()} == expected

    @pytest.mark.requirement("UXA-04")
    def test_says_the_same_things_with_the_same_blanks_in_every_language(self, folder):
        first, *others = spoken(folder)
        shape = {name: blanks(text) for name, text in said(folder, first).items()}

        assert all(said(folder, first).values())
        for tag in others:
            assert {name: blanks(text) for name, text in said(folder, tag).items()} == shape
            assert all(said(folder, tag).values())

    @pytest.mark.requirement("UXA-03")
    def test_says_which_languages_a_native_reader_has_not_read(self, folder):
        waiting = {tag for tag, one in spoken(folder).items() if not one.reviewed_by}

        assert waiting == {"es", "ar"}


@pytest.mark.requirement("UXA-03")
@pytest.mark.parametrize(
    "folder",
    [folder for folder in FOLDERS if folder != HELD_BY_THE_BANK],
    ids=lambda path: path.parent.name,
)
def test_english_is_easy_to_read(folder):
    texts = [text for text in said(folder, "en").values() if " " in text]

    assert too_hard(text if text[-1] in ".!?" else f"{text}." for text in texts) == []


class TestALanguage:
    @pytest.mark.requirement("UXA-04")
    def test_serves_its_regions_and_is_never_replaced_by_another(self):
        assert spoken_for(AROUND, "es-MX").tag == "es"
        assert not speaks(AROUND, "fi")
        with pytest.raises(NotInThisLanguage):
            spoken_for(AROUND, "fi")

    def test_stands_around_a_page_alone_where_it_is_known_and_with_all_others_where_it_is_not(self):
        assert [one.tag for one in member_words("ar")] == ["ar"]
        assert [one.tag for one in member_words()] == ["en", "es", "ar"]
        assert [one.tag for one in member_words("fi")] == ["en", "es", "ar"]
