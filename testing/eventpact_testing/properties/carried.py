"""What a value becomes in another version, worked out on values alone (Avro 1.12, "Schema Resolution").

This is the properties' own reading of the specification, a page long and slow, and shares nothing with the resolver and
the codecs that it is held against.
"""

from __future__ import annotations

import math
import struct
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from eventpact.avro import logical
from eventpact.avro.interpret.choose import branch_name
from eventpact.avro.model import Array, Enum, Fixed, Map, Primitive, Record, Union
from eventpact_testing.properties.plain import bare

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from eventpact.avro.model import Field, Named, Schema


class Lost(Exception):  # noqa: N818 - what becomes of the value
    """The value has no place in the other version."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(why)
        self.path = path


def carried(writer: Schema, reader: Schema, value: Any, path: str = "") -> Any:
    """The value that a reader must get; `value` is plain and names the branches of unions of several types.

    Raises:
        Lost: the reader has no place for it.
    """
    if isinstance(writer, Union):
        branch, inner = _written(writer, value)
        return carried(branch, reader, inner, path)
    match reader, writer:
        case Union(), _:
            return carried(writer, _taking(reader, writer, path), value, path)
        case Record(), Record():
            return _record(writer, reader, value, path)
        case Array(), Array():
            return [carried(writer.items, reader.items, item, f"{path}[{at}]") for at, item in enumerate(value)]
        case Map(), Map():
            return {key: carried(writer.values, reader.values, item, _step(path, key)) for key, item in value.items()}
        case Enum(), Enum():
            return _symbol(reader, value, path)
        case ((Primitive() | Fixed()), (Primitive() | Fixed())):
            return _leaf(writer, reader, value, path)
        case _:
            raise Lost(path, f"{reader.kind} takes no {writer.kind}")


def _step(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _written(union: Union, value: Any) -> tuple[Schema, Any]:
    if value is None:
        return next(branch for branch in union.branches if branch.kind == "null"), None
    others = [branch for branch in union.branches if branch.kind != "null"]
    if len(others) == 1:
        return others[0], value
    return next(branch for branch in others if branch_name(branch) == value[0]), value[1]


def _taking(reader: Union, writer: Schema, path: str) -> Schema:
    """The branch of the writer's own name or kind, else of its short name or an alias, else the first by promotion."""
    of_its_kind = [branch for branch in reader.branches if branch.kind == writer.kind]
    for fits in (_same_name, _alike):
        for branch in of_its_kind:
            if not isinstance(branch, (Record, Enum, Fixed)) or fits(writer, branch):
                return branch
    for branch in reader.branches:
        if (writer.kind, branch.kind) in _PROMOTED:
            return branch
    raise Lost(path, f"no branch of the union takes {branch_name(writer)}")


def _same_name(writer: Any, reader: Named) -> bool:
    return bool(writer.name == reader.name)


def _alike(writer: Any, reader: Named) -> bool:
    return writer.name.rpartition(".")[2] == reader.name.rpartition(".")[2] or writer.name in reader.aliases


def _record(writer: Record, reader: Record, value: Mapping[str, Any], path: str) -> dict[str, Any]:
    written = {field.name: field for field in writer.fields}
    sources = _sources(written, reader)
    found = {}
    for field in reader.fields:
        source = sources.get(field.name)
        place = _step(path, field.name)
        if source is not None:
            found[field.name] = carried(written[source].type, field.type, value[source], place)
        else:
            found[field.name] = _default(field, place)
    return found


def _sources(written: Mapping[str, Field], reader: Record) -> dict[str, str]:
    """The written field for each of the reader's: aliases first rename what was written, as if it had been so."""
    renamed = {alias: field.name for field in reader.fields for alias in field.aliases}
    sources = {renamed.get(name, name): name for name in written}
    return sources if len(sources) == len(written) else {name: name for name in written}


def _symbol(reader: Enum, symbol: str, path: str) -> str:
    if symbol in reader.symbols:
        return symbol
    if reader.default is None:
        raise Lost(path, f"{symbol} is no symbol of {reader.name}, which has no default")
    return reader.default


