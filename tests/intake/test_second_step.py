"""The second step of a sign-in: a code from a phone, or a recovery code."""

import re

import pytest
from argon2 import Type, extract_parameters
from itsdangerous import URLSafeSerializer
from pyotp import TOTP
from sqlalchemy import select

from services.intake.app import create_service
from services.intake.directory import usecases
from services.intake.directory.models import RecoveryCode, StaffAccount
from shared.settings import Mode, Settings
from tests.intake.conftest import PASSWORD, STAFF_HOST, House
from tests.visitors import Visitor

pytestmark = pytest.mark.left_to_the_build("going through all of intake")


class Phone:
    """A phone whose app shows codes by the wall clock of a house."""

    def __init__(self, house: House, page: str):
        self.house = house
        letters = re.search(r'house-letters"><code>([A-Z2-7 ]+)<', page)
        self.app = TOTP(letters[1].replace(" ", ""))
        self.offer = re.search(r'name="offer" value="([^"]+)"', page)[1]

    def code(self, steps: int = 0) -> str:
        """Return the code that the app shows now, or some steps of 30 seconds from now."""
        return self.app.at(self.house.wall_clock.now(), counter_offset=steps)


def enrolled(house: House, name: str) -> tuple[Phone, list[str]]:
    """Let someone set up their second step; return their phone and their recovery codes."""
    visitor = house.visitor(name)
    phone = Phone(house, visitor.get("/intake/account/second-step").text)
    typed = {"offer": phone.offer, "code": phone.code()}
    page = visitor.post("/intake/account/second-step", typed)
    assert page.status_code == 200, page.text
    house.wall_clock.pass_by(seconds=30)
    return phone, codes_on(page.text)


def codes_on(page: str) -> list[str]:
    return re.findall(r"<li><code>([^<]+)</code></li>", page)


def tried(house: House, name: str, code: str, password: str = PASSWORD):
    typed = {"name": name, "password": password, "code": code}
    return Visitor(house.service.app, host=STAFF_HOST).post("/intake/sign-in", typed)


@pytest.fixture
def phone(house) -> Phone:
    """The phone of Joao, who has set up his second step."""
    return enrolled(house, "joao")[0]


class TestACode:
    def test_opens_the_door_beside_the_password(self, house, phone):
        assert tried(house, "joao", "").status_code == 401
        assert tried(house, "joao", phone.code()).status_code == 303

    def test_is_taken_however_it_is_grouped(self, house, phone):
        code = phone.code()

        assert tried(house, "joao", f" {code[:3]} {code[3:]} ").status_code == 303

    @pytest.mark.parametrize(("steps", "status"), [(-2, 401), (-1, 303), (1, 303), (2, 401)])
    def test_may_be_one_step_early_or_late(self, house, phone, steps, status):
        house.wall_clock.pass_by(minutes=5)

        assert tried(house, "joao", phone.code(steps)).status_code == status

    def test_is_good_once_and_so_are_those_before_it(self, house, phone):
        house.wall_clock.pass_by(minutes=5)
        code, earlier = phone.code(), phone.code(-1)

        first = tried(house, "joao", code)

        assert first.status_code == 303
        assert tried(house, "joao", code).status_code == 401
        assert tried(house, "joao", earlier).status_code == 401
        house.wall_clock.pass_by(seconds=30)
        assert tried(house, "joao", phone.code()).status_code == 303

    def test_that_set_the_phone_up_does_not_open_the_door_too(self, house):
        visitor = house.visitor("joao")
        phone = Phone(house, visitor.get("/intake/account/second-step").text)
        code = phone.code()

        visitor.post("/intake/account/second-step", {"offer": phone.offer, "code": code})

        assert tried(house, "joao", code).status_code == 401

    def test_that_is_wrong_is_answered_like_a_wrong_password_or_name(self, house, phone):
        pages = [
            tried(house, "joao", "000000"),
            tried(house, "joao", phone.code(), password="not this one"),
            tried(house, "joao", ""),
            tried(house, "joao?", phone.code()),
        ]

        assert {page.status_code for page in pages} == {401}
        assert len({without_what_differs(page.text) for page in pages}) == 1

    def test_that_is_wrong_counts_like_a_wrong_password(self, house, phone):
        for _ in range(3):
            tried(house, "joao", "000000")

        at_once = tried(house, "joao", phone.code())
        house.wall_clock.pass_by(seconds=1)

        assert at_once.status_code == 401
        assert tried(house, "joao", phone.code()).status_code == 303

    def test_is_not_used_up_by_a_wrong_password(self, house, phone):
        tried(house, "joao", phone.code(), password="not this one")

        assert tried(house, "joao", phone.code()).status_code == 303


