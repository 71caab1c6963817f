"""`make run` prepares itself: its packages in a folder, made once, renewed with the pins."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.tree import ROOT

pytestmark = pytest.mark.left_to_the_build("preparing a house from nothing")

WITHOUT_PIP = 'import sys\nsys.modules["ensurepip"] = sys.modules["pip"] = None\n'
"""What makes a Python behave as Debian's does before anything is added to it."""

PROGRAM = 'def main():\n    print("Attune speaking")\n'


@pytest.fixture(scope="module")
def house(tmp_path_factory) -> Path:
    """A small house with a space in its name, and with no packages to install."""
    folder = tmp_path_factory.mktemp("a house") / "with a space"
    (folder / "deploy" / "requirements").mkdir(parents=True)
    shutil.copy(ROOT / "deploy" / "bootstrap.py", folder / "deploy")
    (folder / "deploy" / "cli.py").write_text(PROGRAM)
    for layer in ("core", "test", "dev"):
        (folder / "deploy" / "requirements" / f"{layer}.txt").write_text("# nothing yet\n")
    prepare(folder)
    return folder


def prepare(
    house: Path, layer: str = "core", **environment: str
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "deploy/bootstrap.py", layer]
    told = {**os.environ, **environment}
    return subprocess.run(command, cwd=house, env=told, capture_output=True, text=True)


def test_the_command_works_from_anywhere(house):
    said = subprocess.run([house / ".venv/bin/attune"], cwd="/", capture_output=True, text=True)

    assert said.stdout == "Attune speaking\n"


def test_a_second_time_there_is_nothing_to_do(house):
    assert prepare(house).stdout == ""


def test_changed_pins_are_installed_without_being_asked_for(house):
    (house / "deploy" / "requirements" / "core.txt").write_text("# something else\n")

    assert "Ready" in prepare(house).stdout
    assert prepare(house).stdout == ""


def test_a_larger_layer_holds_the_smaller_ones(house):
    assert "Ready" in prepare(house, "dev").stdout
    assert prepare(house, "test").stdout == ""


def test_a_house_that_moved_is_prepared_anew(house, tmp_path):
    moved = tmp_path / "moved"
    shutil.copytree(house, moved, symlinks=True)

    assert "Making .venv" in prepare(moved).stdout


def test_a_package_that_cannot_be_had_is_named(house):
    pins = house / "deploy" / "requirements" / "test.txt"
    pins.write_text(f"./nowhere.whl --hash=sha256:{'0' * 64}\n")

    done = prepare(house, "test")

    assert done.returncode == 1
    assert "nowhere.whl" in done.stderr
    assert "Traceback" not in done.stderr


def test_where_pip_is_nowhere_the_package_that_brings_it_is_named(house, tmp_path):
    (tmp_path / "sitecustomize.py").write_text(WITHOUT_PIP)
    bare = tmp_path / "bare"
    shutil.copytree(house, bare, ignore=shutil.ignore_patterns(".venv"))

    done = prepare(bare, PYTHONPATH=str(tmp_path), PATH="")

    assert done.returncode == 1
    assert f"apt-get install python3.{sys.version_info.minor}-venv" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unknown_layer_is_refused_by_name(house):
    done = prepare(house, "everything")

    assert done.returncode == 1
    assert "'everything'" in done.stderr
