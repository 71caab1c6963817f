"""Tests of reminders, through the doors that people, programs, services and the clock use."""
