"""The event backbone, on every pair of database and broker."""
