"""Consent as other systems read it: pure functions from one person's records to JSON."""
