"""Contracts loaded, judged and synchronised: lint, diff, compatibility, plan and apply, and the embedded registry."""
