"""What a person or a program would send to each door that takes something in."""

import io
from collections.abc import Callable, Mapping
from typing import Any

from services.intake.directory.domain import CLINIC_ROLES
from services.sessions.records.domain import Part
from shared.auth.actors import Role
from tests.doors.routes import Subject
from tests.doors.world import FILE, PASSWORD

Sent = dict[str, Any]
HOURS = {f"from-{day}": "17:00" for day in range(7)} | {f"to-{day}": "22:00" for day in range(7)}
PERSON = {"name": "Una", "zone": "Europe/Lisbon", "language": "en", "pronouns": "she/her"}
CARD = {
    "email": "una@example.org",
    "means": ["email"],
    "checked": ["email"],
    "private": "yes",
    "device": "nobody",
    "spoken_alone": "yes",
}
CLINIC = {
    "name": "Quay",
    "zone": "Europe/Lisbon",
    "sender": "Quay",
    "help": "Call 112.",
    "card_days": "90",
}
PASSWORDS = {"present": "not this one", "password": "four words of my own"}
CHANGED = FILE.replace("Ulla", "Una").replace("u@", "una@")
DAY = "2026-11-02"
NOBODYS = "01a20000-0000-7000-8000-000000000000"


def sent_to(endpoint: str, about: Subject, role: Role | None) -> Sent:
    """Return what is sent to a view. Fails with what to add where nobody said it."""
    assert endpoint in TYPED, (
        f"The walk does not know what to send to {endpoint}: "
        "say in TYPED of tests/doors/typed.py what a person would type there."
    )
    return TYPED[endpoint](about, role)


def _form(**typed: Any) -> Callable[[Subject, Role | None], Sent]:
    return lambda _about, _role: {"data": dict(typed)}


def _members(**changes: Any) -> dict[str, Any]:
    return {f"{name}-{n}": text for n in (1, 2) for name, text in (PERSON | changes).items()}


def _clinician(about: Subject) -> str:
    return f"{about.house.clinic_id} {about.house.staff[Role.CLINICIAN]}"


def _open(about: Subject, _role: Role | None) -> Sent:
    return {"data": {**_members(), "count": "2", "label": "New", "clinician": _clinician(about)}}


def _change(about: Subject, _role: Role | None) -> Sent:
    clinician = str(about.house.staff[Role.CLINICIAN])
    return {"data": {"clinician": clinician, "label": "Changed"}}


def _file(about: Subject, _role: Role | None) -> Sent:
    file = (io.BytesIO(CHANGED.encode()), "people.csv")
    return {"data": {"clinician": _clinician(about), "file": file}}


def _import(about: Subject, _role: Role | None) -> Sent:
    ids = {
        "clinic_id": str(about.house.clinic_id),
        "clinician_id": str(about.house.staff[Role.CLINICIAN]),
    }
    return {"json": {**ids, "csv": CHANGED, "dry_run": False}}


def _relationship(about: Subject, _role: Role | None) -> Sent:
    ids = {
        "clinic_id": str(about.house.clinic_id),
        "clinician_id": str(about.house.staff[Role.CLINICIAN]),
    }
    return {"json": {**ids, "members": [PERSON, PERSON], "label": "New"}}


def _known(about: Subject, _role: Role | None) -> Sent:
    """Someone of another household of the same house."""
    others = [one for one in about.house.households if one is not about.household]
    return {"data": {"person": str(others[0].people[0])}}


def _postings(about: Subject, _role: Role | None) -> Sent:
    new = {"name": "Tomas", "sign_in": f"tomas@{about.house.clinic_id}"}
    return {"data": {**new, "postings": f"duty@{about.house.clinic_id}"}}


def _role_of_own(about: Subject, role: Role | None) -> Sent:
    clinic = about.house.clinic_id if role in CLINIC_ROLES else ""
    return {"data": {"role": str(role), "clinic": str(clinic)}}


def _entry(about: Subject, _role: Role | None) -> Sent:
    words = {f"{part}-{person}": "said" for part in Part for person in about.household.people}
    return {"data": {**words, "kind": "session", "happened_on": DAY, "reason": "a slip", "seen": 2}}


