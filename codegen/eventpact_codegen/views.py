"""What templates of more than one target see: finished pieces of source, nothing left to decide or to escape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from eventpact_codegen.text import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """An event in the README's table."""

    name: Source
    topic: Source
    version: Source
    summary: Source
