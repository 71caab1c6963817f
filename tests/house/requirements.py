"""Lists each requirement with the tests that show it: `make requirements`."""

import contextlib
import io
import sys
from collections import defaultdict

import pytest


class Collector:
    """A pytest plugin that notes every requirement that a collected test names."""

    def __init__(self) -> None:
        self.shown: dict[str, list[str]] = defaultdict(list)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Read the marks of all tests."""
        for item in session.items:
            name = item.nodeid.split("[")[0]
            for mark in item.iter_markers("requirement"):
                for requirement in mark.args:
                    if name not in self.shown[requirement]:
                        self.shown[requirement].append(name)


def collect(*arguments: str) -> dict[str, list[str]]:
    """Return the tests of each requirement, in order; raises ValueError if pytest cannot say."""
    collector = Collector()
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        status = pytest.main(["--collect-only", "-qq", *arguments], plugins=[collector])
    if status not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        raise ValueError(said.getvalue())
    return dict(sorted(collector.shown.items()))


def main() -> None:
    """Print the list."""
    shown = collect(*sys.argv[1:])
    for requirement, tests in shown.items():
        print(requirement)
        for test in tests:
            print(f"    {test}")
    print(f"{len(shown)} requirements are shown by tests.")


if __name__ == "__main__":
    main()
