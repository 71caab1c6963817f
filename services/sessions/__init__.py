"""Sessions: what happened in the room, what is tried between times, and each one's own course."""
