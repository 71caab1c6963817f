"""What is done about requests: taken down, decided, called off, handed over, carried out."""

from services.intake.rights.usecases.erasing import carry_out, destroy_keys, take_receipt
from services.intake.rights.usecases.requests import (
    call_off,
    change_rule,
    close_copy,
    lift,
    review,
    take_down,
)

__all__ = [
    "call_off",
    "carry_out",
    "change_rule",
    "close_copy",
    "destroy_keys",
    "lift",
    "review",
    "take_down",
    "take_receipt",
]
