"""Random pairs of schemas for differential tests: a writer, and a reader that is the writer changed a few times.

Everything follows from the seed. The changes are those that people make (a field added, renamed, widened, moved; a
symbol, a branch, a namespace, an alias) and some that they should not; results need not even parse.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator

Json = Any

_PRIMITIVES: Final = ("null", "boolean", "int", "long", "float", "double", "bytes", "string")
_NAMES: Final = ("A", "B", "C", "D")
_NAMESPACES: Final = ("", "x", "y.z")
_FIELDS: Final = ("a", "b", "c", "d", "e")
_SYMBOLS: Final = ("RED", "GREEN", "BLUE", "GREY")
_DEFAULTS: Final[dict[str, tuple[Json, ...]]] = {
    "null": (None,),
    "boolean": (True, False),
    "int": (0, -7, 2**31 - 1),
    "long": (1, -(2**63)),
    "float": (0, 1.5, -0.1),
    "double": (3, 2.25),
    "bytes": ("", "\u00ff\u0000"),
    "string": ("", "héllo"),
}


@dataclass(frozen=True)
class Pair:
    """Two schemas as JSON."""

    writer: Json
    reader: Json


def make_pair(rng: random.Random) -> Pair:
    """A writer, and a reader made from it by one to four changes, or by none."""
    writer = _Maker(rng).schema(3)
    reader = copy.deepcopy(writer)
    for _ in range(rng.choice((0, 1, 1, 1, 2, 2, 3, 4))):
        reader = _change(reader, rng)
    return Pair(writer, reader)


@dataclass
class _Maker:
    """Makes schemas; knows which types it has named, to refer to them again."""

    rng: random.Random
    names: list[str] = field(default_factory=list)

    def schema(self, depth: int, *, in_union: bool = False) -> Json:
        kinds = ["primitive"] * 3 + ["enum", "fixed"]
        if depth:
            kinds += ["record"] * 4 + ["array", "map"] + ["union"] * (0 if in_union else 3)
        if self.names:
            kinds += ["reference"] * 2
        match self.rng.choice(kinds):
            case "primitive":
                return self.rng.choice(_PRIMITIVES)
            case "reference":
                return self.rng.choice(self.names)
            case "array":
                return {"type": "array", "items": self.schema(depth - 1)}
            case "map":
                return {"type": "map", "values": self.schema(depth - 1)}
            case "union":
                return self.union(depth)
            case "enum":
                symbols = self.rng.sample(_SYMBOLS, self.rng.randint(1, 3))
                more = {"default": self.rng.choice(symbols)} if self.rng.random() < 0.3 else {}
                return {"type": "enum", **self.name(), "symbols": symbols, **more}
            case "fixed":
                return {"type": "fixed", **self.name(), "size": self.rng.randint(0, 3)}
            case _:
                named = self.name()
                names = self.rng.sample(_FIELDS, self.rng.randint(0, 4))
                return {"type": "record", **named, "fields": [self.field(name, depth - 1) for name in names]}

    def union(self, depth: int) -> Json:
        branches: list[Json] = []
        for _ in range(self.rng.randint(1, 4)):
            branch = self.schema(depth - 1, in_union=True)
            if not any(_label(branch) == _label(other) for other in branches):
                branches.append(branch)
        return branches

    def name(self) -> dict[str, Json]:
        name, namespace = self.rng.choice(_NAMES), self.rng.choice((None, None, *_NAMESPACES))
        if self.rng.random() < 0.7:
            name += str(len(self.names))
        if namespace is not None:
            self.names.append(f"{namespace}.{name}" if namespace else name)
        elif self.rng.random() < 0.7:
            self.names.append(name)
        return {"name": name} if namespace is None else {"name": name, "namespace": namespace}

    def field(self, name: str, depth: int) -> Json:
        made = {"name": name, "type": self.schema(depth)}
        if self.rng.random() < 0.3:
            made |= _default(made["type"], self.rng)
        return made


def _label(schema: Json) -> str:
    """What a union tells branches apart by, nearly."""
    match schema:
        case {"type": "array" | "map" as kind}:
            return str(kind)
        case {"name": name}:
            return str(name)
        case list():
            return "union"
        case _:
            return str(schema)


def _default(schema: Json, rng: random.Random) -> dict[str, Json]:
    """A default for this type as a field's attributes; none for what would need more than a look."""
    match schema:
        case str() if schema in _DEFAULTS:
            return {"default": rng.choice(_DEFAULTS[schema])}
        case {"type": "enum", "symbols": [*symbols]} if symbols:
            return {"default": rng.choice(symbols)}
        case {"type": "fixed", "size": size}:
            return {"default": "\u00fe" * size}
        case {"type": "array", "items": items}:
            return {"default": list(_default(items, rng).values())}
        case {"type": "map", "values": values}:
            return {"default": {key.upper(): value for key, value in _default(values, rng).items()}}
        case {"type": "record", "fields": fields}:
            values = {
                one["name"]: _default(one["type"], rng) for one in fields if rng.random() < 0.7 or "default" not in one
            }
            if all(values.values()):
                return {"default": {name: value["default"] for name, value in values.items()}}
        case [first, *_]:
            return _default(first, rng)
    return {}


