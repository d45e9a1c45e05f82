"""Which Python values stand for a schema's values: plain ones, or instances of generated classes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from eventpact.avro import logical

if TYPE_CHECKING:
    from collections.abc import Mapping

    from eventpact.avro.binding import Binding
    from eventpact.avro.logical import Conversion
    from eventpact.avro.model import Fixed, Primitive


@dataclass(frozen=True, slots=True)
class Form:
    """How one codec's values look.

    Plain: records and maps are dicts, arrays lists, enums strings, `("name", value)` forces a branch of a union. With
    classes: bound records and enums are instances, arrays tuples, and a branch is told by its class.
    """

    logical_types: bool = True
    """Whether logical types are converted, or left as the types that they stand on."""
    classes: Mapping[str, Binding] = field(default_factory=dict)
    """Full names of records and enums to their classes; empty for plain values."""

    @property
    def plain(self) -> bool:
        """Whether there are no classes."""
        return not self.classes

    @property
    def sequence(self) -> type[Any]:
        """What an array is decoded to."""
        return list if self.plain else tuple

    def cls(self, name: str) -> type[Any] | None:
        """The class of a named type, if it is bound."""
        binding = self.classes.get(name)
        return binding.cls if binding else None

    def conversion(self, schema: Primitive | Fixed) -> Conversion | None:
        """How a type's values are converted."""
        return logical.conversion(schema) if self.logical_types else None
