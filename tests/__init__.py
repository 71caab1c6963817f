"""The tests of Attune, through the doors that its users have."""
