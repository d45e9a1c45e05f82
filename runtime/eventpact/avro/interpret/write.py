"""Values written one schema at a time."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from eventpact.avro.graph import on_cycles
from eventpact.avro.interpret.choose import choose, in_bits
from eventpact.avro.interpret.describe import expected, got, too_much
from eventpact.avro.interpret.path import Path
from eventpact.avro.interpret.read import default_value
from eventpact.avro.limits import MAX_DEPTH
from eventpact.avro.logical import arguments
from eventpact.avro.model import Fixed, Primitive
from eventpact.avro.unfit import Unfit
from eventpact.avro.varint import long_bytes
from eventpact.avro.walk import children
from eventpact.errors import DecodeError, EncodeError, SchemaError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from eventpact.avro.form import Form
    from eventpact.avro.model import Array, Enum, Field, Map, Record, Schema, Union


class ValueWriter:
    """Writes values of one schema."""

    def __init__(self, schema: Schema, form: Form) -> None:
        self._schema = schema
        self._form = form

    def write(self, value: Any) -> bytes:
        """The bytes of the value.

        Raises:
            EncodeError: it does not fit the schema.
        """
        target = Target(self._form, self._recursive)
        try:
            write_value(self._schema, value, target)
            return bytes(target.out)
        except EncodeError:
            raise
        except (RecursionError, MemoryError) as error:
            raise target.error(too_much(error)) from None
        except Exception as error:  # a value may be any object, and its methods raise what they like
            raise target.error(f"{got(value)} cannot be read: {type(error).__name__}: {error}") from error

    @cached_property
    def _recursive(self) -> frozenset[int]:
        return on_cycles(self._schema, children)


class Target:
    """What one encoding knows while it runs."""

    __slots__ = ("depth", "form", "out", "path", "recursive")

    def __init__(self, form: Form, recursive: frozenset[int]) -> None:
        self.form = form
        self.recursive = recursive
        self.out = bytearray()
        self.path = Path()
        self.depth = 0

    def error(self, message: str) -> EncodeError:
        """An error at the place where writing has come to."""
        return EncodeError(message, path=str(self.path))

    def mismatch(self, schema: Schema, value: Any) -> EncodeError:
        """What is said of a value of another kind."""
        return self.error(f"expected {expected(schema, self.form)}, got {got(value)}")


def write_value(schema: Schema, value: Any, target: Target) -> None:
    """Write one value behind what the target has; raises `EncodeError` and whatever the value's own methods raise."""
    if isinstance(schema, (Primitive, Fixed)):
        conversion = target.form.conversion(schema)
        if conversion is not None:
            value = _converted(schema, value, target)
    _WRITERS[schema.kind](schema, value, target)


def _converted(schema: Primitive | Fixed, value: Any, target: Target) -> Any:
    conversion = target.form.conversion(schema)
    if conversion is None:
        return value
    if not isinstance(value, conversion.type):
        raise target.mismatch(schema, value)
    try:
        raw = conversion.to_wire(value, *arguments(schema, conversion.to_arguments))
    except (ValueError, TypeError, OverflowError, AttributeError) as error:
        what = expected(schema, target.form)
        raise target.error(f"expected {what}, got {got(value)} that does not fit: {error}") from None
    return raw.decode() if schema.kind == "string" else raw


def _record(schema: Record, value: Any, target: Target) -> None:
    if id(schema) in target.recursive:
        target.depth += 1
        if target.depth > MAX_DEPTH:
            raise target.error(f"records nest more than {MAX_DEPTH} deep")
    for field, inner in fields_of(schema, value, target):
        target.path.field(field.name, personal=field.is_personal)
        write_value(field.type, inner, target)
        target.path.leave()
    if id(schema) in target.recursive:
        target.depth -= 1


def fields_of(schema: Record, value: Any, target: Target) -> Iterable[tuple[Field, Any]]:
    """Each field with its value: an attribute of an instance, a dict's member or the default."""
    binding = target.form.classes.get(schema.name)
    if binding is not None:
        if not isinstance(value, binding.cls):
            raise target.mismatch(schema, value)
        return [(field, getattr(value, name)) for field, name in zip(schema.fields, binding.attributes, strict=True)]
    if not isinstance(value, Mapping):
        raise target.mismatch(schema, value)
    names = {field.name for field in schema.fields}
    unknown = [key for key in value if key not in names]
    if unknown:
        raise target.error(f"{schema.name} has no field {target.path.shown(str(unknown[0]))}")
    return [(field, value[field.name] if field.name in value else _default(field, target)) for field in schema.fields]


