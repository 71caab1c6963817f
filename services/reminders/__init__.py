"""Reminders: short forms at hours that are safe for each person, sent only to those who agreed."""
