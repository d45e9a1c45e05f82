"""A writer and a reader brought together (Avro 1.12, "Schema Resolution"): what does not fit, how to read the rest."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from eventpact.avro.mismatches import find_mismatches
from eventpact.avro.planner import make_plan

if TYPE_CHECKING:
    from eventpact.avro.model import Schema
    from eventpact.avro.plan import Mismatch, Plan


@dataclass(frozen=True, eq=False)
class Resolution:
    """What follows from a writer's and a reader's schema; each answer is worked out when it is first asked for.

    The verdict is that of Avro Java's `SchemaCompatibility`, the plan that of its resolving decoder. They differ where
    Java's do: the plan pairs records whatever their names are, while a verdict reports the names.
    """

    writer: Schema
    reader: Schema

    @property
    def compatible(self) -> bool:
        """Whether the reader can read everything that the writer may write."""
        return not self.mismatches

    @cached_property
    def mismatches(self) -> tuple[Mismatch, ...]:
        """What stands in the way, in Avro Java's kinds, locations and order."""
        return find_mismatches(self.writer, self.reader)

    @cached_property
    def plan(self) -> Plan:
        """How to read the writer's bytes into the reader's types; a mismatch fails only when bytes lead to it."""
        return make_plan(self.writer, self.reader)


def resolve(*, writer: Schema, reader: Schema) -> Resolution:
    """Bring a writer and a reader together; never raises for schemas that `parse` made."""
    return Resolution(writer, reader)
