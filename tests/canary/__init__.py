"""A marker typed everywhere, and looked for everywhere it must not be."""
