"""The list of requirements finds the tests that name them."""

import subprocess
import sys

from tests.house.tree import ROOT

SAMPLE = '''"""A sample."""

import pytest


@pytest.mark.requirement("ZZZ-01", "ZZZ-02")
@pytest.mark.parametrize("number", [1, 2])
def test_counts(number):
    assert number
'''


def test_a_requirement_is_listed_with_its_tests_once(tmp_path):
    (tmp_path / "test_sample.py").write_text(SAMPLE)

    listed = subprocess.run(
        [sys.executable, "-m", "tests.house.requirements", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert listed.count("test_sample.py::test_counts") == 2
    assert listed.splitlines()[0] == "ZZZ-01"
    assert listed.splitlines()[-1] == "2 requirements are shown by tests."
