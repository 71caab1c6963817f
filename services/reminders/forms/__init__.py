"""Forms: a link opens an empty form, takes one answer, and never shows anything that is kept."""
