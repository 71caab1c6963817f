"""What all four services need, and which knows none of them."""
