"""The pages on which supervisors read releases, and the files they may take away."""
