"""What people type, followed through the house: it lies sealed, or stands where it may be read."""
