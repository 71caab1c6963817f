"""Records: the progress log, and what lies around it in time."""
