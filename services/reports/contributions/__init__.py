"""What each clinic contributes to the reports at the close of a quarter, under names of no use elsewhere."""
