"""Nothing that the house says labels, presses, compares or promises, and messages say nothing.

Two lists: labels that turn a changing state into a flaw of a person, which nothing of ours may
hold; and what messages and members' pages may not say, because others may look over a shoulder.
"""

import ast
import re
from pathlib import Path

import pytest

from tests.house.tree import files, named, text_of

LABELS = {
    "frigid": r"\bfrigid(?! (weather|air|water|morning))",
    "low-libido, high-drive": r"\b(low|high)(er|est)?[- ](libido|drive|desire)\b",
    "sex addict": r"\bsex addicts?\b",
    "nymphomaniac": r"\bnymphomaniac|\boversexed|\bundersexed",
    "broken": r"\b(is|are|am|feels?|a) (broken|defective)\b(?! (link|message|line|file|address))",
    "not functioning": r"\bnot functioning\b",
    "abnormal": r"\babnormal",
    "dysfunctional": r"\bdysfunction",
    "damaged goods": r"\bdamaged goods\b",
    "prude": r"\bprud(e|ish)\b",
    "pervert": r"\bpervert|\b(sick|disgusting) wish",
    "immature about sex": r"\bimmature about\b",
    "is the problem": r"\b(he|she|they|who|partner|member) (is|are) the problem\b",
    "identified patient": r"\bidentified patient\b",
    "suffers from": r"\bsuffer(s|ing)? from (low|high|a lack)\b",
    "fails to": r"\bfail(s|ed|ing)? to (get aroused|respond|perform)\b",
    "noncompliant": r"\bnon-?complian(t|ce)\b|\bresistant (client|member|person|partner)",
    "in denial": r"\bin denial\b",
    "refuses intimacy": r"\brefus(es|ed|ing|al of) intimacy\b",
}
"""What no template, data file or sentence of ours may hold, and how it is recognised."""

ABOUT = (
    r"sex\w*|desires?|libido|intima\w+|couples?|marri\w+|marital|partners?|therap\w+|counsel\w+",
    r"diagnos\w+|clinics?|infidel\w+|affairs?",
)
OTHERS = r"both of you|waiting for|has (not )?answered|match(ing)? score"
PRESSING = r"should|must|try harder|make time|do not miss|overdue|streaks?|countdown|homework|hurry"
PROMISES = r"completely confidential|only you can see|24/7|you are safe|no risk"
DANGER = r"police|violen\w+|abus\w+|confront|leave (him|her|them)"
DENIED = {
    "names what it is about": rf"\b({'|'.join(ABOUT)})\b",
    "speaks of the other": rf"\b({OTHERS})\b",
    "presses": rf"\b({PRESSING})\b",
    "judges": r"\b(normal|healthy|mismatch|fault|average)\b",
    "sets a target": r"\b(times a (day|week|month)|more often|less often|how often)\b",
    "promises": rf"\b({PROMISES})\b",
    "advises on danger": rf"\b({DANGER})\b",
    "asks for what a message must not carry": r"\b(your password|reply with your|send us your)\b",
}
"""What no automated message and no page of a member may say, and how it is recognised."""

APPROVED = (
    "Your answers go to your therapist, and not to anyone you come with.",
    "Your therapist may have to act if someone is in danger.",
    "Your therapist can open them again if you ask.",
    "May we count your answers in a clinic report?",
)
"""Sentences looked at one by one, and the same for everybody: who reads a form; a text that was in
force and is kept as it was."""

MEMBERS_LAYOUT = re.compile(
    r"{%-? *extends \"(intake/consent/)?(member|left|seat_\w+|member_error)\.html\""
)
MEMBERS_OWN = ("member.html", "left.html", "member_error.html")
JINJA = re.compile(r"{#.*?#}|{%.*?%}|{{.*?}}", re.DOTALL)
HTML = re.compile(r"<!--.*?-->|<(script|style)\b.*?</\1>|<[^>]+>", re.DOTALL)
QUOTED = re.compile(r"\"((?:[^\"\\]|\\.)*)\"")
SPEAKING = re.compile(r"{{.*?}}|{% *(?:call|set|block).*?%}", re.DOTALL)


def templates() -> list[Path]:
    return files("services/**/templates/**", "shared/web/templates/**", "deploy/templates/**")


def data_files() -> list[Path]:
    kinds = ("toml", "json", "txt", "csv", "md")
    tops = ("services", "deploy/seed", "shared/consent/words", "shared/web/words")
    return files(*(f"{top}/**.{kind}" for top in tops for kind in kinds))


