"""An invented network of clinics, written day by day through the use cases, with a moved clock."""
