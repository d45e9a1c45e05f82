"""Contracts compiled into typed Python packages: model, passes, templates, files."""
