"""Python expressions with their imports left open: text, and symbols that are imported under a name chosen later."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from eventpact_codegen.text import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


@dataclass(frozen=True, slots=True, order=True)
class Symbol:
    """A name in a module: `datetime.datetime`, `builtins.str`, a class of the package."""

    module: str
    name: str


Code: TypeAlias = tuple[Source | Symbol, ...]


def builtin(name: str) -> Symbol:
    """A builtin; it is imported only where something in the module has taken its name."""
    return Symbol("builtins", name)


def code(*parts: str | Symbol | Code) -> Code:
    """An expression from literal pieces of the generator's own, symbols and other expressions."""
    flat: list[Source | Symbol] = []
    for part in parts:
        if isinstance(part, tuple):
            flat += part
        else:
            flat.append(part if isinstance(part, Symbol) else Source(part))
    return tuple(flat)


def joined(separator: str, parts: Iterable[Code]) -> Code:
    """Expressions with text between them."""
    pieces: list[Code | str] = []
    for part in parts:
        pieces += [separator, part] if pieces else [part]
    return code(*pieces)


def symbols(expression: Code) -> Iterator[Symbol]:
    """The symbols of an expression."""
    return (part for part in expression if isinstance(part, Symbol))


def render(expression: Code, scope: Mapping[Symbol, str]) -> Source:
    """The expression as source, with each symbol under its local name."""
    return Source("".join(scope[part] if isinstance(part, Symbol) else part for part in expression))
