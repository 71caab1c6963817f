"""How hard a text is to read: the Flesch-Kincaid grade, with syllables counted by vowels."""

import re
from collections.abc import Iterable

SENTENCE = re.compile(r"[^.!?]+")
WORD = re.compile(r"[A-Za-z'-]+")
VOWELS = re.compile(r"[aeiouy]+")


def sentences(text: str) -> list[list[str]]:
    """Return the words of each sentence."""
    found = [WORD.findall(part) for part in SENTENCE.findall(text)]
    return [words for words in found if words]


def syllables(word: str) -> int:
    """Return how many syllables a word has, near enough: groups of vowels, a silent e left out."""
    plain = word.casefold()
    groups = len(VOWELS.findall(plain))
    silent = plain.endswith("e") and not plain.endswith("le") and groups > 1
    return max(groups - silent, 1)


def grade(text: str) -> float:
    """Return the school grade for which a text is written."""
    parts = sentences(text)
    words = [word for part in parts for word in part]
    per_sentence = len(words) / len(parts)
    per_word = sum(map(syllables, words)) / len(words)
    return 0.39 * per_sentence + 11.8 * per_word - 15.59


ENOUGH_WORDS = 10
"""From how many words on the grade of a text by itself means something."""


def too_hard(texts: Iterable[str], *, most: float = 6) -> list[str]:
    """Return what is above a grade, each text alone or all together, or has long sentences."""
    texts = list(texts)
    long = [text for text in texts if any(len(part) > 20 for part in sentences(text))]
    whole = [text for text in texts if sum(map(len, sentences(text))) >= ENOUGH_WORDS]
    together = " ".join(texts)
    hard = [text for text in whole if grade(text) > most]
    return [*long, *hard, *([together] if grade(together) > most else [])]


ELSEWHERE = re.compile(
    r"<head\b.*?</head>|<script\b.*?</script>|<(section|p|span)[^>]* lang=\"(?:es|ar)\".*?</\1>",
    re.DOTALL,
)
BETWEEN = re.compile(r"</?(?:p|h[1-6]|li|dt|dd|legend|label|button|summary|div|a)\b[^>]*>")


def said_on(page: str) -> list[str]:
    """Return what a page says in English, a part each; a heading or a line is a sentence."""
    spoken = BETWEEN.sub("|", ELSEWHERE.sub(" ", page))
    parts = (" ".join(re.sub(r"<[^>]+>", " ", part).split()) for part in spoken.split("|"))
    return [part if part[-1] in ".!?" else f"{part}." for part in parts if " " in part]
