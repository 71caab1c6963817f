"""What each clinic contributes at the close of a quarter, under names of no other use."""
