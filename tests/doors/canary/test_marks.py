"""A mark is found again, however it was written on its way."""

import json
from base64 import b64encode, urlsafe_b64encode
from html import escape
from urllib.parse import quote

import pytest
from itsdangerous import URLSafeSerializer

from tests.doors.canary.marks import UNREADABLE, Marks, marks_in, unpacked

MARK = Marks(ornate=True).words("somewhere")
OURS = {
    "plain": MARK,
    "in capitals": MARK.upper(),
    "in JSON": json.dumps({"name": MARK}),
    "in a page": escape(f"<b>{MARK}</b>"),
    "in an address": f"/look?for={quote(MARK)}",
    "in an address, each letter": "".join(f"%{byte:02X}" for byte in MARK.encode()),
    "in hex": MARK.encode().hex(),
    "in a dump": f"\\x{MARK.encode().hex()}",
    "as bytes are shown": "".join(f"\\x{byte:02x}" for byte in MARK.encode()),
}


@pytest.mark.parametrize("written", OURS.values(), ids=OURS)
def test_by_its_number(written: str) -> None:
    assert marks_in(written) == {1}


@pytest.mark.parametrize("before", range(4))
@pytest.mark.parametrize("code", [b64encode, urlsafe_b64encode])
def test_in_base64_wherever_it_stands(code, before: int) -> None:
    assert marks_in(code(b"x" * before + MARK.encode())) == {UNREADABLE}


def test_in_a_cookie_that_was_packed() -> None:
    visit = {"said": [MARK] * 20}
    packed = URLSafeSerializer("a secret").dumps(visit)
    assert packed.startswith(".")

    assert marks_in(unpacked(f"visit={packed}; Path=/")) == {1}


def test_not_where_there_is_none() -> None:
    assert marks_in("kestrelquill") == set()
    assert marks_in(b64encode(bytes(range(256)))) == set()