def _default(field: Field, target: Target) -> Any:
    if not field.has_default:
        target.path.field(field.name, personal=field.is_personal)
        raise target.error(f"missing: expected {expected(field.type, target.form)}")
    try:
        return default_value(field.type, field.default, target.form)
    except (DecodeError, SchemaError) as error:
        target.path.field(field.name, personal=field.is_personal)
        raise target.error(f"its default has no value: {error}") from None


def _array(schema: Array, value: Any, target: Target) -> None:
    if not isinstance(value, (list, tuple)):
        raise target.mismatch(schema, value)
    items = tuple(value)  # as it is now: looking at items may change it
    if items:
        target.out += long_bytes(len(items))
        for index, item in enumerate(items):
            target.path.index(index)
            write_value(schema.items, item, target)
            target.path.leave()
    target.out.append(0)


def _map(schema: Map, value: Any, target: Target) -> None:
    if not isinstance(value, Mapping):
        raise target.mismatch(schema, value)
    entries = tuple(value.items())  # as it is now
    if entries:
        target.out += long_bytes(len(entries))
        for key, item in entries:
            enter_key(key, target)
            _sized(utf8(key, target), target)
            write_value(schema.values, item, target)
            target.path.leave()
    target.out.append(0)


def enter_key(key: Any, target: Target) -> None:
    """Step into a map's value."""
    if not isinstance(key, str):
        raise target.error(f"expected keys that are str, got {got(key)}")
    target.path.key(key)


def _union(schema: Union, value: Any, target: Target) -> None:
    try:
        index, value = choose(schema, value, target.form)
    except Unfit:
        raise target.mismatch(schema, value) from None
    target.out += long_bytes(index)
    write_value(schema.branches[index], value, target)


def _enum(schema: Enum, value: Any, target: Target) -> None:
    cls = target.form.cls(schema.name)
    symbol = value.value if cls is not None and isinstance(value, cls) else value
    if not isinstance(symbol, str) or symbol not in schema.symbols:
        raise target.mismatch(schema, value)
    target.out += long_bytes(schema.symbols.index(symbol))


def _fixed(schema: Fixed, value: Any, target: Target) -> None:
    raw = _bytes_of(schema, value, target)
    if len(raw) != schema.size:
        raise target.error(f"expected {expected(schema, target.form)}, got {len(raw)} bytes")
    target.out += raw


def _null(schema: Schema, value: Any, target: Target) -> None:
    if value is not None:
        raise target.mismatch(schema, value)


def _boolean(schema: Schema, value: Any, target: Target) -> None:
    if not isinstance(value, bool):
        raise target.mismatch(schema, value)
    target.out.append(value)


def _integer(schema: Schema, value: Any, target: Target) -> None:
    if not isinstance(value, int) or isinstance(value, bool):
        raise target.mismatch(schema, value)
    number = int.__index__(value)  # its own word: a subclass may say something else
    if not in_bits(number, 32 if schema.kind == "int" else 64):
        raise target.error(f"expected {expected(schema, target.form)}, got int out of range")
    target.out += long_bytes(number)


def _floating(schema: Schema, value: Any, target: Target) -> None:
    if not isinstance(value, (float, int)) or isinstance(value, bool):
        raise target.mismatch(schema, value)
    try:
        target.out += struct.pack("<f" if schema.kind == "float" else "<d", value)
    except (OverflowError, struct.error):  # the latter for an int beyond all doubles
        message = f"expected {expected(schema, target.form)}, got {got(value)} out of range"
        raise target.error(message) from None


def _bytes(schema: Schema, value: Any, target: Target) -> None:
    _sized(_bytes_of(schema, value, target), target)


def _string(schema: Schema, value: Any, target: Target) -> None:
    if not isinstance(value, str):
        raise target.mismatch(schema, value)
    _sized(utf8(value, target), target)


def _bytes_of(schema: Schema, value: Any, target: Target) -> bytes:
    if not isinstance(value, (bytes, bytearray, memoryview)):
        raise target.mismatch(schema, value)
    return bytes(value)


def _sized(raw: bytes, target: Target) -> None:
    target.out += long_bytes(len(raw))
    target.out += raw


def utf8(text: str, target: Target) -> bytes:
    """A text as it is written."""
    try:
        return str.encode(text)
    except UnicodeEncodeError as error:
        raise target.error(f"half a surrogate pair at character {error.start} cannot be written as UTF-8") from None


_WRITERS: Final[Mapping[str, Callable[[Any, Any, Target], None]]] = {
    "null": _null,
    "boolean": _boolean,
    "int": _integer,
    "long": _integer,
    "float": _floating,
    "double": _floating,
    "bytes": _bytes,
    "string": _string,
    "record": _record,
    "array": _array,
    "map": _map,
    "union": _union,
    "enum": _enum,
    "fixed": _fixed,
}
