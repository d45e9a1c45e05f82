"""The global names of emitted code: positional, so that no text of a schema is ever one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from eventpact.avro.binding import checked_identifier
from eventpact.avro.generated.links import Link

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from eventpact.avro.generated.links import LinkKind
    from eventpact.avro.plan import EnumPlan

_PREFIXES: Final[Mapping[LinkKind, str]] = {"class": "C", "twin": "T", "encodings": "E", "members": "M"}


class Names:
    """Gives out names and remembers what they stand for."""

    def __init__(self, attributes: Mapping[str, tuple[str, ...]], has_twin: Callable[[str], bool]) -> None:
        """Begin with what is known of bound types: full names to attributes, and whether a record has a twin."""
        self.links: dict[Link, str] = {}
        self.constants: dict[str, Any] = {}
        self._attributes = attributes
        self._has_twin = has_twin
        self._types: dict[str, int] = {}

    def is_bound(self, type_name: str) -> bool:
        """Whether a record or an enum has a class."""
        return type_name in self._attributes

    def attributes(self, type_name: str) -> list[str]:
        """The attributes of a bound record; ValueError where one may not stand in source."""
        return [checked_identifier(name) for name in self._attributes[type_name]]

    def cls(self, type_name: str) -> str:
        """The class of a bound type."""
        return self._link(Link("class", type_name))

    def twin(self, type_name: str) -> str | None:
        """The twin of a bound record."""
        return self._link(Link("twin", type_name)) if self._has_twin(type_name) else None

    def encodings(self, type_name: str, symbols: tuple[str, ...]) -> str:
        """A dict of an enum's values to their bytes."""
        return self._link(Link("encodings", type_name, symbols))

    def members(self, plan: EnumPlan) -> str:
        """A dict of twice a writer's index to the reader's value."""
        symbols = tuple(symbol if isinstance(symbol, str) else None for symbol in plan.symbols)
        return self._link(Link("members", plan.reader.name, symbols))

    def constant(self, value: Any) -> str:
        """Any other object."""
        name = f"K{len(self.constants)}"
        self.constants[name] = value
        return name

    def _link(self, link: Link) -> str:
        if link not in self.links:
            number = self._types.setdefault(link.type, len(self._types))
            name = f"{_PREFIXES[link.kind]}{number}"
            taken = name in self.links.values()  # the members of one enum for several writers' orders
            self.links[link] = f"{name}_{len(self.links)}" if taken else name
        return self.links[link]
