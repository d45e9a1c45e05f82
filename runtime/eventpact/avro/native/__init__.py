"""Schemas and plans lowered to programs: what the native executor takes.

A program is data: a tuple of nodes, the first one to begin with. A node is a tuple of a name and what that needs:
numbers, texts, classes, functions, and the places of other nodes. Nothing here imports the extension.
"""
