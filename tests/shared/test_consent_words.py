"""What people are asked is short, the same in every language, never edited, and never guessed."""

import re
from datetime import UTC, datetime

import pytest

from shared.consent.languages import every_text, language_for, languages
from shared.consent.purposes import KINDS, Owner, UnknownPurpose, kept_by, kind_of
from shared.consent.terms import Span
from shared.consent.texts import NotInThisLanguage
from shared.contracts.words import Purpose
from tests.shared.reading import grade, sentences, too_hard

KEPT = {
    ("ar", "terms.apart", 1): "270d99295a4d17d0",
    ("ar", "terms.limited", 1): "3c258abc45df1868",
    ("ar", "terms.open", 1): "48d35fd016cd817f",
    ("en", "terms.apart", 1): "4a9693917df6d564",
    ("en", "terms.limited", 1): "d7e3ddbfce5b42da",
    ("en", "terms.open", 1): "0251711169c493e1",
    ("es", "terms.apart", 1): "90dbbd996ad06d32",
    ("es", "terms.limited", 1): "1ec31236465b34d7",
    ("es", "terms.open", 1): "a7d3e6e06fae6f47",
    ("ar", "treatment.record", 1): "54a2508962726ce9",
    ("ar", "checkin.email", 1): "09651b417efbe534",
    ("ar", "checkin.sms", 1): "2e2b7e084770f5f7",
    ("ar", "checkin.safety_items", 1): "353d9e9f5bd30e13",
    ("ar", "share.item", 1): "80e82c37d82772a7",
    ("ar", "exercise", 1): "01133eacbeb8a021",
    ("ar", "report.aggregate", 1): "4e0c3742d329de19",
    ("ar", "report.aggregate", 2): "8502e7b4294d42c7",
    ("ar", "contact.voicemail", 1): "3ba0a35d33d2e78b",
    ("ar", "referral", 1): "2022d6542c0dd435",
    ("ar", "research", 1): "89070293be3e50a8",
    ("en", "treatment.record", 1): "b258dfb69d663577",
    ("en", "checkin.email", 1): "4c7f04f0de5abf17",
    ("en", "checkin.sms", 1): "091116cfeecdefae",
    ("en", "checkin.safety_items", 1): "c4e072cb70028775",
    ("en", "share.item", 1): "1fee1a1402262776",
    ("en", "exercise", 1): "616389dd59576790",
    ("en", "report.aggregate", 1): "3f3f29218e592e4e",
    ("en", "report.aggregate", 2): "fabb0c596955da26",
    ("en", "contact.voicemail", 1): "995135b881c92306",
    ("en", "referral", 1): "ab3b2687a7a0a6c4",
    ("en", "research", 1): "a251b11d1471dcd6",
    ("es", "treatment.record", 1): "1ed0e8cb8105892e",
    ("es", "checkin.email", 1): "7a48849aa03d0d36",
    ("es", "checkin.sms", 1): "e60aebe0d7861214",
    ("es", "checkin.safety_items", 1): "897574b7b70b7e1c",
    ("es", "share.item", 1): "722d3fe8de4f8d86",
    ("es", "exercise", 1): "022f863c0fd3cfd1",
    ("es", "report.aggregate", 1): "692ab08a561be607",
    ("es", "report.aggregate", 2): "5045834dff7794d3",
    ("es", "contact.voicemail", 1): "d28eac17c9d9ba49",
    ("es", "referral", 1): "00fe1b4cfc938999",
    ("es", "research", 1): "5de485e7c9f915ad",
}
"""Every text that was ever in force, by the beginning of its hash. A new one is a new line."""

START = datetime(2026, 3, 2, tzinfo=UTC)


def texts_of(tag):
    return languages()[tag].texts


