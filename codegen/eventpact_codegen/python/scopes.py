"""Chooses local names for what a module imports, so that nothing hides anything else.

A class may be called `Decimal` and a field `date`: then the imported `decimal.Decimal` and `datetime.date` go by
`_Decimal` and `_date` in that module, and the contract's own names stay as they are.
"""

from __future__ import annotations

import re
from itertools import chain, count
from typing import TYPE_CHECKING

from eventpact_codegen.casing import pascal
from eventpact_codegen.python.draft import ModuleScope

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from eventpact_codegen.python.code import Symbol


class ScopeBuilder:
    """Collects the symbols that a module uses and then names them."""

    def __init__(self, package: str, module: str, declared: Collection[str], cyclic: Collection[str] = ()) -> None:
        """`module` is dotted; `declared` are names that the module defines itself.

        `cyclic` modules import this one too: they are imported as modules, and their classes are reached through them.
        """
        self._package = package
        self._module = module
        self._declared = frozenset(declared)
        self._cyclic = frozenset(cyclic)
        self._uses: dict[Symbol, set[str]] = {}

    def use(self, symbols: Iterable[Symbol], hidden_by: Collection[str] = ()) -> None:
        """Note symbols used where the names `hidden_by` (a class's attributes) come first."""
        for symbol in symbols:
            self._uses.setdefault(symbol, set()).update(hidden_by)

    def build(self, aliases: Iterable[tuple[Symbol, str]] = ()) -> ModuleScope:
        """Names for all symbols used; `aliases` are tried first."""
        wanted = dict(aliases)
        taken = set(self._declared)
        names: dict[Symbol, str] = {}
        imports: dict[tuple[str, str], str] = {}
        for symbol in sorted(self._uses, key=self._rank):
            hidden = self._uses[symbol]
            if symbol.module == self._module:
                names[symbol] = symbol.name
            elif symbol.module in self._cyclic:
                parent, _, module = symbol.module.rpartition(".")
                local = imports.get((parent, module)) or _free(_spellings(f"_{module}"), taken, hidden)
                imports[parent, module] = local
                names[symbol] = f"{local}.{symbol.name}"
                taken.add(local)
            else:
                candidates = chain([wanted[symbol]] if symbol in wanted else (), self._candidates(symbol))
                names[symbol] = _free(candidates, taken, hidden)
                taken.add(names[symbol])
                if symbol.module != "builtins" or names[symbol] != symbol.name:
                    imports[symbol.module, symbol.name] = names[symbol]
        lines = [(module, name, local) for (module, name), local in sorted(imports.items())]
        cyclic = [line for line in lines if f"{line[0]}.{line[1]}" in self._cyclic]
        return ModuleScope(names, tuple(line for line in lines if line not in cyclic), tuple(cyclic))

    def _rank(self, symbol: Symbol) -> tuple[int, Symbol]:
        """Builtins and libraries keep their names before classes of other modules do."""
        is_ours = symbol.module.startswith(f"{self._package}.")
        return (2 if is_ours else 0 if symbol.module == "builtins" else 1, symbol)

    def _candidates(self, symbol: Symbol) -> Iterator[str]:
        yield symbol.name
        if symbol.module.startswith(f"{self._package}."):
            *versions, module = symbol.module.removeprefix(f"{self._package}.").split(".")
            version = "".join(versions).upper()
            if version and re.fullmatch(r"V\d+", version):
                yield f"{symbol.name}{version}"
            yield f"{pascal(module)}{symbol.name}{version}"
        yield from _spellings(f"_{symbol.name.lstrip('_')}")


def _spellings(name: str) -> Iterator[str]:
    yield name
    yield from (f"{name}_{number}" for number in count(2))


def _free(candidates: Iterable[str], taken: Collection[str], hidden: Collection[str]) -> str:
    return next(name for name in candidates if name not in taken and name not in hidden)
