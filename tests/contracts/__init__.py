"""Golden samples: one message of every event type ever told. They are never edited."""
