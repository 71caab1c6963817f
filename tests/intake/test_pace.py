"""Whoever tries too often at intake's doors waits a little, and nobody is kept out for good."""

import pytest

from shared.rates.rates import SEATS, SIGN_INS
from tests.intake.conftest import PASSWORD, STAFF_HOST
from tests.visitors import Visitor

ELSEWHERE = {"REMOTE_ADDR": "198.51.100.7"}


def tried(house, password="no", **more):
    visitor = Visitor(house.service.app, host=STAFF_HOST)
    return visitor.post("/intake/sign-in", {"name": "ines", "password": password}, **more)


@pytest.mark.requirement("CHK-20")
class TestSignIn:
    def test_is_slowed_down_by_source_and_goes_on_after_a_while(self, house):
        tries = [tried(house).status_code for _ in range(SIGN_INS.amount)]
        beyond, elsewhere = tried(house), tried(house, environ_base=ELSEWHERE)
        house.clock.pass_by(minutes=5)
        house.wall_clock.pass_by(days=1)

        assert set(tries) == {401}
        assert (beyond.status_code, elsewhere.status_code) == (429, 401)
        assert "Wait a minute, then try again" in beyond.text
        assert beyond.headers["Retry-After"] == "60"
        assert tried(house, PASSWORD).status_code == 303

    def test_is_not_slowed_down_for_less_by_an_invented_sender(self, house):
        for number in range(SIGN_INS.amount):
            tried(house, headers={"X-Forwarded-For": f"192.0.2.{number}"})

        assert tried(house, headers={"X-Forwarded-For": "192.0.2.99"}).status_code == 429


@pytest.mark.requirement("CHK-20")
def test_seats_are_slowed_down_by_source_in_the_words_of_the_house(house):
    path = "/intake/seat/invented"
    tries = [house.member().post(path).status_code for _ in range(SEATS.amount)]

    beyond = house.member().post(path)

    assert set(tries) == {410}
    assert beyond.status_code == 429
    assert "Wait a minute, then try again" in beyond.text
