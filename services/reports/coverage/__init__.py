"""Coverage: which rows of a report a network could print, before anyone has contributed."""
