"""Consent: what each member permits, asked alone, kept with its proof."""
