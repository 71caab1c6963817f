"""A consent that cannot be one is refused with a sentence, and nothing of it is half kept."""

import re
from datetime import timedelta

import pytest

from services.intake.consent import domain
from services.intake.consent.models import ConsentRevision, ConsentText
from shared.consent.ledger import Act, Evidence, append
from shared.consent.purposes import KINDS, Basis
from shared.consent.terms import BeyondTerms, Method, Setting, State
from shared.consent.texts import text_in_force
from shared.errors import Refusal
from tests.intake.test_consent import CHOICES, ON_PAPER, YES, answered, choose, ledger, write_down
from tests.intake.test_consent_links import FORM, link_for, opened
from tests.intake.test_consent_pages import counts, words_of

pytestmark = pytest.mark.left_to_the_build("trying every consent that cannot be one")

DAY = timedelta(days=1)


@pytest.fixture
def own(house, ana_and_noa, ana):
    """The address of Ana's page of consent, for staff."""
    return house.page(ana_and_noa, ana, "/consent")


CONSENTS = [code for code, kind in KINDS.items() if kind.basis is Basis.CONSENT]


@pytest.mark.requirement("INT-06")
@pytest.mark.parametrize("code", CONSENTS)
@pytest.mark.parametrize("end", ["none", "at once", "a moment beyond the most", "in ten years"])
def test_one_without_end_or_beyond_the_most_of_its_purpose_is_not_kept(house, ana, code, end):
    now, kind = house.clock.now(), KINDS[code]
    most = kind.longest.after(now)
    ends = {
        "none": None,
        "at once": now,
        "a moment beyond the most": most + timedelta(microseconds=1),
        "in ten years": now + 3_650 * DAY,
    }
    before = counts(house)

    with pytest.raises(BeyondTerms) as refusal:
        keep(house, ana, code, ends[end])
    refused = counts(house)
    keep(house, ana, code, most)

    assert "A consent needs an end" in str(refusal.value)
    assert refused == before
    assert len(ledger(house, ana)) == 1


def keep(house, person_id, code, until):
    """Let an answer be kept as a service keeps it, by the ledger's one door."""
    now = house.clock.now()
    purpose = f"{code}.X10" if KINDS[code].about else code
    text = text_in_force(domain.TEXTS, purpose, "en", now)
    with house.work() as work:
        work.add(ConsentText(hash=text.hash, canonical=text.canonical(), kept_at=now))
        append(
            work,
            ConsentRevision,
            clinic_id=house.clinic,
            person_id=person_id,
            purpose=purpose,
            text=text,
            act=Act(state=State.GIVEN, decided_at=now, valid_from=now, valid_until=until),
            evidence=Evidence(method=Method.ON_SCREEN, setting=Setting.ALONE_AT_CLINIC),
            now=now,
        )


@pytest.mark.requirement("INT-06")
@pytest.mark.parametrize("name", ["valid_until", "until", "ends_at"])
def test_no_form_takes_an_end_from_whoever_sends_it(house, ana_and_noa, ana, ines, own, name):
    forever = {name: "2099-01-01"}

    write_down(ines, own, forever)
    seated = choose(house.seated(ines, ana_and_noa, ana), YES | forever)

    [row] = ledger(house, ana)
    assert row.valid_until == row.valid_from.replace(year=row.valid_from.year + 1)
    assert seated.status_code == 422


