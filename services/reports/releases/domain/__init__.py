"""The rules of releases: when one is due, what may be printed in it, and how it is written down."""
