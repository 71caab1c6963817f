"""Relationships of two or more members, equal on every page, each reached only as they chose."""

import re

import pytest

from services.intake.people import domain, handlers, queries, usecases
from services.intake.people.domain import Contact, Details, NewMember
from services.intake.people.models import ContactCard
from shared.auth.actors import Actor, Door
from shared.contracts.intake import (
    MemberChanged,
    MemberJoined,
    RelationshipChanged,
    RelationshipOpened,
)
from shared.contracts.words import RelationshipState
from shared.errors import NotFound
from shared.events.content import Reference
from shared.labels import Label

CARD = {
    "email": "ana@letters.example",
    "means": ["email"],
    "checked": ["email"],
    "private": "yes",
    "device": "nobody",
    "from-0": "18:00",
    "to-0": "20:00",
    "spoken_alone": "yes",
}


def typed(*names: str, **more: str) -> dict[str, str]:
    """Return what a form for these members holds."""
    fields = {"count": str(len(names)), **more}
    for number, name in enumerate(names, start=1):
        fields |= {f"name-{number}": name, f"zone-{number}": "Europe/Lisbon"}
    return fields


class TestOpenRelationship:
    @pytest.mark.requirement("INT-18")
    @pytest.mark.parametrize("names", [("Ana", "Noa"), ("Ana", "Noa", "Kim")])
    def test_tells_of_it_and_of_each_member(self, house, names):
        visitor = house.visitor("ines")

        answer = visitor.post("/intake/relationships/new", typed(*names))

        [opened] = house.told(RelationshipOpened)
        joined = house.told(MemberJoined)
        assert answer.headers["Location"] == f"/intake/relationships/{opened.relationship_id}"
        assert opened.clinician_id == house.staff["ines"]
        assert len({event.person_id for event in joined}) == len(names)

    @pytest.mark.requirement("INT-18")
    def test_refuses_one_member_alone(self, house):
        with pytest.raises(domain.MembersMissing):
            house.open("Ana")

    @pytest.mark.requirement("INT-12")
    def test_refuses_one_address_for_two_members(self, house):
        members = [
            NewMember(
                details=Details(name=name, zone="UTC"), contact=Contact(email=f"{name}@b.example")
            )
            for name in ("ana", "Ana")
        ]

        with pytest.raises(domain.AddressShared), house.work() as work:
            usecases.open_relationship(
                work,
                clinic_id=house.clinic,
                clinician_id=house.staff["ines"],
                members=members,
                now=house.clock.now(),
            )

    def test_counts_it_under_a_random_id(self, house, ana_and_noa):
        [opened] = house.told(RelationshipOpened)

        assert opened.episode_id.version == 4
        assert opened.episode_id != ana_and_noa.id

    @pytest.mark.requirement("INT-18")
    def test_asks_for_no_part_in_a_difficulty_and_no_gender(self, house):
        page = house.visitor("ines").get("/intake/relationships/new").text.casefold()

        for word in ("gender", "sex", "marital", "husband", "wife", "patient", "desire"):
            assert word not in page

    def test_says_what_is_wrong_with_each_member(self, house):
        answer = house.visitor("ines").post(
            "/intake/relationships/new", typed("Ana", "") | {"zone-1": "Mars"}
        )

        assert answer.status_code == 422
        assert answer.text.count("Choose a time zone from the list") >= 2
        assert "Give the name that this person goes by" in answer.text

    def test_keeps_what_was_typed_when_one_more_member_is_wanted(self, house):
        page = house.visitor("ines").post(
            "/intake/relationships/new", typed("Ana", "Noa", more="yes")
        )

        assert 'value="Ana"' in page.text
        assert 'id="name-3"' in page.text


