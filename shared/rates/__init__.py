"""How often the same source or person may try something, counted where every process sees it."""
