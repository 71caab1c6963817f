"""The directory for people: the staff's door, and the set-up of clinics and staff."""
