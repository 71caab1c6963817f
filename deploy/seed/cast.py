"""Who belongs to the invented network; always the same people, for chance is fixed."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import cycle
from random import Random

from deploy.seed import words
from shared.auth.actors import Role

SEED = 20_240_611
DETAILED = 3
PERMIT_MAIL = 0.7

QUESTIONS = ("Q01", "Q02", "Q03", "Q04", "Q05")
INSTEAD = "Q33"
"""What stands in the place of Q05 for those who do not permit it, and in some weeks for all."""

ITEMS = (True, False, True, None, True)
"""What one after the other says to questions on being free to say no; None was never asked."""

ENDS_ITEMS_AFTER = 30
"""After how many days the last of these ends what they permitted."""

ORGANIZATION = "The Lighthouse Network"


@dataclass(frozen=True, kw_only=True)
class Size:
    """How much is invented: relationships, days in full (the last is today), quarters before."""

    relationships: int = 60
    days: int = 101
    quarters: int = 9


@dataclass(frozen=True, kw_only=True)
class Clinic:
    """An invented clinic; ``couples`` is how many it works with in a usual quarter."""

    key: str
    name: str
    zone: str
    sender: str
    couples: int


@dataclass(frozen=True, kw_only=True)
class Worker:
    """A member of the invented staff, with (role, clinic or whole organization)."""

    key: str
    role: str
    name: str
    email: str
    postings: Sequence[tuple[Role, str | None]]


@dataclass(frozen=True, kw_only=True)
class Person:
    """A member of a relationship, and how they usually answer: ``levels`` is their own middle."""

    key: str
    name: str
    pronouns: str | None
    language: str
    zone: str
    email: str
    permits_mail: bool
    answers: float
    levels: dict[str, float]
    drift: float
    stops_on: int | None = None
    permits_items: bool | None = None
    ends_items: bool = False


@dataclass(frozen=True, kw_only=True)
class Together:
    """A relationship in care: when it opens and closes, in days from the first, and its rhythm."""

    key: str
    label: str | None
    clinic: Clinic
    clinician: Worker
    members: Sequence[Person]
    opens_on: int
    weekday: int
    every: int
    closes_on: int | None = None
    counted: bool = True
    separating: bool = False
    tries: Sequence[str] = field(default_factory=tuple)


@dataclass(frozen=True, kw_only=True)
class Cast:
    """Everyone, and the first of the days that are written in full."""

    clinics: Sequence[Clinic]
    staff: Sequence[Worker]
    together: Sequence[Together]
    first_day: date

    def day(self, number: int) -> date:
        """Return the date of a day, 0 being the first."""
        return self.first_day + timedelta(days=number)


def cast_for(today: date, size: Size) -> Cast:
    """Return everyone as they are when the last day is ``today``."""
    chance = Random(SEED)
    clinics = [_clinic(number, chance) for number in range(len(words.CLINICS))]
    staff = _staff(clinics)
    return Cast(
        clinics=clinics,
        staff=staff,
        together=_together(clinics, staff, chance, size),
        first_day=today - timedelta(days=size.days - 1),
    )


def _clinic(number: int, chance: Random) -> Clinic:
    name, zone, sender = words.CLINICS[number]
    couples = chance.choice((9, 14, 24, 31, 38, 46, 57))
    return Clinic(key=f"c{number + 1}", name=name, zone=zone, sender=sender, couples=couples)


TREATING = (
    ("Mia Castellanos", "clinician"),
    ("Tomas Wren", "tomas"),
    ("Aino Salmi", "aino"),
    ("Pekka Nieminen", "pekka"),
    ("Grace MacIsaac", "grace"),
    ("Omar Haddad", "omar"),
)
"""Clinicians, two for each clinic that is told in full."""


def _staff(clinics: Sequence[Clinic]) -> list[Worker]:
    one = clinics[0].key
    leading = (
        ("clinic admin", "Lena Okoro", "admin", [(Role.CLINIC_ADMIN, one)]),
        ("supervisor", "Jonas Ferreira", "supervisor", [(Role.SUPERVISOR, None)]),
        ("organization admin", "Priya Lindqvist", "network", [(Role.ORGANIZATION_ADMIN, None)]),
        ("operator", "Sam Ibarra", "operator", [(Role.OPERATOR, None)]),
    )
    workers = []
    for number, (name, mail) in enumerate(TREATING):
        clinic = clinics[number // 2].key
        postings: list[tuple[Role, str | None]] = [(Role.CLINICIAN, clinic)]
        if number == 0:
            postings.append((Role.DUTY, clinic))
        role = "clinician, also on duty" if number == 0 else "clinician"
        workers.append(_worker(mail, role, name, postings))
    return [workers[0], *(_worker(m, r, n, p) for r, n, m, p in leading), *workers[1:]]


def _worker(mail: str, role: str, name: str, postings: Sequence[tuple[Role, str | None]]) -> Worker:
    email = f"{mail}@lighthouse.example"
    return Worker(key=mail, role=role, name=name, email=email, postings=postings)


def _together(
    clinics: Sequence[Clinic], staff: Sequence[Worker], chance: Random, size: Size
) -> list[Together]:
    names = _names(chance)
    clinicians = [one for one in staff if one.postings[0][0] is Role.CLINICIAN]
    by_clinic = {clinic.key: clinic for clinic in clinics}
    on_duty = {at for one in staff for role, at in one.postings if role is Role.DUTY}
    together = []
    for number, clinician in zip(range(size.relationships), cycle(clinicians), strict=False):
        clinic = by_clinic[str(clinician.postings[0][1])]
        story = STORIES.get(number, {})
        members = [
            _person(f"r{number}.{nth}", next(names), clinic, chance)
            for nth in range(THREE_TOGETHER.get(number, 2))
        ]
        if clinic.key in on_duty:
            members = [_asked_items(one, number + nth) for nth, one in enumerate(members)]
        together.append(_one(number, clinic, clinician, members, story, chance, size.days))
    return together


STORIES: dict[int, dict[str, object]] = {
    0: {"label": "Ordinary weeks", "tries": ("X03", "X10")},
    6: {"label": "Three at one table", "tries": ("X02",)},
    12: {"label": "Two homes", "separating": True, "closes_on": 88},
}
"""Three relationships with a story that the tour tells; all are the first clinician's."""