class TestPage:
    @pytest.mark.requirement("INT-18")
    def test_shows_members_as_equal_cards(self, house):
        three = house.open("Ana", "Noa", "Kim")

        page = house.visitor("ines").get(house.page(three)).text

        cards = page.split('<section class="card house-card"')[1:]
        plain = [re.sub(r"Ana|Noa|Kim|[0-9a-f-]{36}|value=\"[^\"]+\"", "", card) for card in cards]
        shown = {card.split("</section>")[0] for card in plain}
        assert len(cards) == 3
        assert len(shown) == 1

    @pytest.mark.requirement("PLT-06")
    def test_of_a_colleague_is_as_unknown_as_none(self, house, ana_and_noa):
        joao = house.visitor("joao")

        theirs = joao.get(house.page(ana_and_noa))
        none = joao.get(f"/intake/relationships/{house.clinic}")

        assert theirs.status_code == none.status_code == 404
        assert "Ana" not in joao.get("/intake/relationships").text

    def test_of_another_clinic_is_not_found_by_its_admin(self, house, ana_and_noa):
        assert house.visitor("olga").get(house.page(ana_and_noa)).status_code == 404
        assert house.visitor("marta").get(house.page(ana_and_noa)).status_code == 200


class TestDetails:
    def test_keep_a_language_that_is_not_on_the_list(self, house, ana_and_noa, ana, ines):
        house.speaks(ana, "sv")
        place = house.page(ana_and_noa, ana, "/details")
        page = ines.get(place).text
        [chosen] = re.findall(r'<option value="([^"]+)" selected>', page)

        ines.post(place, typed("Ana", **{"language-1": chosen}))

        assert chosen == "sv"
        with house.work() as work:
            assert queries.member(work, ana_and_noa.id, ana)[1].language == "sv"


class TestContactCard:
    @pytest.mark.requirement("INT-14")
    def test_changes_only_after_speaking_with_the_person_alone(self, house, ana_and_noa):
        ana = house.person(ana_and_noa, "Ana")
        form = {name: text for name, text in CARD.items() if name != "spoken_alone"}

        answer = house.visitor("ines").post(house.page(ana_and_noa, ana, "/contact"), form)

        assert answer.status_code == 422
        assert "after speaking with the person alone" in answer.text
        assert house.told(MemberChanged) == []

    def test_is_confirmed_on_the_day_and_told(self, house, ana_and_noa):
        ana = house.person(ana_and_noa, "Ana")

        house.visitor("ines").post(house.page(ana_and_noa, ana, "/contact"), CARD)

        [told] = house.told(MemberChanged)
        assert (told.person_id, told.version) == (ana, 2)
        assert content(house, ana, "reminders") == {
            "language": "en",
            "zone": "Europe/Lisbon",
            "channels": {"email": "ana@letters.example", "sms": None},
            "windows": [{"day": 0, "from": "18:00", "to": "20:00"}],
            "verified": {"email": True, "sms": False},
            "private": True,
            "shared": False,
            "box": box_of(house, ana),
            "confirmed_on": "2026-11-23",
        }

    @pytest.mark.requirement("INT-12")
    @pytest.mark.parametrize("spelt", ["Ana@Letters.example", "ana+x@letters.example"])
    def test_refuses_an_address_that_another_member_reads(self, house, ana_and_noa, spelt):
        visitor = house.visitor("ines")
        ana, noa = house.person(ana_and_noa, "Ana"), house.person(ana_and_noa, "Noa")
        visitor.post(house.page(ana_and_noa, ana, "/contact"), CARD)

        answer = visitor.post(house.page(ana_and_noa, noa, "/contact"), CARD | {"email": spelt})

        assert answer.status_code == 422
        assert "This address cannot be kept here" in answer.text

    def test_of_another_relationship_may_have_the_same_address(self, house, ana_and_noa):
        other = house.open("Ana", "Kim")
        visitor = house.visitor("ines")

        answers = [
            visitor.post(house.page(one, house.person(one, "Ana"), "/contact"), CARD)
            for one in (ana_and_noa, other)
        ]

        assert [answer.status_code for answer in answers] == [303, 303]

    @pytest.mark.parametrize(
        ("begins", "ends"), [("20:00", "18:00"), ("18:00", "18:10"), ("18:00", "")]
    )
    def test_refuses_hours_that_are_none(self, house, ana_and_noa, begins, ends):
        ana = house.person(ana_and_noa, "Ana")

        answer = house.visitor("ines").post(
            house.page(ana_and_noa, ana, "/contact"), CARD | {"from-0": begins, "to-0": ends}
        )

        assert answer.status_code == 422
        assert "half an hour apart" in answer.text

    @pytest.mark.requirement("INT-12")
    @pytest.mark.parametrize(
        ("change", "says"),
        [
            ({"email": ""}, "An address to write to"),
            ({"means": []}, "E-mail among the ways that they allow"),
            ({"checked": []}, "The address, checked with them"),
            ({"private": "no"}, "nobody else reads"),
            ({"device": "member"}, "it must be no other member"),
            ({"device": ""}, "it must be no other member"),
            ({"from-0": "", "to-0": ""}, "Hours at which it is safe"),
        ],
    )
    def test_says_what_the_first_check_in_lacks(self, house, ana_and_noa, change, says):
        visitor, ana = house.visitor("ines"), house.person(ana_and_noa, "Ana")

        visitor.post(house.page(ana_and_noa, ana, "/contact"), CARD | change)

        page = visitor.get(house.page(ana_and_noa)).text
        card = page.split(f'id="m{ana}"')[1].split("</section>")[0]
        assert says in card

    @pytest.mark.requirement("INT-12")
    def test_older_than_90_days_is_to_be_confirmed_again(self, house, ana_and_noa):
        visitor, ana = house.visitor("ines"), house.person(ana_and_noa, "Ana")
        visitor.post(house.page(ana_and_noa, ana, "/contact"), CARD)
        said = []

        for days in (90, 1):
            house.clock.pass_by(days=days)
            said.append(visitor.get(house.page(ana_and_noa, ana, "/contact")).text)

        assert "Nothing is missing" in said[0]
        assert "confirmed again: the last time is over 90 days ago" in said[1]


