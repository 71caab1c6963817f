"""Steps that the history of every service takes alike; one that was taken never changes."""
