"""The first step of a new installation: an organization, and the first who may sign in to it."""

from collections.abc import Callable
from secrets import token_bytes

from deploy.network import build_service
from deploy.surroundings import settings_of
from services.intake.directory import usecases as directory
from services.intake.directory.domain import Posting, starting_password
from shared.auth.actors import Role, system

FIRST = {"admin": Role.ORGANIZATION_ADMIN, "operator": Role.OPERATOR}


def begin(
    organization: str,
    sign_ins: dict[str, str],
    *,
    chance: Callable[[int], bytes] = token_bytes,
) -> dict[str, str]:
    """Found an organization with its first admin and operator; return their starting passwords.

    ``sign_ins`` says by which name each of "admin" and "operator" signs in. A starting password
    must be changed at the first sign-in. Raises SignInNameTaken, NameNeeded.
    """
    service = build_service("intake", settings_of("intake"))
    now = service.clock.now()
    passwords = {}
    with service.store.unit_of_work(clinics=(), actor=system("intake")) as work:
        founded = directory.found_organization(work, name=organization, now=now)
        for who, name in sign_ins.items():
            passwords[name] = starting_password(chance(12))
            directory.register_staff(
                work,
                organization_id=founded.id,
                name=who.capitalize(),
                sign_in=name,
                password=passwords[name],
                postings=[Posting(FIRST[who])],
                now=now,
            )
    service.store.engine.dispose()
    return passwords
