"""What is killed, frozen or lost between a commit and its effect, and what is true afterwards."""
