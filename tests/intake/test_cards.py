"""The safe-contact card: filled in with one person alone, and whatever speaks against it counts."""

from datetime import date

import pytest

from services.intake.people import handlers
from services.intake.people.models import ContactCard
from shared.auth.actors import Actor, Door
from shared.contracts import Event
from shared.contracts.intake import MemberChanged
from shared.events.content import Reference
from shared.labels import Label
from tests.intake.test_consent_pages import words_of

pytestmark = pytest.mark.left_to_the_build("going through all of intake")

WHOLE = {
    "email": "ana@letters.example",
    "phone": "+351 912 345 678",
    "means": ["email", "sms", "call"],
    "checked": ["email", "sms"],
    "private": "yes",
    "device": "others",
    "device_note": "my sister on Sundays",
    "voicemail": "no",
    "says_who": "no",
    "word_to_check": "lighthouse",
    "word_to_end": "umbrella",
    "no_answer": "again",
    "from-0": "18:00",
    "to-0": "20:00",
    "spoken_alone": "yes",
}


def saved(house, visitor, relationship, person_id, **changes):
    """Let staff save a whole card with these changes, and return the answer."""
    return visitor.post(house.page(relationship, person_id, "/contact"), WHOLE | changes)


def content(house, person_id):
    """Return what reminders may read about a person."""
    actor = Actor(door=Door.SERVICE, service="reminders", opens=frozenset(Label))
    reference = Reference("intake.person", house.clinic, person_id, 1)
    with house.work(actor) as work:
        return handlers.provide_people(work, [reference])[reference]


def kept(house, person_id):
    """Return a card as it is kept."""
    with house.work() as work:
        return work.session.get(ContactCard, (house.clinic, person_id))


class TestCard:
    def test_is_shown_again_as_it_was_filled_in(self, house, ines, ana_and_noa, ana):
        saved(house, ines, ana_and_noa, ana)

        page = ines.get(house.page(ana_and_noa, ana, "/contact")).text
        home = ines.get(house.page(ana_and_noa)).text

        for text in ("my sister on Sundays", "lighthouse", "umbrella", "+351 912 345 678"):
            assert text in page
            assert text in home
        assert "Last confirmed on 23 November 2026" in page
        assert "Nothing is missing" in page
        assert "Try again in the next safe hours" in home

    def test_waits_when_nobody_said_what_to_do_without_an_answer(
        self, house, ines, ana_and_noa, ana
    ):
        saved(house, ines, ana_and_noa, ana, no_answer="")

        assert "Wait until they get in touch" in ines.get(house.page(ana_and_noa)).text

    @pytest.mark.requirement("PLT-12")
    def test_stands_nowhere_in_the_open(self, house, ines, ana_and_noa, ana):
        saved(house, ines, ana_and_noa, ana)

        files = list(house.service.settings.data_dir.glob("intake.sqlite*"))
        written = b"".join(path.read_bytes() for path in files)
        for text in (
            b"lighthouse",
            b"umbrella",
            b"my sister",
            b"912 345",
            b"912345",
            b"letters.ex",
        ):
            assert text not in written

    @pytest.mark.parametrize(
        ("wrong", "says"),
        [
            ({"phone": "call me"}, "6 to 15 digits"),
            ({"word_to_end": " Lighthouse"}, "two different words"),
            ({"word_to_check": "x" * 41}, "at most 40 letters"),
            ({"device_note": "x" * 201}, "at most 200 letters"),
        ],
    )
    def test_says_what_cannot_be_kept_and_keeps_what_was_typed(
        self, house, ines, ana_and_noa, ana, wrong, says
    ):
        answer = saved(house, ines, ana_and_noa, ana, **wrong)

        assert answer.status_code == 422
        assert says in answer.text
        assert "ana@letters.example" in answer.text
        assert house.told(MemberChanged) == []


@pytest.mark.requirement("INT-12")
class TestChecked:
    def test_is_told_of_each_way(self, house, ines, ana_and_noa, ana):
        saved(house, ines, ana_and_noa, ana, checked=["email"])

        told = content(house, ana)
        assert told["verified"] == {"email": True, "sms": False}
        assert told["channels"] == {"email": "ana@letters.example", "sms": "+351 912 345 678"}
        assert "lighthouse" not in str(told)

    def test_is_over_when_the_address_changes(self, house, ines, ana_and_noa, ana):
        saved(house, ines, ana_and_noa, ana)
        saved(house, ines, ana_and_noa, ana, email="new@letters.example", checked=["sms"])

        assert content(house, ana)["verified"] == {"email": False, "sms": True}

    def test_keeps_its_day_while_the_address_stays(self, house, ines, ana_and_noa, ana):
        saved(house, ines, ana_and_noa, ana)
        house.clock.pass_by(days=3)
        saved(house, ines, ana_and_noa, ana, phone="+351 912 000 000")

        card = kept(house, ana)
        assert card.email_checked_on == date(2026, 11, 23)
        assert card.phone_checked_on == date(2026, 11, 26)

    @pytest.mark.parametrize(
        ("change", "shared"),
        [({"device": "nobody"}, False), ({"device": "member"}, True), ({"device": ""}, True)],
    )
    def test_a_device_that_another_member_uses_or_that_is_not_known_counts_as_shared(
        self, house, ines, ana_and_noa, ana, change, shared
    ):
        saved(house, ines, ana_and_noa, ana, **change)

        assert content(house, ana)["shared"] is shared


