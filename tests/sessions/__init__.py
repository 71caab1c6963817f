"""Sessions, tried through the doors that people, programs and other services use."""
