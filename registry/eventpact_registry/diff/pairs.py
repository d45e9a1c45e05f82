"""Remembers what each pair of schemas comes to, because modes, pins and verdicts ask for the same pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eventpact.avro.mismatches import find_mismatches
from eventpact_registry.diff.refine import causes

if TYPE_CHECKING:
    from eventpact.avro import Mismatch, Schema


class Pairs:
    """What stands between writers and readers, each pair resolved once."""

    def __init__(self) -> None:
        # By identity, which is how schemas are compared; the schemas are kept so that no identity is used again.
        self._found: dict[tuple[int, int], tuple[Schema, Schema, tuple[Mismatch, ...]]] = {}

    def causes(self, writer: Schema, reader: Schema) -> tuple[Mismatch, ...]:
        """What stands in the way of the reader, looked for inside unions; empty when it can read everything."""
        key = (id(writer), id(reader))
        if key not in self._found:
            mismatches = find_mismatches(writer, reader)
            self._found[key] = (writer, reader, causes(writer, reader, mismatches) if mismatches else ())
        return self._found[key][2]