@pytest.mark.requirement("INT-04")
class TestAnUnknownText:
    @pytest.mark.parametrize("shown", ["0" * 64, "", "of another purpose"])
    def test_at_the_seat(self, house, ana_and_noa, ana, ines, shown):
        seated = house.seated(ines, ana_and_noa, ana)
        hidden = dict(re.findall(r'name="(shown\.[\w.]+)" value="(\w+)"', seated.get(CHOICES).text))
        other = hidden["shown.report.aggregate"]
        hidden["shown.checkin.email"] = other if shown == "of another purpose" else shown
        before = counts(house)

        refused = seated.post(CHOICES, hidden | YES)

        assert refused.status_code == 409
        assert "The text has changed since this page was opened." in words_of(refused)
        assert counts(house) == before

    def test_by_a_link(self, house, ana_and_noa, ana):
        member = opened(house, link_for(house, ana_and_noa, ana))
        hidden = dict(re.findall(r'name="(shown\.[\w.]+)" value="(\w+)"', member.get(FORM).text))
        before = counts(house)

        refused = member.post(FORM, hidden | {"shown.report.aggregate": "f" * 64} | YES)

        assert refused.status_code == 409
        assert "The text has changed since this page was opened." in words_of(refused)
        assert counts(house) == before

    def test_by_staff(self, house, ines, own):
        before = counts(house)

        refused = write_down(ines, own, {"shown.checkin.email": "0" * 64})

        assert refused.status_code == 409
        assert "The text has changed since this page was opened" in words_of(refused)
        assert counts(house) == before


@pytest.mark.requirement("INT-17")
@pytest.mark.parametrize("by", ["someone", "parent", "Noa", ""])
def test_one_by_proxy(house, ines, own, by):
    before = counts(house)

    refused = write_down(ines, own, {"answered_by": by})

    assert refused.status_code == 422
    assert "Nobody can give consent for someone else." in words_of(refused)
    assert counts(house) == before


@pytest.mark.requirement("INT-17")
def test_one_for_a_minor(house, ines, own):
    ines.post(f"{own}/pause", {"why": "age"})
    before = counts(house)

    refused = [
        write_down(ines, own),
        ines.post(f"{own}/link", {"purposes": ["checkin.email"]}),
        ines.post(own.removesuffix("/consent") + "/hand-over"),
    ]

    assert [answer.status_code for answer in refused] == [422] * 3
    assert all("younger than those whom your clinic asks" in words_of(one) for one in refused)
    assert counts(house) == before


@pytest.mark.requirement("PLT-14")
class TestReplayed:
    def test_by_staff(self, house, ines, own, ana):
        [after] = re.findall(r'name="after" value="(\d+)"', ines.get(own).text)
        ines.post(own, ON_PAPER | {"after": after})
        ines.post(own, ON_PAPER | {"answer": "no", "after": "1"})
        before = counts(house)

        replayed = ines.post(own, ON_PAPER | {"after": after})

        assert replayed.status_code == 409
        assert "Something was kept since this page was opened." in words_of(replayed)
        assert counts(house) == before
        assert ledger(house, ana)[-1].state is State.WITHDRAWN

    def test_with_a_number_that_no_page_held(self, house, ines, own, ana):
        """A form that says yes, kept back and sent in again after a no."""
        answered(house, ana, answers={"checkin.email": False})
        before = counts(house)

        for after in ({}, {"after": ""}, {"after": "x"}, {"after": "-1"}, {"after": "99"}):
            replayed = ines.post(own, ON_PAPER | after)
            assert replayed.status_code == 409, after
            assert "Something was kept since this page was opened." in words_of(replayed)

        assert counts(house) == before

    def test_at_a_seat_or_by_a_link_that_was_answered(self, house, ana_and_noa, ana, ines):
        seated = house.seated(ines, ana_and_noa, ana)
        hidden = dict(re.findall(r'name="(shown\.[\w.]+)" value="(\w+)"', seated.get(CHOICES).text))
        member = opened(house, link_for(house, ana_and_noa, ana))
        seated.post(CHOICES, hidden | YES)
        member.post(FORM, hidden | {"checkin.email": "no"})
        before = counts(house)

        replayed = [seated.post(CHOICES, hidden | YES), member.post(FORM, hidden | YES)]

        assert [answer.status_code for answer in replayed] == [410, 410]
        assert counts(house) == before
        assert ledger(house, ana)[-1].state is State.WITHDRAWN


@pytest.mark.requirement("PLT-14")
def test_one_out_of_order_keeps_nothing_of_the_same_page(house, ana):
    answered(house, ana, answers={"checkin.email": False})
    before = counts(house)

    with pytest.raises(Refusal, match="Something that was said later is kept already"):
        answered(
            house,
            ana,
            answers={"report.aggregate": True, "checkin.email": True},
            decided_at=house.clock.now() - DAY,
        )

    assert counts(house) == before
