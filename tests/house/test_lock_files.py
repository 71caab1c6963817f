"""The lock files pin everything, each layer holding the one beneath."""

import re

import pytest

from tests.house.tree import ROOT, asked_for

LAYERS = ("core", "test", "dev")
PIN = re.compile(r"^(?P<name>[\w.-]+)(\[[\w,-]+\])?==(?P<version>[^ ;\\]+)", re.MULTILINE)


def lock(layer: str) -> str:
    return (ROOT / "deploy" / "requirements" / f"{layer}.txt").read_text()


def pins(layer: str) -> dict[str, str]:
    return {found["name"]: found["version"] for found in PIN.finditer(lock(layer))}


@pytest.mark.parametrize("layer", LAYERS)
def test_every_pin_has_its_fingerprints_and_no_address(layer):
    entries = re.split(r"\n(?=\S)", lock(layer).strip())

    assert all("--hash=sha256:" in entry for entry in entries)
    assert "://" not in lock(layer)


@pytest.mark.parametrize(("layer", "beneath"), [("test", "core"), ("dev", "test")])
def test_each_layer_holds_the_one_beneath(layer, beneath):
    assert pins(beneath).items() <= pins(layer).items()


@pytest.mark.parametrize(
    ("layer", "extras"),
    [
        ("core", []),
        ("test", ["test", "charts"]),
        ("dev", ["test", "charts", "dev", "bench"]),
    ],
)
def test_what_the_project_asks_for_is_pinned(layer, extras):
    assert asked_for(*extras) <= pins(layer).keys()
