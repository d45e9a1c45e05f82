"""What changed between two versions or sources, as typed changes."""
