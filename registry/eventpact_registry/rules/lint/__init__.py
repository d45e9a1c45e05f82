"""Rules on contracts as they are, without a base (`rules/subjects.py`)."""
