"""Texts that stand for a schema: Parsing Canonical Form, its fingerprints, and the fuller text of its meaning."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Final

from eventpact.avro.model import MISSING, Array, Enum, Fixed, Map, Primitive, Record, Union

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from eventpact.avro.model import Field, Logical, Named, Schema

_EMPTY: Final = 0xC15D213AA4D7A795


def canonical(schema: Schema) -> str:
    """Parsing Canonical Form (Avro 1.12, "Transforming into Parsing Canonical Form"): what reading depends on."""
    return _written(schema, _no_extras)


def meaning(schema: Schema) -> str:
    """Canonical form plus all that changes reading or writing: defaults, aliases, logical types, enum defaults.

    Two schemas of one meaning are interchangeable as writer and as reader; documentation, order of sorting, custom
    attributes and the way the JSON is written do not count. References are expanded where they are first used.
    """
    return _written(schema, _extras)


def expanded(schema: Schema) -> str:
    """The whole schema as one JSON text, documentation and custom attributes included: what stands on its own.

    As `meaning`, references are expanded where they are first used and all names are full.
    """
    return _written(schema, _everything)


def definition(schema: Named) -> str:
    """As `meaning`, but of the type alone: named types inside it are named and not written out."""
    return "".join([_named(part, _extras) for part in _definition(schema, _extras)])


def fingerprint(schema: Schema) -> int:
    """CRC-64-AVRO of the canonical form, unsigned."""
    result = _EMPTY
    for byte in canonical(schema).encode():
        result = (result >> 8) ^ _TABLE[(result ^ byte) & 0xFF]
    return result


def sha256(schema: Schema) -> bytes:
    """SHA-256 of the canonical form."""
    return hashlib.sha256(canonical(schema).encode()).digest()


def _table() -> Iterator[int]:
    for entry in range(256):
        for _ in range(8):
            entry = (entry >> 1) ^ (_EMPTY if entry & 1 else 0)  # noqa: PLW2901 - shifted out bit by bit
        yield entry


_TABLE: Final = tuple(_table())


def _no_extras(_part: Schema | Field) -> str:
    return ""


def _extras(part: Schema | Field) -> str:
    """What `meaning` says of a type or field beyond its canonical form, as further attributes."""
    return _attributes(_meaningful(part))


def _everything(part: Schema | Field) -> str:
    extras = _meaningful(part)
    doc: str | None = getattr(part, "doc", None)
    if doc is not None:
        extras["doc"] = doc
    if getattr(part, "order", "ascending") != "ascending":
        extras["order"] = getattr(part, "order", "")
    return _attributes({**getattr(part, "props", {}), **extras})


def _meaningful(part: Schema | Field) -> dict[str, Any]:
    extras: dict[str, Any] = {}
    aliases: tuple[str, ...] = getattr(part, "aliases", ())
    if aliases:
        extras["aliases"] = sorted(aliases)
    default = getattr(part, "default", None if isinstance(part, Enum) else MISSING)
    if default is not MISSING and not (isinstance(part, Enum) and default is None):
        extras["default"] = default
    logical: Logical | None = getattr(part, "logical", None)
    if logical is not None:
        extras["logicalType"] = logical.name
        if logical.name == "decimal":
            extras |= {"precision": logical.precision, "scale": logical.scale}
    return extras


def _attributes(extras: dict[str, Any]) -> str:
    return "," + json.dumps(extras, sort_keys=True, separators=(",", ":"))[1:-1] if extras else ""


def _written(schema: Schema, extras: Callable[[Schema | Field], str]) -> str:
    """Depth first over a stack of texts and schemas, so that a chain of references of any length has a form."""
    known: set[str] = set()
    parts: list[str] = []
    pending: list[str | Schema] = [schema]
    while pending:
        match pending.pop():
            case str(text):
                parts.append(text)
            case Primitive() as primitive:
                more = extras(primitive)
                parts.append(f'{{"type":"{primitive.kind}"{more}}}' if more else f'"{primitive.kind}"')
            case Array(items=items) as array:
                parts.append('{"type":"array","items":')
                pending += (f"{extras(array)}}}", items)
            case Map(values=values) as mapping:
                parts.append('{"type":"map","values":')
                pending += (f"{extras(mapping)}}}", values)
            case Union(branches=branches):
                parts.append("[")
                pending.append("]")
                for branch in reversed(branches):
                    pending += (branch, ",")
                if branches:
                    pending.pop()  # no comma before the first
            case named if named.name in known:
                parts.append(f'"{named.name}"')
            case named:
                known.add(named.name)
                pending += reversed(_definition(named, extras))
    return "".join(parts)


def _named(part: str | Schema, extras: Callable[[Schema | Field], str]) -> str:
    """A part of a definition with no named type written out."""
    match part:
        case str():
            return part
        case Primitive():
            return _written(part, extras)
        case Array(items=items):
            return f'{{"type":"array","items":{_named(items, extras)}}}'
        case Map(values=values):
            return f'{{"type":"map","values":{_named(values, extras)}}}'
        case Union(branches=branches):
            return f"[{','.join([_named(branch, extras) for branch in branches])}]"
        case _:
            return f'"{part.name}"'


def _definition(schema: Named, extras: Callable[[Schema | Field], str]) -> list[str | Schema]:
    match schema:
        case Enum(symbols=symbols):
            listed = ",".join([f'"{symbol}"' for symbol in symbols])
            return [f'{{"name":"{schema.name}","type":"enum","symbols":[{listed}]{extras(schema)}}}']
        case Fixed(size=size):
            return [f'{{"name":"{schema.name}","type":"fixed","size":{size}{extras(schema)}}}']
        case Record(fields=fields):
            parts: list[str | Schema] = [f'{{"name":"{schema.name}","type":"record","fields":[']
            for index, field in enumerate(fields):
                comma = "," if index else ""
                parts += (f'{comma}{{"name":"{field.name}","type":', field.type, f"{extras(field)}}}")
            return [*parts, f"]{extras(schema)}}}"]