def without_what_differs(page: str) -> str:
    lines = [line for line in page.splitlines() if "csrf" not in line and "nonce" not in line]
    return re.sub(r'value="joao\??"', "", "\n".join(lines))


class TestRecoveryCodes:
    def test_are_ten_and_each_opens_the_door_once(self, house):
        _, codes = enrolled(house, "joao")

        assert len(set(codes)) == 10
        assert tried(house, "joao", codes[3].upper()).status_code == 303
        assert tried(house, "joao", codes[3]).status_code == 401
        assert tried(house, "joao", codes[4].replace("-", " ")).status_code == 303
        page = Visitor(house.service.app, host=STAFF_HOST)
        page.post("/intake/sign-in", {"name": "joao", "password": PASSWORD, "code": codes[5]})
        assert "7 of your recovery codes are left" in page.get("/intake/account").text

    def test_open_nobody_elses_door(self, house):
        _, codes = enrolled(house, "joao")
        enrolled(house, "marta")

        assert tried(house, "marta", codes[0]).status_code == 401

    def test_made_anew_put_an_end_to_earlier_ones(self, house):
        phone, codes = enrolled(house, "joao")
        visitor = Visitor(house.service.app, host=STAFF_HOST)
        visitor.post(
            "/intake/sign-in", {"name": "joao", "password": PASSWORD, "code": phone.code()}
        )

        new = codes_on(visitor.post("/intake/account/recovery-codes").text)

        assert len(new) == 10
        assert not set(new) & set(codes)
        assert tried(house, "joao", codes[0]).status_code == 401
        assert tried(house, "joao", new[0]).status_code == 303

    def test_and_the_secret_stand_nowhere_as_they_are(self, house):
        phone, codes = enrolled(house, "joao")
        with house.work() as work:
            account = work.session.get(StaffAccount, house.staff["joao"])
            kept = work.session.scalars(select(RecoveryCode)).all()

        assert phone.app.secret.encode() not in account.step_secret
        assert len(kept) == len(codes)
        plain = {code.replace("-", "").encode() for code in codes}
        assert not any(one in row.code for row in kept for one in plain)


