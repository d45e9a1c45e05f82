"""Which symbols classes are made with: those of dataclasses, or of a library that does the same in other words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from eventpact_codegen.python.code import Symbol


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """The symbols. What is written around them is the template's business."""

    decorator: Symbol | None
    """What stands above a class."""
    field: Symbol
    """The function that gives a field more than a value: `default`, `default_factory`, `repr`."""
    record: Symbol
    event: Symbol
    """Base classes."""


DATACLASSES: Final = Dialect(
    decorator=Symbol("eventpact.classes", "dataclass"),
    field=Symbol("dataclasses", "field"),
    record=Symbol("eventpact", "Record"),
    event=Symbol("eventpact", "Event"),
)
