"""Tests of reports: by events, by the clock, and by the supervisor's doors."""