class TestSettingUp:
    def test_needs_a_code_that_the_phone_shows_and_keeps_the_same_picture(self, house):
        visitor = house.visitor("joao")
        phone = Phone(house, visitor.get("/intake/account/second-step").text)

        again = visitor.post(
            "/intake/account/second-step", {"offer": phone.offer, "code": "000000"}
        )

        assert again.status_code == 422
        assert "Wait for the next one" in again.text
        assert Phone(house, again.text).app.secret == phone.app.secret
        assert tried(house, "joao", "").status_code == 303

    def test_takes_no_offer_that_was_made_to_someone_else(self, house):
        phone = Phone(house, house.visitor("joao").get("/intake/account/second-step").text)

        answer = house.visitor("marta").post(
            "/intake/account/second-step", {"offer": phone.offer, "code": phone.code()}
        )

        assert answer.status_code == 422
        assert "was open for too long" in answer.text

    def test_of_another_phone_puts_an_end_to_the_first(self, house, phone):
        visitor = Visitor(house.service.app, host=STAFF_HOST)
        visitor.post(
            "/intake/sign-in", {"name": "joao", "password": PASSWORD, "code": phone.code()}
        )
        another = Phone(house, visitor.get("/intake/account/second-step").text)

        visitor.post(
            "/intake/account/second-step", {"offer": another.offer, "code": another.code()}
        )
        house.wall_clock.pass_by(minutes=1)

        assert tried(house, "joao", phone.code()).status_code == 401
        assert tried(house, "joao", another.code()).status_code == 303

    def test_asks_nobody_else_for_the_picture(self, house):
        page = house.visitor("joao").get("/intake/account/second-step").text

        assert "<svg" in page
        assert "style=" not in page
        assert not re.search(r"https?://", page.replace("http://www.w3.org/2000/svg", ""))

    def test_may_be_put_off_where_people_are_invented(self, house):
        visitor = house.visitor("joao")

        page = visitor.get("/intake/sign-in/second-step?next=/intake/relationships")

        assert '<a href="/intake/relationships">Put it off</a>' in page.text
        assert "invented" in page.text


class TestAnAdmin:
    def test_takes_a_lost_second_step_away_and_ends_what_was_open(self, house, phone):
        clinician = Visitor(house.service.app, host=STAFF_HOST)
        clinician.post(
            "/intake/sign-in", {"name": "joao", "password": PASSWORD, "code": phone.code()}
        )
        assert clinician.get("/intake/relationships").status_code == 200

        house.visitor("marta").post(f"/intake/staff/{house.staff['joao']}/second-step")

        assert clinician.get("/intake/relationships").status_code == 303
        assert tried(house, "joao", "").status_code == 303

    def test_of_another_clinic_cannot(self, house, phone):
        answer = house.visitor("olga").post(f"/intake/staff/{house.staff['joao']}/second-step")

        assert answer.status_code == 404
        assert tried(house, "joao", "").status_code == 401

    def test_who_gives_a_new_starting_password_leaves_the_second_step(self, house, phone):
        admin = house.visitor("marta")
        page = admin.post(f"/intake/staff/{house.staff['joao']}/password")
        password = page.text.split("<code>")[1].split("<")[0]
        visitor = Visitor(house.service.app, host=STAFF_HOST)
        typed = {"name": "joao", "password": password, "code": phone.code()}

        assert tried(house, "joao", "", password=password).status_code == 401
        asked = visitor.post("/intake/sign-in", typed)
        chosen = visitor.post(
            "/intake/sign-in/own-password",
            {
                "name": "joao",
                "present": password,
                "password": "four words of my own",
                "code": phone.code(),
            },
        )

        assert "Code, once more" in asked.text
        assert chosen.headers["Location"] == "/intake/"
        again = tried(house, "joao", phone.code(), password="four words of my own")
        assert again.status_code == 401, "the code was used"


