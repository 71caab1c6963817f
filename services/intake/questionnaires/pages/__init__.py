"""Questionnaires for people: the member's own pages, and those of whoever treats them."""