class TestTexts:
    @pytest.mark.requirement("UXA-03")
    @pytest.mark.parametrize("text", texts_of("en"), ids=lambda t: f"{t.purpose}-{t.version}")
    def test_in_english_are_easy_to_read(self, text):
        whole = " ".join([text.question, *text.points])

        assert grade(whole) <= 6
        assert max(map(len, sentences(whole))) <= 20

    @pytest.mark.requirement("UXA-03")
    def test_around_the_questions_are_as_easy_to_read(self):
        english = language_for("en")
        notes = [f"{note.stops} {note.stays}" for note in english.notes.values()]
        pages = [text for text in english.page.values() if " " in text]

        assert max(grade(text) for text in notes) <= 6
        assert too_hard([*notes, *english.policies.values()]) == []
        assert too_hard(pages) == []

    @pytest.mark.requirement("UXA-03")
    def test_that_a_native_reader_has_not_read_say_so(self):
        waiting = {tag for tag, language in languages().items() if not language.reviewed_by}

        assert waiting == {"es", "ar"}

    @pytest.mark.requirement("INT-05", "UXA-04")
    @pytest.mark.parametrize("tag", ["es", "ar"])
    def test_have_the_same_versions_in_every_language(self, tag):
        def facts(texts):
            return {
                (t.purpose, t.version, t.material, t.in_force_from, len(t.points)) for t in texts
            }

        assert facts(texts_of(tag)) == facts(texts_of("en"))
        assert languages()[tag].notes.keys() == languages()["en"].notes.keys() == KINDS.keys()
        assert languages()[tag].page.keys() == languages()["en"].page.keys()
        assert len(languages()[tag].months) == 12

    @pytest.mark.requirement("UXA-04")
    def test_know_in_which_direction_they_run(self):
        assert {tag: found.direction for tag, found in languages().items()} == {
            "ar": "rtl",
            "en": "ltr",
            "es": "ltr",
        }

    @pytest.mark.requirement("UXA-04")
    def test_are_never_replaced_by_those_of_another_language(self):
        assert language_for("es-MX").tag == "es"
        with pytest.raises(NotInThisLanguage):
            language_for("fi")

    @pytest.mark.requirement("INT-04")
    def test_that_were_in_force_are_as_they_were(self):
        known = {(t.locale, t.purpose, t.version): t.hash[:16] for t in every_text()}

        assert known.items() >= KEPT.items()
        assert len(known) == len(every_text())


PLEA = re.compile(
    r"\b(sure|really|reconsider|think again|stay with|miss|sorry|sad|regret|lose|pity|recommend"
    r"|better|help us|why not|reason|because of you|last chance"
    r"|seguro|quédate|lástima|perder|motivo)\b",
    re.IGNORECASE,
)


@pytest.mark.parametrize("tag", languages())
class TestANo:
    @pytest.mark.requirement("INT-09")
    def test_is_told_beforehand_what_stops_and_what_stays_for_every_purpose(self, tag):
        notes = languages()[tag].notes

        assert set(notes) == set(KINDS)
        assert all(note.stops.strip() and note.stays.strip() for note in notes.values())

    @pytest.mark.requirement("INT-07")
    def test_is_asked_no_reason_and_nobody_pleads(self, tag):
        language = languages()[tag]
        around = [
            *language.page.values(),
            *(it.stops + " " + it.stays for it in language.notes.values()),
        ]

        assert [words for words in around if PLEA.search(words)] == []


@pytest.mark.parametrize(
    "words", ["Are you sure?", "Do you really want to leave?", "We would miss you."]
)
@pytest.mark.requirement("INT-07")
def test_a_plea_is_recognised(words):
    assert PLEA.search(words)


class TestTable:
    def test_names_every_purpose_of_the_chapter(self):
        assert list(KINDS) == [
            "treatment.record",
            "terms.apart",
            "terms.limited",
            "terms.open",
            "checkin.email",
            "checkin.sms",
            "checkin.safety_items",
            "share.item",
            "exercise",
            "report.aggregate",
            "contact.voicemail",
            "referral",
            "research",
        ]

    @pytest.mark.requirement("INT-06")
    def test_lets_no_yes_hold_longer_than_a_year_and_what_is_used_once_a_fortnight(self):
        for kind in KINDS.values():
            longest = Span(days=14) if kind.once else Span(months=12)
            assert kind.longest.after(START) <= longest.after(START), kind.code

    def test_gives_every_purpose_to_one_service(self):
        sessions = {kind.code for kind in kept_by(Owner.SESSIONS)}

        assert sessions == {"share.item", "exercise", "referral"}

    @pytest.mark.requirement("CHK-14")
    def test_asks_for_someone_on_duty_for_one_purpose(self):
        assert [kind.code for kind in KINDS.values() if kind.needs_duty] == ["checkin.safety_items"]

    @pytest.mark.requirement("PLT-11")
    def test_tells_others_neutral_words_each_of_one_purpose(self):
        words = [kind.wire for kind in KINDS.values() if kind.wire]

        assert sorted(words) == sorted(Purpose)
        assert not any("safe" in word or "voice" in word for word in words)

    @pytest.mark.parametrize("purpose", ["exercise.X10", "referral.7f3a", "share.item.a1"])
    def test_knows_what_is_about_one_thing(self, purpose):
        assert purpose.startswith(kind_of(purpose).code)

    @pytest.mark.parametrize(
        "purpose", ["", "exercise", "exercise.", "exercise.a b", "checkin.email.x", "love"]
    )
    def test_refuses_what_it_does_not_know(self, purpose):
        with pytest.raises(UnknownPurpose):
            kind_of(purpose)
