"""The four services of Attune; they speak only through events."""
