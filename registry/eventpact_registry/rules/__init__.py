"""What the gate judges: one rule a file, with its cases beside it."""
