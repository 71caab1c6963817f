"""A test that misses something is skipped with the command that helps, and the build forbids it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.tree import ROOT

SAMPLE = '''"""A sample."""


def test_needs_a_browser(chromium):
    assert chromium
'''


@pytest.fixture
def a_suite(tmp_path) -> Path:
    tests = tmp_path / "tests"
    tests.mkdir()
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copy(ROOT / "tests" / "conftest.py", tests)
    shutil.copytree(ROOT / "tests" / "servers", tests / "servers")
    (tests / "test_sample.py").write_text(SAMPLE)
    return tmp_path


def run(suite: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a suite on a computer without any programs."""
    kept = {name: value for name, value in os.environ.items() if name != "NOTHING_SKIPPED"}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"],
        cwd=suite,
        env={**kept, "PATH": "", **environment},
        capture_output=True,
        text=True,
    )


def test_the_summary_names_the_command_and_the_suite(a_suite):
    done = run(a_suite)

    assert done.returncode == 0
    assert "not tested on this machine" in done.stdout
    assert "chromium; to have it: apt-get install chromium" in done.stdout
    assert "skipped for want of it: tests/test_sample.py" in done.stdout


def test_where_nothing_may_be_skipped_it_fails(a_suite):
    done = run(a_suite, NOTHING_SKIPPED="1")

    assert done.returncode == 1
    assert "chromium; to have it: apt-get install chromium" in done.stdout
