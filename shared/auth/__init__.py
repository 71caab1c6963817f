"""Who is asking, in which role, for which clinics, and what that opens."""
