"""Decode plans carried out one node at a time."""

from __future__ import annotations

import struct
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from eventpact.avro import defaults
from eventpact.avro.floats import float_from_int
from eventpact.avro.graph import on_cycles, plan_children, takes_no_bytes
from eventpact.avro.interpret.cursor import Cursor
from eventpact.avro.interpret.describe import too_much
from eventpact.avro.interpret.skip import branch_index, skip
from eventpact.avro.logical import arguments
from eventpact.avro.plan import (
    ArrayPlan,
    EnumPlan,
    FailPlan,
    FixedPlan,
    MapPlan,
    Mismatch,
    ReaderUnionPlan,
    RecordPlan,
    ScalarPlan,
    SkipPlan,
    WriterUnionPlan,
)
from eventpact.avro.planner import make_plan
from eventpact.avro.walk import children
from eventpact.errors import DecodeError, SchemaError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from eventpact.avro.form import Form
    from eventpact.avro.model import Fixed, Primitive, Schema
    from eventpact.avro.plan import Plan


class PlanReader:
    """Carries out one plan."""

    def __init__(self, plan: Plan, form: Form) -> None:
        self._plan = plan
        self._form = form

    def read(self, data: bytes) -> Any:
        """The value that the bytes hold, all of them.

        Raises:
            DecodeError: they do not hold what the plan expects.
        """
        try:
            raw = data if type(data) is bytes else memoryview(data).tobytes()
        except TypeError:
            raise DecodeError(f"expected bytes, got {type(data).__name__}") from None
        cursor = Cursor(raw, self._form, self._recursive)
        try:
            value = _READERS[type(self._plan)](self._plan, cursor)
        except (RecursionError, MemoryError) as error:
            error.__traceback__ = None  # its frames hold what was read so far, and saying so takes memory
            raise cursor.error(too_much(error)) from None
        except SchemaError as error:
            raise cursor.error(f"a default has no value: {error.message}") from None
        if cursor.left:
            raise cursor.error(f"{cursor.left} bytes follow behind the value")
        return value

    @cached_property
    def _recursive(self) -> frozenset[int]:
        """The ids of all records, of plans and of skipped schemas, that can contain themselves."""
        skipped = {id(plan.writer): plan.writer for plan in _plans(self._plan) if isinstance(plan, SkipPlan)}
        found = on_cycles(self._plan, plan_children)
        return found.union(*(on_cycles(schema, children) for schema in skipped.values()))


def default_value(schema: Schema, default: Any, form: Form) -> Any:
    """The value of a field's default given as JSON, made anew: containers in it belong to the caller.

    It takes the way of any other value, through bytes, so that what a default means is written down once.

    Raises:
        DecodeError: a logical type has no value for it (a uuid that is none).
        SchemaError: it grows too large by the defaults inside it.
    """
    return PlanReader(make_plan(schema, schema), form).read(defaults.encode(schema, default))


def _plans(root: Plan) -> Iterator[Plan]:
    pending = [root]
    seen: set[int] = set()
    while pending:
        plan = pending.pop()
        if id(plan) not in seen:
            seen.add(id(plan))
            yield plan
            pending.extend(plan_children(plan))


def _record(plan: RecordPlan, cursor: Cursor) -> Any:
    cursor.enter(plan)
    values: dict[int, Any] = {}
    for step in plan.steps:
        cursor.path.field(step.name, personal=step.target is not None and plan.reader.fields[step.target].is_personal)
        value = _READERS[type(step.plan)](step.plan, cursor)
        if step.target is not None:
            values[step.target] = value
        cursor.path.leave()
    cursor.leave(plan)
    for index, default in plan.defaults:
        values[index] = default_value(plan.reader.fields[index].type, default, cursor.form)
    binding = cursor.form.classes.get(plan.reader.name)
    if binding is None:
        return {field.name: values[index] for index, field in enumerate(plan.reader.fields)}
    try:
        return binding.cls(**{name: values[index] for index, name in enumerate(binding.attributes)})
    except Exception as error:  # the class is not ours: whatever its __post_init__ refuses
        raise cursor.error(f"{binding.cls.__name__} refuses its fields: {error}") from error


def _array(plan: ArrayPlan, cursor: Cursor) -> Any:
    items: list[Any] = []
    zero_bytes = takes_no_bytes(plan.items)
    for _ in block_items(cursor, zero_bytes=zero_bytes):
        cursor.path.index(len(items))
        items.append(_READERS[type(plan.items)](plan.items, cursor))
        cursor.path.leave()
    return cursor.form.sequence(items)


