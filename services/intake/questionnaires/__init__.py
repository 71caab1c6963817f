"""Questionnaires: what members are asked at the beginning and along the way, each member alone."""
