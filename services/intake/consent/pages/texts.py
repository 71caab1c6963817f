"""Every text that anyone was shown here, as it is kept, for whoever has a record and asks."""

from services.intake.consent.models import ConsentText
from services.intake.consent.pages.shown import blueprint
from shared.consent.pages import texts_page
from shared.web import reading


@blueprint.get("/consent/texts")
def texts() -> str:
    """Show the texts that are kept, byte for byte, each under its hash; none names anyone."""
    with reading() as work:
        return texts_page(work, ConsentText)
