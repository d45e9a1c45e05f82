"""Measurements: one file a question, run as `python -m benchmarks.NAME`; peers and we in the same run."""
