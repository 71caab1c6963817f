"""Tests of intake, by the doors that people, programs and other services use."""
