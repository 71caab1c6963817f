"""Rights: what a person may ask of what is kept about them, and what became of it."""
