"""How a release is read and taken away: all of it from its printed numbers alone."""
