"""What all four services share."""
