"""How the database of intake came to its present form, one step per file."""
