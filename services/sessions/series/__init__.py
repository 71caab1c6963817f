"""Series: each member's own answers over time, beside nothing but their own earlier ones."""
