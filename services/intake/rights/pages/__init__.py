"""The pages about requests: taking them down, deciding, handing over, and a clinic's own rule."""

from services.intake.rights.pages import deciding, handing, requests, rules
from services.intake.rights.pages.shown import blueprint

__all__ = ["blueprint", "deciding", "handing", "requests", "rules"]