def box_of(house, person_id):
    """Return what stands for a person's letter box where it is only compared."""
    with house.work() as work:
        return work.session.get(ContactCard, (house.clinic, person_id)).address_hash.hex()


def content(house, person_id, service):
    """Return what a service may read about a person."""
    actor = Actor(door=Door.SERVICE, service=service, opens=frozenset(Label))
    reference = Reference("intake.person", house.clinic, person_id, 1)
    with house.work(actor) as work:
        return handlers.provide_people(work, [reference])[reference]


class TestContent:
    def test_gives_sessions_a_name_and_no_way_to_reach_them(self, house, ana_and_noa):
        ana = house.person(ana_and_noa, "Ana")

        assert content(house, ana, "sessions") == {
            "name": "Ana",
            "pronouns": None,
            "language": "en",
        }

    def test_gives_reminders_no_name(self, house, ana_and_noa):
        ana = house.person(ana_and_noa, "Ana")

        assert "Ana" not in str(content(house, ana, "reminders"))

    def test_leaves_out_whom_it_does_not_know(self, house):
        reference = Reference("intake.person", house.clinic, house.hill, 1)
        with house.work(Actor(door=Door.SERVICE, service="sessions")) as work:
            assert handlers.provide_people(work, [reference]) == {}


class TestRelationship:
    def test_gains_a_member_later(self, house, ana_and_noa):
        visitor = house.visitor("ines")

        visitor.post(house.page(ana_and_noa, more="/members/new"), typed("Kim"))

        assert len(house.told(MemberJoined)) == 3
        assert "Kim" in visitor.get(house.page(ana_and_noa)).text

    def test_closes_once(self, house, ana_and_noa):
        visitor = house.visitor("ines")

        visitor.post(house.page(ana_and_noa, more="/close"))
        again = visitor.post(house.page(ana_and_noa, more="/close"))

        [told] = house.told(RelationshipChanged)
        assert told.state is RelationshipState.CLOSED
        assert again.status_code == 409

    def test_goes_to_another_clinician_who_alone_sees_it_then(self, house, ana_and_noa):
        ines = house.visitor("ines")

        ines.post(
            house.page(ana_and_noa, more="/change"),
            {"label": "Green folder", "clinician": str(house.staff["joao"])},
        )

        assert ines.get(house.page(ana_and_noa)).status_code == 404
        assert "Green folder" in house.visitor("joao").get(house.page(ana_and_noa)).text

    def test_goes_to_no_one_but_a_clinician_of_its_clinic(self, house, ana_and_noa):
        answer = house.visitor("ines").post(
            house.page(ana_and_noa, more="/change"), {"clinician": str(house.staff["olga"])}
        )

        assert answer.status_code == 422

    def test_keeps_names_and_addresses_sealed(self, house):
        with house.work() as work:
            usecases.open_relationship(
                work,
                clinic_id=house.clinic,
                clinician_id=house.staff["ines"],
                members=[
                    NewMember(
                        details=Details(name=f"Zaphira{n}", zone="UTC", pronouns="xe/xem"),
                        contact=Contact(email=f"zaphira{n}@letters.example"),
                    )
                    for n in (1, 2)
                ],
                label="The Zaphira folder",
                now=house.clock.now(),
            )

        files = house.service.settings.data_dir.glob("intake.sqlite*")
        kept = b"".join(file.read_bytes() for file in files).lower()
        assert b"zaphira" not in kept
        assert b"xe/xem" not in kept


