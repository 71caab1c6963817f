"""Engagement: at a quarter's end, how many of the short forms a relationship answered, roughly."""
