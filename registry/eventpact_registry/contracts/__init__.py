"""Contracts on disk, in a git revision or in a registry, loaded into one model."""