def _map(plan: MapPlan, cursor: Cursor) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for _ in block_items(cursor, zero_bytes=False):
        key = utf8(cursor.sized("the key of a map"), cursor)
        cursor.path.key(key)
        values[key] = _READERS[type(plan.values)](plan.values, cursor)
        cursor.path.leave()
    return values


def block_items(cursor: Cursor, *, zero_bytes: bool) -> Iterator[None]:
    """Once for each item of an array or a map, block after block."""
    while True:
        start = cursor.position
        count, _ = cursor.block()
        if not count:
            return
        cursor.check_count(count, start, zero_bytes=zero_bytes)
        for _ in range(count):
            yield


def _writer_union(plan: WriterUnionPlan, cursor: Cursor) -> Any:
    branch = plan.branches[branch_index(cursor, len(plan.branches))]
    return _READERS[type(branch)](branch, cursor)


def _reader_union(plan: ReaderUnionPlan, cursor: Cursor) -> Any:
    return _READERS[type(plan.plan)](plan.plan, cursor)


def _enum(plan: EnumPlan, cursor: Cursor) -> Any:
    start = cursor.position
    index = cursor.int32("the index of a symbol")
    if not 0 <= index < len(plan.symbols):
        raise cursor.error(f"an enum of {len(plan.symbols)} symbols has none of index {index}", start)
    symbol = plan.symbols[index]
    if isinstance(symbol, Mismatch):
        raise cursor.error(symbol.message, start)
    cls = cursor.form.cls(plan.reader.name)
    return symbol if cls is None else cls(symbol)


def _fixed(plan: FixedPlan, cursor: Cursor) -> Any:
    start = cursor.position
    return _converted(plan.reader, cursor.take(plan.reader.size, "a fixed"), cursor, start)


def _skipped(plan: SkipPlan, cursor: Cursor) -> None:
    skip(plan.writer, cursor)


def _fail(plan: FailPlan, cursor: Cursor) -> Any:
    raise cursor.error(plan.mismatch.message)


def _scalar(plan: ScalarPlan, cursor: Cursor) -> Any:
    start = cursor.position
    raw = WIRE[plan.wire](cursor)
    if isinstance(raw, bytes) and plan.reader.kind == "string" and cursor.form.conversion(plan.reader) is None:
        return utf8(raw, cursor)
    promote = _PROMOTED.get((plan.wire, plan.reader.kind))
    return _converted(plan.reader, promote(raw) if promote else raw, cursor, start)


def _converted(reader: Primitive | Fixed, raw: Any, cursor: Cursor, start: int) -> Any:
    conversion = cursor.form.conversion(reader)
    if conversion is None:
        return raw
    try:
        return conversion.from_wire(raw, *arguments(reader, conversion.from_arguments))
    except (ValueError, OverflowError, struct.error) as error:
        name = reader.logical.name if reader.logical else reader.kind
        raise cursor.error(f"no valid {name}: {error}", start) from None


def _boolean(cursor: Cursor) -> bool:
    start = cursor.position
    byte = cursor.take(1, "a boolean")[0]
    if byte > 1:
        raise cursor.error(f"a boolean is 0 or 1, not {byte}", start)
    return byte == 1


def utf8(raw: bytes, cursor: Cursor) -> str:
    """The text of bytes that were just taken."""
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        at = cursor.position - len(raw) + error.start
        raise cursor.error(f"not UTF-8 text: {error.reason}", at) from None


WIRE: Final[Mapping[str, Callable[[Cursor], Any]]] = {
    "null": lambda _: None,
    "boolean": _boolean,
    "int": lambda cursor: cursor.int32(),
    "long": lambda cursor: cursor.int64(),
    "float": lambda cursor: struct.unpack("<f", cursor.take(4, "a float"))[0],
    "double": lambda cursor: struct.unpack("<d", cursor.take(8, "a double"))[0],
    "bytes": lambda cursor: cursor.sized("bytes"),
    "string": lambda cursor: cursor.sized("a string"),
}
"""Primitive kind to what reads it off the wire; a string as its bytes."""

_PROMOTED: Final[Mapping[tuple[str, str], Callable[[Any], Any]]] = {
    ("int", "float"): float_from_int,
    ("int", "double"): float,
    ("long", "float"): float_from_int,
    ("long", "double"): float,
}
"""What changes a value's type; int to long and float to double do not in Python, bytes become text in `_scalar`."""

_READERS: Final[Mapping[type, Callable[[Any, Cursor], Any]]] = {
    ScalarPlan: _scalar,
    FixedPlan: _fixed,
    EnumPlan: _enum,
    ArrayPlan: _array,
    MapPlan: _map,
    RecordPlan: _record,
    WriterUnionPlan: _writer_union,
    ReaderUnionPlan: _reader_union,
    SkipPlan: _skipped,
    FailPlan: _fail,
}
