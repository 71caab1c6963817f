"""The doors for people: a member's seat and link, and the pages of the treating clinician."""

from services.intake.consent.pages import asking, overview, person, rehearsing, seat, texts

__all__ = ["asking", "overview", "person", "rehearsing", "seat", "texts"]
