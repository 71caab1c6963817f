"""People: relationships of two or more members, and how each may be reached."""
