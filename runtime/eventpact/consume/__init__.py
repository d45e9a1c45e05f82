"""Consuming typed events in groups."""
