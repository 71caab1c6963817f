"""How the database of reports came to its present form, one step per file."""
