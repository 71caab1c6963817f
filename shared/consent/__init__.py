"""Consent: what someone was asked, what they said, how long it holds, what it permits now."""