@pytest.mark.requirement("INT-12")
@pytest.mark.parametrize(
    ("same", "says"),
    [
        ({"phone": ""}, "This address cannot be kept here."),
        ({"email": ""}, "This number cannot be kept here."),
        ({"email": "", "phone": "00351912345678"}, "This number cannot be kept here."),
    ],
)
def test_what_another_member_has_is_not_kept_and_nobody_learns_whose_it_is(
    house, ines, ana_and_noa, ana, same, says
):
    noa = house.person(ana_and_noa, "Noa")
    saved(house, ines, ana_and_noa, noa)

    answer = saved(house, ines, ana_and_noa, ana, **same)

    assert answer.status_code == 422
    assert says in answer.text
    summary = answer.text.split('role="alert"')[1].split("</div>")[0]
    assert not [word for word in ("Noa", "member", "another", "partner") if word in summary]
    assert kept(house, ana).confirmed_on is None


class TestConfirm:
    def test_takes_one_tap_once_the_card_is_whole(self, house, ines, ana_and_noa, ana):
        saved(house, ines, ana_and_noa, ana)
        house.clock.pass_by(days=95)
        page = ines.get(house.page(ana_and_noa, ana, "/contact")).text
        assert "Ask Ana alone whether it still holds." in page

        answer = ines.post(
            house.page(ana_and_noa, ana, "/contact/confirm"), {"spoken_alone": "yes"}
        )

        assert answer.status_code == 303
        assert kept(house, ana).confirmed_on == date(2027, 2, 26)
        assert len(house.told(MemberChanged)) == 2

    @pytest.mark.requirement("INT-14")
    def test_needs_to_be_said_alone(self, house, ines, ana_and_noa, ana):
        saved(house, ines, ana_and_noa, ana)

        answer = ines.post(house.page(ana_and_noa, ana, "/contact/confirm"), {})

        assert answer.status_code == 422
        assert len(house.told(MemberChanged)) == 1

    def test_is_refused_while_something_is_missing(self, house, ines, ana_and_noa, ana):
        saved(house, ines, ana_and_noa, ana, device="member")
        house.clock.pass_by(days=95)

        answer = ines.post(
            house.page(ana_and_noa, ana, "/contact/confirm"), {"spoken_alone": "yes"}
        )

        assert answer.status_code == 422
        assert kept(house, ana).confirmed_on == date(2026, 11, 23)


@pytest.mark.requirement("INT-13")
class TestAnotherWay:
    def test_stops_the_old_one_at_once_whoever_asks(self, house, ines, ana_and_noa, ana):
        saved(house, ines, ana_and_noa, ana)

        answer = ines.post(house.page(ana_and_noa, ana, "/contact/stop"), {"stop": "email"})

        assert answer.status_code == 303
        assert content(house, ana)["channels"] == {"email": None, "sms": "+351 912 345 678"}
        assert len(house.told(MemberChanged)) == 2
        page = ines.get(house.page(ana_and_noa, ana, "/contact")).text
        assert "E-mail among the ways that they allow" in page

    def test_has_no_field_for_a_reason(self, house, ines, ana_and_noa, ana):
        saved(house, ines, ana_and_noa, ana)

        page = ines.get(house.page(ana_and_noa, ana, "/contact")).text
        form = page.split('/contact/stop"')[1].split("</form>")[0]

        assert form.count("<input") == 1 + 3  # the form's own token, and one for each way
        assert "<textarea" not in page
        assert {column.name for column in ContactCard.__table__.columns}.isdisjoint(
            {"reason", "why", "note"}
        )

    def test_says_what_can_be_stopped_when_nothing_was_chosen(self, house, ines, ana_and_noa, ana):
        saved(house, ines, ana_and_noa, ana)

        answer = ines.post(house.page(ana_and_noa, ana, "/contact/stop"), {"stop": "pigeon"})

        assert answer.status_code == 422
        assert "Choose which way is to stop." in answer.text


@pytest.mark.requirement("INT-14")
def test_a_changed_card_sends_nothing_anywhere(house, ines, ana_and_noa, ana):
    saved(house, ines, ana_and_noa, ana)
    before = {type(event) for event in house.told(Event)}

    saved(house, ines, ana_and_noa, ana, email="new@letters.example")

    assert {type(event) for event in house.told(Event)} == before
    told = house.told(MemberChanged)[-1]
    assert set(told.data()) == {"relationship_id", "person_id", "active", "version"}


@pytest.mark.parametrize(
    ("on_card", "permitted", "said"),
    [("yes", True, "Yes"), ("yes", False, "No"), ("no", True, "No")],
)
def test_a_message_is_left_where_card_and_consent_both_say_so(
    house, ines, ana_and_noa, ana, on_card, permitted, said
):
    saved(house, ines, ana_and_noa, ana, voicemail=on_card)
    own = house.page(ana_and_noa, ana, "/consent")
    answer = {"purpose": "contact.voicemail", "answer": "yes" if permitted else "no"}
    ines.post(own, answer | {"method": "spoken", "setting": "alone_at_clinic", "after": "0"})

    page = words_of(house.visitor("marta").get(house.page(ana_and_noa)))

    assert f"Before you call Ana A message on voicemail {said} " in page


@pytest.mark.requirement("INT-12")
def test_a_clinic_may_trust_cards_for_a_shorter_time_and_never_for_longer(
    house, ines, ana_and_noa, ana
):
    saved(house, ines, ana_and_noa, ana)
    rui = house.visitor("rui")
    place = f"/intake/setup/clinics/{house.clinic}"
    details = {"name": "Harbour Street", "zone": "Europe/Lisbon", "sender": "Harbour"}

    refused = [rui.post(place, details | {"card_days": days}) for days in ("91", "400", "13")]
    rui.post(place, details | {"card_days": "30"})
    house.clock.pass_by(days=31)

    assert [answer.status_code for answer in refused] == [422] * 3
    assert "14 to 90 days" in refused[0].text
    page = ines.get(house.page(ana_and_noa, ana, "/contact")).text
    assert "the last time is over 30 days ago" in page
