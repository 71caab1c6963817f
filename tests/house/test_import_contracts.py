"""Who may know whom: the contracts hold here, and each would notice when it is broken."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.tree import ROOT

SERVICES = ("intake", "sessions", "reminders", "reports")

FORBIDDEN = {
    "deploy knows the services": ("shared/clock.py", "services.intake"),
    "services speak only": ("services/intake/directory/queries.py", "services.sessions"),
    "every capability has": ("services/intake/people/domain.py", "services.intake.people.models"),
    "the rules know no tools": ("services/intake/directory/domain.py", "sqlalchemy"),
    "use cases and queries": ("services/intake/directory/usecases.py", "flask"),
    "the contracts of events": ("shared/contracts/planted.py", "kombu"),
    "intake:": ("services/intake/directory/models.py", "services.intake.rights"),
    "sessions:": ("services/sessions/roster/models.py", "services.sessions.records"),
    "reminders:": ("services/reminders/roster/models.py", "services.reminders.sending"),
    "reports:": ("services/reports/contributions/models.py", "services.reports.releases"),
}
"""How each contract's name begins, and an import that it must refuse."""

STRAYS = {
    "every capability has": "services/intake/directory/utils.py",
    "intake:": "services/intake/misc/__init__.py",
    "sessions:": "services/sessions/misc/__init__.py",
    "reminders:": "services/reminders/misc/__init__.py",
    "reports:": "services/reports/misc/__init__.py",
}
"""How a contract's name begins, and a file that has no place in the house."""


def lint(folder: Path) -> dict[str, str]:
    """Return what import-linter says about each broken contract, by the contract's name."""
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    said = subprocess.run(command, cwd=folder, capture_output=True, text=True).stdout
    assert "Contracts:" in said, said
    _, _, details = said.partition("Broken contracts\n")
    parts = re.split(r"^(.+)\n-{5,}\n", details, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def copy_of_the_house(folder: Path) -> Path:
    """Copy the code, with at least the rooms that the planted files need."""
    for name in ("services", "shared", "deploy"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("static"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    for place, imported in FORBIDDEN.values():
        plant(folder, place)
        if imported.startswith("services."):
            plant(folder, imported.replace(".", "/") + ".py")
    return folder


def plant(folder: Path, place: str, line: str = "") -> None:
    """Add a line to a file that may not exist yet, or to a new one in the folder of that name."""
    path = folder / place
    if path.with_suffix("").is_dir():
        path = path.with_suffix("") / "planted.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    for parent in (path.parent, *path.parent.parents):
        if folder in parent.parents:
            (parent / "__init__.py").touch()
    with path.open("a") as file:
        file.write(f"\n{line}\n")


def said_by(broken: dict[str, str], name: str) -> str:
    return next((text for contract, text in broken.items() if contract.startswith(name)), "")


def test_they_hold_in_this_house():
    assert lint(ROOT) == {}


@pytest.fixture(scope="module")
def with_forbidden_imports(tmp_path_factory) -> dict[str, str]:
    folder = copy_of_the_house(tmp_path_factory.mktemp("imports"))
    for place, imported in FORBIDDEN.values():
        plant(folder, place, f"import {imported}")
    return lint(folder)


@pytest.mark.parametrize("contract", FORBIDDEN)
def test_a_forbidden_import_is_noticed(with_forbidden_imports, contract):
    place, imported = FORBIDDEN[contract]
    importer = re.escape(place.removesuffix(".py").replace("/", "."))

    chain = rf"{importer}(\.planted)? -> {re.escape(imported)}"
    assert re.search(chain, said_by(with_forbidden_imports, contract))


@pytest.fixture(scope="module")
def with_stray_files(tmp_path_factory) -> dict[str, str]:
    folder = copy_of_the_house(tmp_path_factory.mktemp("strays"))
    for place in STRAYS.values():
        plant(folder, place)
    return lint(folder)


@pytest.mark.parametrize("contract", STRAYS)
def test_a_stray_file_is_noticed(with_stray_files, contract):
    stray = STRAYS[contract].removesuffix("/__init__.py").removesuffix(".py")

    assert stray.replace("/", ".") in said_by(with_stray_files, contract)
