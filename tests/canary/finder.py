"""Looks for a marker in bytes, however it was written down."""

from base64 import b64encode
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote_from_bytes

MARKER = "quokkapip"
"""Typed into every input; no word of any language, and in no text of ours."""


def forms_of(marker: str) -> Mapping[str, bytes]:
    """Return what the marker looks like, by the name of each way to write it down."""
    plain = marker.encode()
    forms = {
        "plain": plain,
        "utf-16": marker.encode("utf-16-le"),
        "utf-16-be": marker.encode("utf-16-be"),
        "hex": plain.hex().encode(),
        "json": "".join(f"\\u{ord(letter):04x}" for letter in marker).encode(),
        "url": "".join(f"%{byte:02x}" for byte in plain).encode(),
        "quoted": "".join(f"={byte:02x}" for byte in plain).encode(),
    }
    return forms | {f"base64 at {shift}": _base64(plain, shift) for shift in range(3)}


def found_in(data: bytes, marker: str = MARKER) -> list[str]:
    """Return the ways in which the marker stands in some bytes; capital letters hide nothing."""
    lower = data.lower()
    return [
        name
        for name, form in FORMS[marker].items()
        if form in (data if name.startswith("base64") else lower)
    ]


def files_in(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield every file below a folder with its name and its bytes."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield str(path.relative_to(folder)), path.read_bytes()


def _base64(plain: bytes, shift: int) -> bytes:
    """Return the letters that stand for the marker wherever it begins in what is encoded."""
    whole = b64encode(bytes(shift) + plain)
    return whole[-(-shift * 4 // 3) : len(whole) - 4]


FORMS = {MARKER: forms_of(MARKER)}

assert quote_from_bytes(MARKER.encode()) == MARKER, "an address spells it out unless it hides it"
