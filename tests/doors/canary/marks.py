"""Marks to type in place of words and addresses, found again however they are written."""

import re
import zlib
from base64 import b64encode, urlsafe_b64decode
from collections.abc import Iterator

STEM = "kestrelquill"
PLAIN = re.compile(rf"{STEM}(\d{{4}})x".encode())
LETTERS = "".join(f"(?:{letter:02x}|{letter - 32:02x})" for letter in STEM.encode())
HEX = re.compile(rf"{LETTERS}((?:3\d){{4}})78".encode())
SPACED = (b"%", b"\\x", b":")
"""What may stand before each byte that is written as a number."""

UNREADABLE = 0
"""The number of a mark that was found in a form that does not tell which one it is."""


def _in_base64(text: bytes) -> Iterator[bytes]:
    """Yield what every base64 of bytes holds that hold this text, wherever in them it stands."""
    for before in range(3):
        coded = b64encode(bytes(before) + text)
        yield coded[-(-8 * before // 6) : 8 * (before + len(text)) // 6].lower()


CODED = (
    *_in_base64(STEM[1:].encode()),
    STEM.encode("utf-16-le"),
)

_BYTES = [f"{byte:02x}" for byte in STEM[1:].encode()]
HINTS = (
    STEM.encode(),
    *CODED,
    *(sign.join(_BYTES).encode() for sign in ("", "%", "\\x", ":")),
)
"""One of these is in whatever holds a mark; most of what is looked through holds none."""


class Marks:
    """Hands out one mark for each thing typed, and remembers where it was typed.

    Plain marks look like a code, which goes further; ``ornate`` ones have letters that each way of
    writing writes otherwise.
    """

    def __init__(self, *, ornate: bool = False) -> None:
        self.typed: dict[int, str] = {}
        self.ornate = ornate

    def words(self, where: str) -> str:
        """Return a mark for words."""
        return f"{STEM.title()}{self._next(where):04d}x{' é&' if self.ornate else ''}"

    def address(self, where: str) -> str:
        """Return a mark for an e-mail address."""
        return f"{STEM}{self._next(where):04d}x@example.org"

    def _next(self, where: str) -> int:
        number = len(self.typed) + 1
        self.typed[number] = where
        return number


def marks_in(text: str | bytes) -> set[int]:
    """Return the numbers of all marks in a text: plain, escaped, in hex, base64 or UTF-16."""
    whole = (text.encode() if isinstance(text, str) else text).lower()
    if not any(hint in whole for hint in HINTS):
        return set()
    found = {int(number) for number in PLAIN.findall(whole)}
    for spaced in (b"", *SPACED):
        dense = whole.replace(spaced, b"") if spaced else whole
        found |= {int(bytes.fromhex(number.decode())) for number in HEX.findall(dense)}
    if any(coded in whole for coded in CODED):
        found.add(UNREADABLE)
    return found


def unpacked(cookie: str) -> bytes:
    """Return a cookie as it is written, and what its signed parts hold once they are unpacked."""
    parts = [cookie.encode()]
    for part in cookie.split(";")[0].partition("=")[2].strip('"').strip(".").split("."):
        held = _unwritten(part)
        parts += [held, _inflated(held)]
    return b"\n".join(parts)


def _unwritten(part: str) -> bytes:
    try:
        return urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except ValueError:
        return b""


def _inflated(held: bytes) -> bytes:
    try:
        return zlib.decompress(held)
    except zlib.error:
        return b""
