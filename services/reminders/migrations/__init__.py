"""How the database of reminders came to its present form, one step per file."""
