"""How fast events travel, measured beside what others would do: `python -m tests.bench`."""
