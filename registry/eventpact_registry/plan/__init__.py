"""One plan for schemas and topics: read, compare by meaning, show, apply."""