def for_members() -> list[Path]:
    """Return the templates that members see, and the questions that they are asked."""
    pages = [
        path
        for path in templates()
        if path.name in MEMBERS_OWN or MEMBERS_LAYOUT.search(text_of(path))
    ]
    asked = files(
        "services/reminders/**.toml", "shared/consent/words/*.toml", "shared/web/words/*.toml"
    )
    return [*pages, *asked]


def messages() -> list[Path]:
    """Return the modules and files from which automated messages are made."""
    return files("services/reminders/sending/*.py", "services/reminders/sending/**.toml")


def said_in(path: Path) -> str:
    """Return what people may read of a file, in one line: no marks, no names of things."""
    text = text_of(path)
    if path.suffix == ".py":
        return _flat(" ".join(sentences_in(text)))
    if path.suffix == ".html":
        spoken = " ".join(said for part in SPEAKING.findall(text) for said in QUOTED.findall(part))
        return _flat(f"{HTML.sub(' ', JINJA.sub(' ', text))} {spoken}")
    return _flat("\n".join(line for line in text.splitlines() if not line.startswith("#")))


def sentences_in(source: str) -> list[str]:
    """Return the strings of a module that are more than a word, its docstrings left out."""
    tree = ast.parse(source)
    silent = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and ast.get_docstring(node, clean=False) is not None
        and not _is_refusal(node)
    }
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and " " in node.value
        and id(node) not in silent
    ]


def hits(patterns: dict[str, str], text: str) -> dict[str, str]:
    """Return what a text holds of a list: the name of the line, and the words that were found."""
    found = {name: re.search(pattern, text, re.IGNORECASE) for name, pattern in patterns.items()}
    return {name: hit[0] for name, hit in found.items() if hit}


def test_no_page_and_no_data_labels_anyone():
    everything = [*templates(), *data_files(), *files("services/**.py", "deploy/**.py")]

    found = {named(path): said for path in everything if (said := hits(LABELS, said_in(path)))}

    assert len(everything) > 50
    assert found == {}


@pytest.mark.requirement("CHK-01", "CHK-19")
def test_no_message_and_no_members_page_says_what_it_must_not():
    shown = [*for_members(), *messages()]

    found = {named(path): said for path in shown if (said := hits(DENIED, _unapproved(path)))}

    assert {path.suffix for path in shown} == {".html", ".toml", ".py"}
    assert found == {}


@pytest.mark.parametrize(
    "sentence",
    [
        "She is frigid.",
        "the low-libido partner",
        "This couple is dysfunctional",
        "He is the problem",
        "an identified patient",
        "a noncompliant client",
        "refuses intimacy",
        "They are broken",
    ],
)
def test_a_label_is_recognised(sentence):
    assert hits(LABELS, sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "A frigid morning on the coast",
        "The address is a broken link",
        "The interest is lower than before",
        "This is not possible right now",
        "Nothing was changed; try again",
        "It fails to load",
    ],
)
def test_an_ordinary_sentence_is_left_alone(sentence):
    assert hits(LABELS, sentence) == {}


@pytest.mark.parametrize(
    "sentence",
    [
        "Your partner has answered.",
        "We are waiting for the form.",
        "You should answer today.",
        "Your streak ends tonight",
        "This is completely confidential.",
        "How often would be normal?",
        "Time for your desire talk!",
        "Your couples clinic",
    ],
)
def test_what_a_message_must_not_say_is_recognised(sentence):
    assert hits(DENIED, sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "Your short form is ready. Open it when you have a quiet moment.",
        "This link has closed. You do not need to do anything.",
        "You can skip any question. You can leave at any time.",
    ],
)
def test_the_agreed_texts_pass(sentence):
    assert hits(DENIED, sentence) == {}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.html", '{% extends "staff.html" %}<p title="x">Hello</p>{{ field("frigid person") }}'),
        ("a.toml", 'name = "a frigid person"'),
        ("a.py", '"""Docstring."""\nSAID = "a frigid person"'),
    ],
)
def test_words_are_found_wherever_people_may_read_them(tmp_path, name, text):
    (tmp_path / name).write_text(text)

    assert hits(LABELS, said_in(tmp_path / name))


def _unapproved(path: Path) -> str:
    said = said_in(path)
    for sentence in APPROVED:
        said = said.replace(sentence, " ")
    return said


def _is_refusal(node: ast.AST) -> bool:
    """Whether a class is a refusal, whose docstring is shown to people."""
    return isinstance(node, ast.ClassDef) and any(
        isinstance(base, ast.Name) and base.id in ("Refusal", "NotFound", "Conflict", "NotAllowed")
        for base in node.bases
    )


def _flat(text: str) -> str:
    return " ".join(text.split())
