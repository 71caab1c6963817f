"""Arrivals: many people at once, from a file that a clinic already has."""
