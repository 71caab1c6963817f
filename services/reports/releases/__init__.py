"""The fixed figures of a quarter: counted once, protected, and never changed again."""
