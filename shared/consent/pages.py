"""The page of the texts that people were shown, for whoever has a record and asks."""

import json
from typing import Any

from flask import render_template

from shared.consent.kept import TextRow, is_as_kept, texts_kept
from shared.consent.languages import languages
from shared.consent.purposes import KINDS
from shared.store import UnitOfWork


def texts_page(work: UnitOfWork, kind: type[TextRow]) -> str:
    """Return the page of the texts that are kept, each under its hash; none names anyone."""
    rows = [_shown(text) for text in texts_kept(work, kind)]
    return render_template("consent_texts.html", rows=rows)


def _shown(text: TextRow) -> dict[str, Any]:
    shown = json.loads(text.canonical)
    language = languages().get(shown["locale"])
    kind = KINDS.get(shown["template"])
    return {
        "hash": text.hash,
        "whole": is_as_kept(text),
        "about": kind.says if kind else shown["template"],
        "template": shown["template"],
        "version": shown["version"],
        "locale": shown["locale"],
        "dir": language.direction if language else "ltr",
        "question": shown["question"],
        "points": shown["points"],
        "canonical": text.canonical,
    }
