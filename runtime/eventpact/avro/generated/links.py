"""What emitted code knows of classes: names in its module that are bound once the classes exist."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from eventpact.avro.binding import members, twin
from eventpact.avro.varint import long_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from eventpact.avro.binding import Binding

LinkKind = Literal["class", "twin", "encodings", "members"]


@dataclass(frozen=True, slots=True)
class Link:
    """One such name's value, described without the class."""

    kind: LinkKind
    type: str
    """Full Avro name."""
    symbols: tuple[str | None, ...] = ()
    """Enums: in the order of their indices; None where the reader has no symbol for the writer's."""


def resolve_link(link: Link, classes: Mapping[str, Binding]) -> Any:
    """The value of a link: a class, its twin (None where there is none), or a table of an enum.

    Raises:
        KeyError: the type has no class, and is no enum.
        ValueError, TypeError: the class is no enum with these symbols.
    """
    return _RESOLVERS[link.kind](link, classes)


def _encodings(link: Link, classes: Mapping[str, Binding]) -> dict[Any, bytes]:
    return {value: long_bytes(index) for index, value in enumerate(_values(link, classes))}


def _members(link: Link, classes: Mapping[str, Binding]) -> dict[int, Any]:
    """By twice the index, which is the byte that stands for the first 64; what has no symbol is left out."""
    return {index * 2: value for index, value in enumerate(_values(link, classes)) if value is not None}


def _values(link: Link, classes: Mapping[str, Binding]) -> list[Any]:
    binding = classes.get(link.type)
    known = members(binding.cls if binding else None, [symbol for symbol in link.symbols if symbol is not None])
    return [None if symbol is None else known[symbol] for symbol in link.symbols]


_RESOLVERS: Final[Mapping[LinkKind, Callable[[Link, Mapping[str, Binding]], Any]]] = {
    "class": lambda link, classes: classes[link.type].cls,
    "twin": lambda link, classes: twin(classes[link.type]),
    "encodings": _encodings,
    "members": _members,
}
