"""How the database of sessions came to its present form, one step per file."""
