"""Producing typed events."""
