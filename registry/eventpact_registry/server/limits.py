"""How large a request may be before the registry refuses it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Limits of one request. What a schema may nest is the parser's own limit."""

    body: int = 2 * 1024 * 1024
    """Bytes of a request's body."""
    parts: int = 20_000
    """Fields, symbols and named types of a schema; far above what people write, and judged within a second."""
