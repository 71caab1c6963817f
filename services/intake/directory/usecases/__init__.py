"""What the directory does: found, register, give roles, and open or close the staff's door."""

from services.intake.directory.usecases.clinics import (
    change_clinic,
    found_organization,
    register_clinic,
)
from services.intake.directory.usecases.door import (
    choose_password,
    close_sessions,
    open_session,
    sign_in,
    sign_out,
    switch_role,
)
from services.intake.directory.usecases.staff import (
    change_roles,
    register_staff,
    renew_password,
)

__all__ = [
    "change_clinic",
    "change_roles",
    "choose_password",
    "close_sessions",
    "found_organization",
    "open_session",
    "register_clinic",
    "register_staff",
    "renew_password",
    "sign_in",
    "sign_out",
    "switch_role",
]
