"""The Python target: names, literals, passes, templates."""
