"""Roster: what reminders knows of clinics and people, as other services told it."""
