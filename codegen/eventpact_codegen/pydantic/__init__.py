"""The pydantic target: the Python one with models instead of dataclasses."""
