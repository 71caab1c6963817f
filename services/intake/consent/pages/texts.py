"""Every text that anyone was shown here, as it is kept, for whoever has a record and asks."""

import json
from typing import Any

from flask import render_template

from services.intake.consent import queries
from services.intake.consent.models import ConsentText
from services.intake.consent.pages.shown import blueprint
from shared.consent.languages import languages
from shared.consent.purposes import KINDS
from shared.web import reading


@blueprint.get("/consent/texts")
def texts() -> str:
    """Show the texts that are kept, byte for byte, each under its hash; none names anyone."""
    with reading() as work:
        rows = [_row(text) for text in queries.texts_kept(work)]
    return render_template("intake/consent/texts.html", rows=rows)


def _row(text: ConsentText) -> dict[str, Any]:
    shown = json.loads(text.canonical)
    language = languages().get(shown["locale"])
    kind = KINDS.get(shown["template"])
    return {
        "hash": text.hash,
        "whole": queries.is_as_kept(text),
        "about": kind.says if kind else shown["template"],
        "template": shown["template"],
        "version": shown["version"],
        "locale": shown["locale"],
        "dir": language.direction if language else "ltr",
        "question": shown["question"],
        "points": shown["points"],
        "canonical": text.canonical,
    }