def _leaf(writer: Primitive | Fixed, reader: Primitive | Fixed, value: Any, path: str) -> Any:
    if isinstance(reader, Fixed) and isinstance(writer, Fixed):
        if reader.size != writer.size or not _alike(writer, reader):
            raise Lost(path, f"{reader.name} of {reader.size} bytes takes no {writer.name} of {writer.size}")
    elif reader.kind != writer.kind and (writer.kind, reader.kind) not in _PROMOTED:
        raise Lost(path, f"{reader.kind} takes no {writer.kind}")
    if writer.logical == reader.logical and reader.kind == writer.kind:
        return value
    if reader.logical is not None and writer.logical is not None and _means_the_same(writer, reader):
        return value
    beneath = _beneath(writer, value)
    if writer.kind != reader.kind:
        try:
            beneath = _PROMOTED[writer.kind, reader.kind](beneath)
        except UnicodeDecodeError as error:
            raise Lost(path, "bytes that are no UTF-8 have no text") from error
    try:
        return _above(reader, beneath)
    except (ValueError, OverflowError, struct.error) as error:
        raise Lost(path, f"{beneath!r} is no {reader.logical.name if reader.logical else reader.kind}") from error


def _means_the_same(writer: Primitive | Fixed, reader: Primitive | Fixed) -> bool:
    """Whether two logical types are of one family, so that a value must survive as what it says."""
    first, second = logical.conversion(writer), logical.conversion(reader)
    return first is not None and second is not None and first.type is second.type


def _beneath(schema: Primitive | Fixed, value: Any) -> Any:
    conversion = logical.conversion(schema)
    if conversion is None:
        return value
    if isinstance(value, UUID) and schema.kind == "string":
        return str(value)
    return conversion.to_wire(value, *logical.arguments(schema, conversion.to_arguments))


def _above(schema: Primitive | Fixed, value: Any) -> Any:
    conversion = logical.conversion(schema)
    if conversion is None:
        return value
    if schema.kind == "string":
        return UUID(value)
    return conversion.from_wire(value, *logical.arguments(schema, conversion.from_arguments))


def _single(number: float) -> float:
    """The nearest 32-bit float; what is too large is infinite."""
    try:
        return float(struct.unpack("<f", struct.pack("<f", number))[0])
    except OverflowError:
        return math.copysign(math.inf, number)


_PROMOTED: Final[Mapping[tuple[str, str], Callable[[Any], Any]]] = {
    ("int", "long"): lambda number: number,
    ("int", "float"): _single,
    ("int", "double"): float,
    ("long", "float"): _single,
    ("long", "double"): float,
    ("float", "double"): lambda number: number,
    ("string", "bytes"): lambda text: text.encode(),
    ("bytes", "string"): lambda data: data.decode(),
}


def _default(field: Field, path: str) -> Any:
    if not field.has_default:
        raise Lost(path, "it was not written, and has no default")
    return bare(default_value(field.type, field.default))


def default_value(schema: Schema, text: Any) -> Any:
    """The plain value that a default, given as JSON, stands for."""
    match schema:
        case Union(branches=branches):
            fitting = [branch for branch in branches if _could_be(branch, text)]
            if not fitting:
                raise Lost("", f"its default {text!r} is none of its types")
            return default_value(fitting[0], text)
        case Record(fields=fields):
            return {one.name: default_value(one.type, text.get(one.name, one.default)) for one in fields}
        case Array(items=inner):
            return [default_value(inner, item) for item in text]
        case Map(values=inner):
            return {key: default_value(inner, item) for key, item in text.items()}
        case Enum(symbols=symbols):
            if text not in symbols:
                raise Lost("", f"its default {text} is no symbol")
            return text
        case Fixed(size=size):  # as Avro Java does it: text of another length is cut, or filled up
            return _above(schema, text.encode("latin-1", "replace")[:size].ljust(size, b"\0"))
        case Primitive():
            return _above(schema, _JSON.get(schema.kind, lambda given: given)(text))


def _could_be(branch: Schema, text: Any) -> bool:
    wanted = _KINDS.get(branch.kind, ())
    if isinstance(branch, Enum):
        return text in branch.symbols
    return text is None if branch.kind == "null" else isinstance(text, wanted) and not _is_stray_boolean(branch, text)


def _is_stray_boolean(branch: Schema, text: Any) -> bool:
    return isinstance(text, bool) and branch.kind != "boolean"


_JSON: Final[Mapping[str, Callable[[Any], Any]]] = {
    "bytes": lambda text: text.encode("latin-1", "replace"),
    "float": _single,
    "double": float,
}
_KINDS: Final[Mapping[str, tuple[type, ...]]] = {
    "boolean": (bool,),
    "int": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
    "string": (str,),
    "bytes": (str,),
    "fixed": (str,),
    "array": (list,),
    "map": (dict,),
    "record": (dict,),
}
