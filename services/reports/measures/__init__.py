"""What is counted: the questions that reports answer, in words that take no side."""
