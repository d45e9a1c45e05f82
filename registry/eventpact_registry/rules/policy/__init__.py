"""Rules on changes against a base: what registries do not see (`diff/changes.py` and its neighbours)."""
