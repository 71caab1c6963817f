"""The files of the house, as git knows them, and what the project asks for."""

import re
import subprocess
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def files(*patterns: str) -> list[Path]:
    """Return the files that are in git or will be, of the given patterns (default: all)."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--"]
    listed = subprocess.run([*command, *patterns], cwd=ROOT, check=True, capture_output=True)
    names = listed.stdout.decode().split("\0")
    return [ROOT / name for name in sorted(set(names)) if name and (ROOT / name).is_file()]


def modules() -> list[Path]:
    """Return every Python file that says something."""
    return [path for path in files("*.py") if path.stat().st_size]


def text_of(path: Path) -> str:
    """Return the text of a file, or nothing for a picture or a font."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def named(path: Path) -> str:
    """Return a file's name as people say it."""
    return str(path.relative_to(ROOT))


def asked_for(*extras: str) -> set[str]:
    """Return the names of the packages that the project, or some of its extras, depend on."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    optional = project["optional-dependencies"]
    wanted = [*project["dependencies"], *(name for extra in extras for name in optional[extra])]
    return {re.split(r"[\[<>=!~; ]", text)[0] for text in wanted}
