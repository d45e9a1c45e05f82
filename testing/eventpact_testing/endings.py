"""How soon values of a schema can end: what keeps examples of types that contain themselves finite."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from eventpact.avro.model import Record, Union
from eventpact.avro.walk import children, walk

if TYPE_CHECKING:
    from eventpact.avro.model import Schema


class Endings:
    """For each schema below a root: how many records that contain themselves its shallowest value is deep."""

    def __init__(self, root: Schema) -> None:
        self._parts = list(walk(root))
        self._recursive = {id(part) for part in self._parts if isinstance(part, Record) and _contains_itself(part)}
        self._least: dict[int, float] = {id(part): inf for part in self._parts}
        while self._lowered():
            pass

    def least(self, schema: Schema) -> float:
        """How deep the shallowest value is; infinite where no value ends."""
        return self._least[id(schema)]

    def contains_itself(self, schema: Schema) -> bool:
        """Whether it is a record that holds itself, directly or through others."""
        return id(schema) in self._recursive

    def _lowered(self) -> bool:
        changed = False
        for part in reversed(self._parts):
            found = self._now(part)
            if found < self._least[id(part)]:
                self._least[id(part)] = found
                changed = True
        return changed

    def _now(self, schema: Schema) -> float:
        inner = [self._least[id(child)] for child in children(schema)]
        match schema:
            case Record():
                return max(inner, default=0) + (id(schema) in self._recursive)
            case Union():
                return min(inner, default=inf)
            case _:
                return 0  # containers may be empty


def _contains_itself(record: Record) -> bool:
    return any(part is record for field in record.fields for part in walk(field.type))