class TestWhereRealPeopleAreInCare:
    @pytest.fixture
    def strict(self, house, tmp_path) -> House:
        """The same house in production."""
        house.service.store.engine.dispose()
        settings = Settings(service="intake", mode=Mode.PRODUCTION, data_dir=tmp_path)
        service = create_service(settings, clock=house.clock, wall_clock=house.wall_clock)
        return House(service, *list(vars(house).values())[1:])

    def newcomer(self, strict: House) -> Visitor:
        visitor = Visitor(strict.service.app)
        visitor.base_url = f"https://{STAFF_HOST}"
        typed = {"name": "joao", "password": PASSWORD, "next": "/intake/relationships"}
        answer = visitor.post("/intake/sign-in", typed)
        way = "/intake/sign-in/second-step?next=/intake/relationships"
        assert answer.headers["Location"] == way
        return visitor

    def test_nobody_sees_a_page_before_they_have_a_second_step(self, strict):
        visitor = self.newcomer(strict)

        assert visitor.browser.get_cookie("__Host-attune-staff", domain="localhost") is None
        page = visitor.get("/intake/relationships")
        assert page.headers["Location"].startswith("/intake/session/renew")
        renewed = visitor.get("/intake/session/renew?next=/intake/relationships")
        assert renewed.headers["Location"].startswith("/intake/sign-in/second-step")
        assert "Put it off" not in visitor.get(renewed.headers["Location"]).text

    def test_one_goes_on_once_the_phone_is_taken(self, strict):
        visitor = self.newcomer(strict)
        at = "/intake/sign-in/second-step?next=/intake/relationships"
        phone = Phone(strict, visitor.get(at).text)

        page = visitor.post(at, {"offer": phone.offer, "code": phone.code()})

        assert len(codes_on(page.text)) == 10
        assert 'href="/intake/relationships"' in page.text
        visitor.get("/intake/session/renew")
        assert visitor.get("/intake/relationships").status_code == 200

    def test_a_page_left_open_does_not_set_a_phone_up_later(self, strict):
        visitor = self.newcomer(strict)
        phone = Phone(strict, visitor.get("/intake/sign-in/second-step").text)
        strict.wall_clock.pass_by(minutes=11)

        late = visitor.post(
            "/intake/sign-in/second-step", {"offer": phone.offer, "code": phone.code()}
        )

        assert late.headers["Location"].startswith("/intake/sign-in")
        assert len(codes_on(late.text)) == 0

    @pytest.mark.requirement("PLT-19")
    def test_every_cookie_is_bound_to_its_host(self, strict):
        visitor = self.newcomer(strict)
        phone = Phone(strict, visitor.get("/intake/sign-in/second-step").text)
        visitor.post("/intake/sign-in/second-step", {"offer": phone.offer, "code": phone.code()})
        strict.wall_clock.pass_by(seconds=30)
        typed = {"name": "joao", "password": PASSWORD, "code": phone.code()}

        answers = [
            visitor.post("/intake/sign-in", typed),
            visitor.get("/intake/relationships"),
            visitor.get("/intake/session/renew"),
            visitor.post("/intake/account/sign-ins/end-all"),
        ]

        cookies = [one for answer in answers for one in answer.headers.getlist("Set-Cookie")]
        names = {cookie.split("=")[0] for cookie in cookies}
        assert names >= {f"__Host-attune-{name}" for name in ("staff", "session", "seen")}
        for cookie in cookies:
            assert cookie.startswith("__Host-")
            assert "Domain" not in cookie
            for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
                assert part in cookie, cookie


@pytest.mark.requirement("PLT-19")
def test_a_sign_in_is_known_by_another_id_each_time_also_in_the_same_browser(house):
    visitor, ids = house.visitor("ines"), set()
    for _ in range(3):
        visitor.post("/intake/sign-in", {"name": "ines", "password": PASSWORD})
        ids.add(shown_by(visitor)[0])

    assert len(ids) == 3


@pytest.mark.requirement("PLT-19")
def test_what_renews_a_sign_in_is_chance_and_a_moment_and_names_nobody(house):
    secret, at = shown_by(house.visitor("ines"))

    assert re.fullmatch(r"[\w-]{43,}", secret)
    assert isinstance(at, float)


def shown_by(visitor: Visitor) -> list:
    """Return all that a browser shows where its sign-in is renewed."""
    cookie = visitor.browser.get_cookie("attune-session", domain="localhost").value
    return URLSafeSerializer("").loads_unsafe(cookie)[1]


def test_a_password_is_kept_as_argon2id_that_costs_what_it_should(house):
    with house.work() as work:
        usecases.choose_password(
            work,
            staff_id=house.staff["ines"],
            present=PASSWORD,
            password="four words of my own",
            now=house.wall_clock.now(),
        )
        account = work.session.get(StaffAccount, house.staff["ines"])
        kept = work.open(account, "password")

    found = extract_parameters(kept)
    assert found.type is Type.ID
    assert found.memory_cost >= 19 * 1024
    assert found.time_cost >= 2