def _parts(about: Subject, _role: Role | None) -> Sent:
    members = [{"person_id": str(one), "behaviour": "said"} for one in about.household.people]
    return {"json": {"kind": "session", "happened_on": DAY, "members": members}}


def _version(about: Subject, role: Role | None) -> Sent:
    written = _parts(about, role)["json"]
    del written["kind"]
    return {"json": {**written, "seen": 2, "reason": "a slip"}}


def _rule(about: Subject) -> dict[str, Any]:
    return {"weekday": 4, "at": "18:00", "version": about.household.schedule_version}


def _references(about: Subject, _role: Role | None) -> Sent:
    one = {
        "clinic_id": str(about.house.clinic_id),
        "subject_id": str(about.household.people[0]),
        "version": 1,
    }
    return {"json": {"references": [one]}}


def _proved(about: Subject, _role: Role | None) -> Sent:
    return {"data": {"proof_password": PASSWORD}}


TYPED: Mapping[str, Callable[[Subject, Role | None], Sent]] = {
    "account.change_password": _form(**PASSWORDS),
    "account.end_all": _form(),
    "account.end_sign_in": _form(sign_in=NOBODYS),
    "arrivals.confirm": _form(),
    "arrivals.look": _file,
    "backbone.content": _references,
    "consent.choose": _form(**{"checkin.email": "yes", "report.aggregate": "no"}),
    "consent.hand_over": _form(),
    "consent.record": _form(
        purpose="checkin.email", answer="yes", method="on_paper", setting="alone_at_clinic"
    ),
    "consent.separate": _form(),
    "door.own_password": _form(name="no one", **PASSWORDS),
    "door.sign_out": _form(),
    "door.signing_in": _form(name="no one", password="not this one"),
    "door.switch_role": _role_of_own,
    "forms.send": _form(Q01="7", alone="yes"),
    "forms.start": _form(),
    "forms.stop": _form(),
    "import.take_in": _import,
    "log.correct": _version,
    "log.write": _parts,
    "cards.change": _form(**CARD, **HOURS),
    "cards.confirm": _form(spoken_alone="yes"),
    "cards.stop": _form(stop="email"),
    "members.details": _form(**_members()),
    "members.known": _known,
    "members.new": _form(**_members()),
    "operations.discard": _form(reason="a test"),
    "operations.retry": _form(),
    "people.change": _change,
    "people.close": _form(),
    "people.open_relationship": _open,
    "plans.answer": _form(said="yes", alone="yes"),
    "plans.offer": _form(days="14", checked=["fits", "clear"]),
    "plans.release": _form(),
    "plans.stop": _form(),
    "plans.take_back": _form(),
    "policies.choose": _form(policy="terms.limited"),
    "proof.prove": _proved,
    "records.correct": _entry,
    "records.write": _entry,
    "relationships.add_member": lambda _about, _role: {"json": PERSON},
    "relationships.create": _relationship,
    "rights.call_off": _form(),
    "rights.change_rule": _form(pause_days="14", keeps="Ten years."),
    "rights.hand_over": _form(),
    "rights.handed_over": _form(),
    "rights.lift": _form(),
    "rights.receipt": _form(),
    "rights.review": _form(decision="refuse", reason="Not freely."),
    "rights.take_down": _form(kind="erasure", came="in_person", alone="yes"),
    "schedules-api.change": lambda about, _role: {"json": {**_rule(about), "paused": True}},
    "schedules.change": lambda about, _role: {"data": _rule(about)},
    "schedules.pause": lambda about, _role: {"data": {**_rule(about), "paused": "yes"}},
    "schedules.reopen": _form(),
    "seat.take": _form(),
    "second_step.keep_another": _form(code="123456", offer="invented"),
    "second_step.keep_first": _form(code="123456", offer="invented"),
    "second_step.renew_codes": _form(),
    "set_up.change_clinic": _form(**CLINIC),
    "set_up.change_roles": _postings,
    "set_up.register_clinic": _form(**CLINIC),
    "set_up.register_staff": _postings,
    "set_up.renew_password": _form(),
    "set_up.reset_second_step": _form(),
    "trying.offer": lambda _about, _role: {"json": {"experiment": "X02", "days": 14}},
}
