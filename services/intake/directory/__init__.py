"""Directory: organizations, their clinics, their staff, and how staff sign in."""