def _change(schema: Json, rng: random.Random) -> Json:
    """The schema with one change at a random place that allows it."""
    root = [schema]
    places = list(_places(root))
    change = rng.choice(_CHANGES)
    rng.shuffle(places)
    for holder, key in places:
        if change(holder, key, rng):
            break
    return root[0]


def _places(root: Json) -> Iterator[tuple[Json, Any]]:
    """Each schema inside as (container, key)."""
    pending: list[tuple[Json, Any]] = [(root, 0)]
    while pending:
        holder, key = pending.pop()
        yield holder, key
        match holder[key]:
            case [*branches]:
                pending += [(holder[key], index) for index in range(len(branches))]
            case {"fields": fields}:
                pending += [(one, "type") for one in fields]
            case {"items": _}:
                pending.append((holder[key], "items"))
            case {"values": _}:
                pending.append((holder[key], "values"))


def _retype(holder: Json, key: Any, rng: random.Random) -> bool:
    if not isinstance(holder[key], str):
        return False
    holder[key] = rng.choice(_PRIMITIVES)
    return True


def _replace(holder: Json, key: Any, rng: random.Random) -> bool:
    holder[key] = _Maker(rng).schema(1, in_union=isinstance(holder, list))
    return True


def _wrap(holder: Json, key: Any, rng: random.Random) -> bool:
    if (isinstance(holder, list) and len(holder) > 1) or isinstance(holder[key], list) or holder[key] == "null":
        return False
    others = rng.choice((["null"], [], [_Maker(rng).schema(1, in_union=True)]))
    holder[key] = [holder[key], *others] if rng.random() < 0.5 else [*others, holder[key]]
    return True


def _union(holder: Json, key: Any, rng: random.Random) -> bool:
    union = holder[key]
    if not isinstance(union, list) or not union:
        return False
    match rng.randrange(4):
        case 0:
            holder[key] = rng.choice(union)
        case 1:
            rng.shuffle(union)
        case 2:
            union.pop(rng.randrange(len(union)))
        case _:
            union.insert(rng.randint(0, len(union)), _Maker(rng).schema(1, in_union=True))
    return True


def _fields(holder: Json, key: Any, rng: random.Random) -> bool:
    match holder[key]:
        case {"type": "record", "fields": fields}:
            pass
        case _:
            return False
    change = rng.randrange(4) if fields else 0
    if change == 0:
        made = _Maker(rng).field(rng.choice((*_FIELDS, "f", "g")), 1)
        fields.insert(rng.randint(0, len(fields)), made | (_default(made["type"], rng) if rng.random() < 0.6 else {}))
    elif change == 1:
        fields.pop(rng.randrange(len(fields)))
    elif change == 2:
        rng.shuffle(fields)
    else:
        renamed = rng.choice(fields)
        if rng.random() < 0.8:
            renamed["aliases"] = [renamed["name"], *renamed.get("aliases", ())]
        renamed["name"] = rng.choice((*_FIELDS, "f", "g"))
    return True


def _default_of(holder: Json, key: Any, rng: random.Random) -> bool:
    if key != "type":
        return False
    if "default" in holder:
        del holder["default"]
    else:
        holder |= _default(holder[key], rng)
    return True


def _symbols(holder: Json, key: Any, rng: random.Random) -> bool:
    match holder[key]:
        case {"type": "enum", "symbols": symbols} as enum:
            enum["symbols"] = rng.sample(_SYMBOLS, rng.randint(1, 4)) if rng.random() < 0.7 else symbols[::-1]
            enum.pop("default", None)
            if rng.random() < 0.4:
                enum["default"] = rng.choice(enum["symbols"])
            return True
        case _:
            return False


def _size(holder: Json, key: Any, rng: random.Random) -> bool:
    match holder[key]:
        case {"type": "fixed"} as fixed:
            fixed["size"] = rng.randint(0, 3)
            return True
        case _:
            return False


def _name(holder: Json, key: Any, rng: random.Random) -> bool:
    match holder[key]:
        case {"name": str(name)} as named:
            pass
        case _:
            return False
    if rng.random() < 0.7:
        alias = name if rng.random() < 0.6 else f"{rng.choice(_NAMESPACES)}.{name}"
        named["aliases"] = [alias, *named.get("aliases", ())]
    if rng.random() < 0.7:
        named["name"] = rng.choice((*_NAMES, "E", "F"))
    if rng.random() < 0.4:
        named["namespace"] = rng.choice(_NAMESPACES)
    return True


_CHANGES: Final[tuple[Callable[[Json, Any, random.Random], bool], ...]] = (
    _retype,
    _replace,
    _wrap,
    _union,
    _union,
    _fields,
    _fields,
    _fields,
    _default_of,
    _symbols,
    _size,
    _name,
    _name,
)
