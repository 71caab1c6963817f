"""Every route of a service as an address one can knock at, for whosever objects are asked about."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID, uuid4

from flask import Flask
from werkzeug.routing import Rule as Route

from shared.auth.actors import Role
from tests.doors.keeping import K10
from tests.doors.world import PARKED_AT, PAUSED_PLACE, House, Household, Known

REQUEST_FOR = {
    "rights.hand_over": "copy",
    "rights.handed_over": "copy",
    "rights.lift": "limit",
    "rights.receipt": "erasure",
}
"""Which of a household's requests a view is for; the others are for one that waits."""

READING = ("GET", "HEAD", "OPTIONS")
FORGED = "AAAAAAAAAAAAAAAAAAAAAAAAAAA"
OBJECTS = {
    "relationship_id",
    "person_id",
    "clinic_id",
    "staff_id",
    "file_id",
    "entry_id",
    "plan_id",
    "schedule_id",
    "release_id",
    "request_id",
    "questionnaire_id",
    "talk_id",
}
"""Parameters that name something of one clinic or organization."""


ASKED = {"consent.what_if": "?act=give&purpose=checkin.email"}
"""What is asked for in the address of a view that without it shows an empty form."""

NUMBERS = {"packs.threshold": K10}
"""Where a number is not that of the first page, or of the first pack."""


@dataclass(frozen=True)
class Subject:
    """Whose objects an address names."""

    house: House
    household: Household
    file_id: UUID
    staff_id: UUID
    release_id: UUID


def subject(house: House, *, place: int = 0, role: Role = Role.CLINIC_ADMIN) -> Subject:
    """Return the objects of one of a house's households."""
    file_id = house.file_ids.get(role) or house.file_ids[Role.CLINIC_ADMIN]
    return Subject(
        house, house.households[place], file_id, house.staff[Role.DUTY], house.release_id
    )


def nothing(like: Subject) -> Subject:
    """Return ids of the same kind under which there never was anything."""
    never = Household(uuid4(), uuid4(), uuid4(), [uuid4() for _ in like.household.people])
    staff = {role: uuid4() for role in like.house.staff}
    house = replace(like.house, clinic_id=uuid4(), organization_id=uuid4(), staff=staff)
    return Subject(house, never, uuid4(), uuid4(), uuid4())


def about_the_last(about: Subject) -> Subject:
    """Return the household of which a member is paused, with that member first."""
    household = about.house.households[PAUSED_PLACE]
    return replace(about, household=replace(household, people=household.people[::-1]))


def routes_of(app: Flask) -> Iterator[Route]:
    """Yield every route of an app."""
    yield from app.url_map.iter_rules()


def methods_of(route: Route) -> list[str]:
    """Return the methods of a route that are not read by everyone."""
    return sorted(set(route.methods or ()) - set(READING))


def address(app: Flask, route: Route, about: Subject, known: Known) -> str:
    """Return the whole path of a route, filled in. Fails with what to add where it cannot."""
    filled = filling(app, route, about, known)
    missing = sorted(set(route.arguments) - set(filled))
    assert not missing, (
        f"The walk cannot fill <{', '.join(missing)}> of {route.rule}: "
        "say in `filling` of tests/doors/routes.py what stands there in its world."
    )
    values = {name: filled[name] for name in route.arguments}
    built = route.build(values, append_unknown=False)
    assert built is not None, f"{route.rule} takes other values than {values}"
    asked = ASKED.get(route.endpoint, "")
    return f"/{app.extensions['settings'].service}{built[1]}{asked}"


def filling(app: Flask, route: Route, about: Subject, known: Known) -> Mapping[str, object]:
    """Return what stands for each parameter."""
    household, [stream, partition, position] = about.household, PARKED_AT
    return {
        "relationship_id": household.relationship_id,
        "person_id": household.people[0],
        "clinic_id": about.house.clinic_id,
        "staff_id": about.staff_id,
        "file_id": about.file_id,
        "entry_id": household.entry_id,
        "plan_id": household.plan_id,
        "schedule_id": household.schedule_id,
        "release_id": about.release_id,
        "code": "X02",
        "token": _link(app, known).rsplit("/", 1)[1],
        "key": FORGED,
        "stream": stream,
        "partition": partition,
        "position": position,
        "kind": "intake.person",
        "request_id": household.request_ids[REQUEST_FOR.get(route.endpoint, "waiting")],
        "questionnaire_id": household.questionnaire_id,
        "talk_id": household.talk_id,
        "number": NUMBERS.get(route.endpoint, 1),
        **_file(app, route),
    }


def _link(app: Flask, known: Known) -> str:
    return known.asking if app.extensions["settings"].service == "intake" else known.link


def _file(app: Flask, route: Route) -> dict[str, str]:
    if not route.endpoint.endswith("static"):
        return {}
    folder = Path(str(app.blueprints[route.endpoint.rpartition(".")[0]].static_folder))
    found = next(path for path in sorted(folder.rglob("*")) if path.is_file())
    return {"filename": str(found.relative_to(folder))}
