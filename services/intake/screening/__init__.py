"""Talks that a clinician has with each member alone, before anything joint begins."""
