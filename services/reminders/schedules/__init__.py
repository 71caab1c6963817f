"""Schedules: when each person is asked, by their own clock and inside their own safe hours."""
