"""Says which exceptions from the linter nothing needs any more: `make lint`.

One that is left over would let the next mistake through.
"""

import json
import subprocess
import sys
import tomllib
from fnmatch import fnmatch

from tests.house.tree import ROOT

EVERYWHERE = "tests/**.py"
"""Tests make up what they send; for them an exception is a habit, not a place."""


def granted() -> set[tuple[str, str]]:
    """Return each exception of what runs anywhere: which files, which rule."""
    lint = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["ruff"]["lint"]
    places = lint["per-file-ignores"].items()
    return {(where, rule) for where, rules in places for rule in rules if where != EVERYWHERE}


def found_without() -> set[tuple[str, str]]:
    """Return what the linter says where nothing is excepted: which file, which rule."""
    command = [sys.executable, "-m", "ruff", "check", "--exit-zero", "--output-format", "json"]
    options = ["--config", "lint.per-file-ignores = {}", "shared", "services", "deploy"]
    said = subprocess.run([*command, *options], cwd=ROOT, check=True, capture_output=True)
    return {
        (str(one["filename"]).removeprefix(f"{ROOT}/"), one["code"])
        for one in json.loads(said.stdout)
    }


def left_over() -> list[str]:
    """Return the exceptions that nothing needs."""
    found = found_without()
    needed = {
        (where, rule)
        for where, rule in granted()
        for name, said in found
        if said == rule and any(fnmatch(name, one) for one in _spelt_out(where))
    }
    return sorted(f"{where}: {rule}" for where, rule in granted() - needed)


def _spelt_out(where: str) -> list[str]:
    """Return each of the files that braces name."""
    if "{" not in where:
        return [where]
    before, rest = where.split("{")
    several, after = rest.split("}")
    return [f"{before}{one}{after}" for one in several.split(",")]


if __name__ == "__main__":
    unneeded = left_over()
    print("\n".join(f"No longer needed in pyproject.toml: {one}" for one in unneeded), end="")
    sys.exit(bool(unneeded))
