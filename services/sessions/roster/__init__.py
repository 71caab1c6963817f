"""Roster: who is in care with whom, as intake told it, and what reminders received from them."""
