"""Outcomes: at a quarter's end, in which category each relationship falls; frozen, and told."""
