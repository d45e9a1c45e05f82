"""The `eventpact` command: one module a command, which parses, calls and prints."""