class TestApi:
    def test_opens_shows_and_lists(self, house):
        visitor = house.visitor("marta")
        body = {
            "clinic_id": str(house.clinic),
            "clinician_id": str(house.staff["ines"]),
            "members": [{"name": n, "zone": "Europe/Lisbon"} for n in ("Ana", "Noa", "Kim")],
        }

        made = send(visitor, "/intake/api/relationships/", body)
        shown = visitor.get(f"/intake/api/relationships/{made.json['id']}")

        assert made.status_code == 201
        assert [member["name"] for member in shown.json["members"]] == ["Ana", "Noa", "Kim"]
        assert visitor.get("/intake/api/relationships/").json["count"] == 1

    def test_says_in_a_sentence_what_is_wrong(self, house):
        body = {
            "clinic_id": str(house.clinic),
            "clinician_id": str(house.staff["ines"]),
            "members": [{"name": "Ana", "zone": "Mars"}, {"name": "Noa", "zone": "UTC"}],
        }

        answer = send(house.visitor("marta"), "/intake/api/relationships/", body)

        assert answer.status_code == 422
        assert answer.content_type == "application/problem+json"
        assert answer.json["detail"] == str(domain.ZoneUnknown())

    def test_opens_nothing_at_another_clinic(self, house):
        body = {
            "clinic_id": str(house.hill),
            "clinician_id": str(house.staff["ines"]),
            "members": [{"name": n, "zone": "UTC"} for n in ("Ana", "Noa")],
        }

        assert send(house.visitor("marta"), "/intake/api/relationships/", body).status_code == 403


def send(visitor, url, body):
    """Send JSON as a page of ours would, with the form token in its header."""
    headers = {"X-CSRFToken": visitor.form_token()}
    return visitor.browser.post(url, json=body, headers=headers, base_url=visitor.base_url)


def test_a_relationship_of_another_clinic_is_not_found_by_a_query(house, ana_and_noa):
    with (
        house.service.store.reading(
            clinics={house.hill}, actor=Actor(door=Door.STAFF, clinics=frozenset({house.hill}))
        ) as work,
        pytest.raises(NotFound),
    ):
        queries.relationship(work, ana_and_noa.id)
