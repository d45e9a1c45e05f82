"""A union's branches by kind and name, so that unions of a thousand branches meet without a million comparisons."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, TypeAlias

from eventpact.avro.model import Enum, Fixed, Record, Schema, Union
from eventpact.avro.names import short_name

if TYPE_CHECKING:
    from eventpact.avro.model import Named

_Key: TypeAlias = tuple[str, str]


class Branches:
    """Indexes of branches, each list in the union's order."""

    def __init__(self, union: Union) -> None:
        self.unnamed: dict[str, int] = {}
        """kind -> index"""
        self._full: dict[_Key, int] = {}
        self._short: defaultdict[_Key, list[int]] = defaultdict(list)
        self._alias: defaultdict[_Key, list[int]] = defaultdict(list)
        for index, branch in enumerate(union.branches):
            if isinstance(branch, (Record, Enum, Fixed)):
                self._full[branch.kind, branch.name] = index
                self._short[branch.kind, short_name(branch.name)].append(index)
                for alias in branch.aliases:
                    self._alias[branch.kind, alias].append(index)
            else:
                self.unnamed[branch.kind] = index

    def named(self, kind: str, name: str) -> int | None:
        """The branch of this kind and full name."""
        return self._full.get((kind, name))

    def akin(self, schema: Named, name: str) -> list[int]:
        """Branches of the schema's kind with the short name of either `name` or its own, or with an alias for it."""
        own = self._short.get((schema.kind, short_name(schema.name)), ())
        renamed = self._short.get((schema.kind, short_name(name)), ())
        return sorted({*own, *renamed, *self._alias.get((schema.kind, schema.name), ())})

    def like(self, schema: Schema) -> list[int]:
        """Branches that could read the schema by their name, if it has one, or else by their kind."""
        if isinstance(schema, (Record, Enum, Fixed)):
            return self.akin(schema, schema.name)
        return sorted(self.unnamed.values())
