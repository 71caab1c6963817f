"""Rights: what reminders holds of one person, and what it stops and removes when they are gone."""
