"""What the directory does: found, register, give roles, and open or close the staff's door."""

from services.intake.directory.usecases.clinics import (
    change_clinic,
    choose_policy,
    found_organization,
    register_clinic,
)
from services.intake.directory.usecases.door import (
    choose_password,
    close_sessions,
    note_seen,
    open_session,
    prove_again,
    sign_in,
    sign_out,
    switch_role,
)
from services.intake.directory.usecases.second_step import (
    address_of_step,
    keep_second_step,
    new_step_secret,
    renew_recovery_codes,
)
from services.intake.directory.usecases.staff import (
    change_roles,
    register_staff,
    renew_password,
    reset_second_step,
)

__all__ = [
    "address_of_step",
    "change_clinic",
    "change_roles",
    "choose_password",
    "choose_policy",
    "close_sessions",
    "found_organization",
    "keep_second_step",
    "new_step_secret",
    "note_seen",
    "open_session",
    "prove_again",
    "register_clinic",
    "register_staff",
    "renew_password",
    "renew_recovery_codes",
    "reset_second_step",
    "sign_in",
    "sign_out",
    "switch_role",
]
