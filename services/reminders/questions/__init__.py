"""Questions: what a short form asks, in our own words, versioned and the same for everybody."""