THREE_TOGETHER = {6: 3, 16: 3, 33: 3, 50: 3}
"""Relationships of more than two, by their number."""


def _one(
    number: int,
    clinic: Clinic,
    clinician: Worker,
    members: Sequence[Person],
    story: dict[str, object],
    chance: Random,
    days: int,
) -> Together:
    usual = {
        "label": None,
        "closes_on": chance.randrange(80, 98) if number % 11 == 10 else None,
        "tries": tuple(chance.sample(("X01", "X02", "X03", "X10"), chance.randrange(3))),
        "counted": number % 8 != 7,
    }
    drawn = {
        "opens_on": 0 if story else chance.randrange(0, max(1, days * 3 // 4)),
        "weekday": chance.randrange(5),
        "every": chance.choice((7, 14, 14)),
    }
    return Together(
        key=f"r{number}",
        clinic=clinic,
        clinician=clinician,
        members=members,
        **{**usual, **drawn, **story},  # type: ignore[arg-type]
    )


def _names(chance: Random) -> "cycle[str]":
    return cycle(chance.sample(words.NAMES, len(words.NAMES)))


def _person(key: str, name: str, clinic: Clinic, chance: Random) -> Person:
    middle = chance.uniform(4.0, 7.5)
    away = chance.random() < 0.1
    return Person(
        key=key,
        name=name,
        pronouns=chance.choice(words.PRONOUNS),
        language=chance.choice(words.LANGUAGES),
        zone=chance.choice(words.CLINICS)[1] if away else clinic.zone,
        email=f"{name.lower()}.{key[1:].replace('.', '-')}@mail.example",
        permits_mail=chance.random() < PERMIT_MAIL,
        answers=chance.choice((0.95, 0.9, 0.85, 0.7, 0.5)),
        levels={code: middle + chance.uniform(-1.5, 1.5) for code in QUESTIONS} | {INSTEAD: middle},
        drift=chance.choice((-0.01, 0.0, 0.0, 0.01, 0.02)),
        stops_on=chance.randrange(40, 90) if chance.random() < 0.04 else None,
    )


def _asked_items(person: Person, turn: int) -> Person:
    """Return someone with what they say to these questions, where someone is on duty."""
    says = turn % len(ITEMS)
    return replace(person, permits_items=ITEMS[says], ends_items=says == len(ITEMS) - 1)
