"""Rules on data: what a consumer could not read. They judge what the resolver finds (`diff/breaks.py`)."""
