"""Decoders as source: one function a plan, with everything that is small and not recursive inlined.

    def decode(data, /):
        try:
            if data.__class__ is not bytes:
                raise Unfit
            p = 0
            ...reads, each from position p on...
            if p == len(data):
                return v1
        except Failure:
            pass
        return slow(data)

Slices end where the data end, so a read past the end shows in the last position, or in an IndexError before; nothing
that a length claims is allocated. `slow` finds out what was wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from eventpact.avro.emit.constants import constant_default
from eventpact.avro.emit.skipper import Skipper
from eventpact.avro.emit.source import MAX_BRANCHES, MAX_INLINED, MAX_LEVEL, MAX_NESTING, Source, assign_to
from eventpact.avro.graph import expands_within, on_cycles, plan_children, takes_no_bytes
from eventpact.avro.logical import arguments
from eventpact.avro.plan import (
    ArrayPlan,
    EnumPlan,
    FailPlan,
    FixedPlan,
    MapPlan,
    ReaderUnionPlan,
    RecordPlan,
    ScalarPlan,
    SkipPlan,
    WriterUnionPlan,
)
from eventpact.errors import EventPactError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from eventpact.avro.emit.names import Names
    from eventpact.avro.emit.source import Sink
    from eventpact.avro.form import Form
    from eventpact.avro.model import Fixed, Primitive
    from eventpact.avro.plan import Plan

_REFUSE: Final = "    raise Unfit"
_ONE_BYTE_INDICES: Final = 64
"""Indices below are one byte: twice the index."""
_SIX_BYTES: Final = sum(128 << 7 * i for i in range(5))
"""The continuation bits of a number of six bytes."""


class Decoder:
    """Emits the functions that carry out one plan."""

    def __init__(self, plan: Plan, names: Names, form: Form) -> None:
        """Prepare a decoder. Which types have a class is known by `names`; `form` says all else."""
        self._plan = plan
        self._names = names
        self._form = form
        self._name = ""
        self._cycles = on_cycles(plan, plan_children)
        self._functions: dict[int, str] = {}
        self._pending: list[Plan] = []
        self._skipper = Skipper("")
        self._source = Source()
        self._depth = "0"
        self._nesting = 0

    def emit(self, name: str, slow: str) -> str:
        """The source of function `name` and of those that it calls; `slow` is called with what it gives up on."""
        self._name = name
        self._skipper = Skipper(f"_{name}_skip")
        lines = [
            f"def {name}(data: bytes, /) -> Any:",
            "    try:",
            "        if data.__class__ is not bytes:",
            "            raise Unfit",
            "        p = 0",
        ]
        self._source = Source(level=2)
        value = self._source.fresh()
        self._read(self._plan, assign_to(value))
        self._source.add("if p == len(data):", f"    return {value}")
        lines += [*self._source.lines, "    except Failure:", "        pass", f"    return {slow}(data)"]
        while self._pending:
            plan = self._pending.pop()
            lines += ["", "", *self._function(plan, self._functions[id(plan)])]
        for function in self._skipper.functions():
            lines += ["", "", *function]
        return "\n".join([*lines, ""])

    def _function(self, plan: Plan, name: str) -> list[str]:
        self._source = Source(level=1)
        self._depth = "g"
        self._nesting = 0
        if id(plan) in self._cycles and isinstance(plan, RecordPlan):
            self._source.add("g += 1", "if g > MAX_DEPTH:", _REFUSE)
        value = self._source.fresh()
        _READERS[type(plan)](self, plan, assign_to(value))
        return [
            f"def {name}(data: bytes, p: int, g: int) -> tuple[Any, int]:",
            *self._source.lines,
            f"    return {value}, p",
        ]

    def _read(self, plan: Plan, sink: Sink) -> None:
        """Emit what reads a value at `p`, moves `p` behind it, and hands it to `sink`."""
        if isinstance(plan, (RecordPlan, ArrayPlan, MapPlan, WriterUnionPlan)) and not self._is_inlined(plan):
            value = self._source.fresh()
            self._source.add(f"{value}, p = {self._called(plan)}(data, p, {self._depth})", sink(value))
            return
        _READERS[type(plan)](self, plan, sink)

    def _is_inlined(self, plan: Plan) -> bool:
        if self._source.level >= MAX_LEVEL:
            return False
        if not isinstance(plan, RecordPlan):
            return True
        if id(plan) in self._cycles:
            return False
        return self._nesting < MAX_NESTING and expands_within(plan, self._within, MAX_INLINED)

    def _within(self, plan: Plan) -> tuple[Plan, ...]:
        return () if id(plan) in self._cycles else plan_children(plan)

    def _called(self, plan: Plan) -> str:
        if id(plan) not in self._functions:
            self._functions[id(plan)] = f"_{self._name}_{len(self._functions)}"
            self._pending.append(plan)
        return self._functions[id(plan)]

    def _scalar(self, plan: ScalarPlan, sink: Sink) -> None:
        _SCALARS[plan.wire](self, plan, sink)

    def _null(self, _plan: ScalarPlan, sink: Sink) -> None:
        self._source.add(sink("None"))

    def _boolean(self, _plan: ScalarPlan, sink: Sink) -> None:
        self._source.add("n = data[p]", "p += 1", "if n > 1:", _REFUSE, sink("n == 1"))

    def _integer(self, plan: ScalarPlan, sink: Sink) -> None:
        logical = plan.reader.logical
        if plan.wire == "long" and logical and logical.name == "timestamp-millis" and self._form.logical_types:
            self._millis(sink)
            return
        self._number(plan.wire)
        value = {"float": "float_from_int(n)", "double": "float(n)"}.get(plan.reader.kind, "n")
        self._source.add(sink(self._converted(plan.reader, value)))

    def _number(self, kind: str) -> None:
        self._source.add("n = data[p]")
        with self._source.block("if n < 128:"):
            self._source.add("n = ZIGZAG[n]", "p += 1")
        with self._source.block("else:"):
            self._source.add(f"n, p = read_{kind}(data, p)")

    def _millis(self, sink: Sink) -> None:
        """Six bytes hold the years from 1987 to 2039, and are read at once."""
        self._source.add("a, b, c, d, e, f = data[p : p + 6]")
        with self._source.block("if a & b & c & d & e > 127 > f:"):
            self._source.add(
                f"n = a + (b << 7) + (c << 14) + (d << 21) + (e << 28) + (f << 35) - {_SIX_BYTES}",
                "n = n >> 1 ^ -(n & 1)",
                "p += 6",
            )
        with self._source.block("else:"):
            self._source.add("n, p = read_long(data, p)")
        self._source.add(sink("EPOCH + n * MILLISECOND"))

    def _floating(self, plan: ScalarPlan, sink: Sink) -> None:
        self._source.add(sink(f"read_{plan.wire}(data, p)[0]"), f"p += {4 if plan.wire == 'float' else 8}")

    def _sized(self, plan: ScalarPlan, sink: Sink) -> None:
        raw = "data[p + 1 : q]"
        value = self._converted(plan.reader, raw)
        if value == raw and plan.reader.kind == "string":
            value += ".decode()"
        self._span()
        self._source.add(sink(value), "p = q")

    def _span(self) -> None:
        """Set `p` to the last byte of a length, `q` to behind what it measures."""
        self._source.add("q = p + ENDS[data[p]]", "if q == p:", "    p, q = span(data, p)")

    def _fixed(self, plan: FixedPlan, sink: Sink) -> None:
        value = self._converted(plan.reader, "data[p:q]")
        self._source.add(f"q = p + {plan.reader.size}", sink(value), "p = q")

    def _converted(self, reader: Primitive | Fixed, value: str) -> str:
        conversion = self._form.conversion(reader)
        if conversion is None:
            return value
        given = ", ".join([value, *map(str, arguments(reader, conversion.from_arguments))])
        return f"{conversion.from_wire.__name__}({given})"

    def _enum(self, plan: EnumPlan, sink: Sink) -> None:
        members = self._names.members(plan)
        if len(plan.symbols) <= _ONE_BYTE_INDICES:
            self._source.add(sink(f"{members}[data[p]]"), "p += 1")
        else:
            self._number("int")
            self._source.add(sink(f"{members}[n * 2]"))

    def _array(self, plan: ArrayPlan, sink: Sink) -> None:
        items = self._source.fresh("a")
        plain = self._form.plain
        self._source.add("n = COUNTS[data[p]]", "p += 1")
        if plain:
            self._items(plan, items)
            self._source.add(sink(items))
            return
        with self._source.block("if n:"):
            self._items(plan, items)
            self._source.add(sink(f"tuple({items})"))
        with self._source.block("else:"):
            self._source.add(sink("()"))

    def _items(self, plan: ArrayPlan, items: str) -> None:
        self._source.add(f"{items}: list[Any] = []")
        self._blocks(
            lambda: self._read(plan.items, lambda value: f"{items}.append({value})"), takes_no_bytes(plan.items)
        )

    def _map(self, plan: MapPlan, sink: Sink) -> None:
        values, key = self._source.fresh("m"), self._source.fresh("k")

        def entry() -> None:
            self._span()
            self._source.add(f"{key} = data[p + 1 : q].decode()", "p = q")
            self._read(plan.values, assign_to(f"{values}[{key}]"))

        self._source.add("n = COUNTS[data[p]]", "p += 1", f"{values}: dict[str, Any] = {{}}")
        self._blocks(entry, zero_bytes=False)
        self._source.add(sink(values))

    def _blocks(self, item: Callable[[], None], zero_bytes: bool) -> None:
        with self._source.block("while n:"):
            limit = "FREE_ZERO_BYTE_ITEMS" if zero_bytes else "len(data) - p"
            self._source.add("if n < 0:", "    n, p = block_count(data, p - 1)", f"if n > {limit}:", _REFUSE)
            with self._source.block("for _ in range(n):"):
                item()
            self._source.add("n = COUNTS[data[p]]", "p += 1")

    def _record(self, plan: RecordPlan, sink: Sink) -> None:
        name = plan.reader.name
        twin = self._names.twin(name) if self._names.is_bound(name) else None
        try:
            defaults = {
                index: constant_default(plan.reader.fields[index].type, default, self._form, self._names)
                for index, default in plan.defaults
            }
        except EventPactError:
            self._source.add("raise Unfit")  # `slow` says why the default has no value
            return
        self._nesting += 1
        if twin is not None:
            self._fill(plan, twin, defaults, sink)
        else:
            self._call(plan, defaults, sink)
        self._nesting -= 1

    def _fill(self, plan: RecordPlan, twin: str, defaults: Mapping[int, str], sink: Sink) -> None:
        instance = self._source.fresh("r")
        attributes = self._names.attributes(plan.reader.name)
        self._source.add(f"{instance} = {twin}()")
        self._steps(plan, [f"{instance}.{attribute}" for attribute in attributes])
        self._source.add(*(f"{instance}.{attributes[index]} = {value}" for index, value in defaults.items()))
        self._source.add(f"{instance}.__class__ = {self._names.cls(plan.reader.name)}", sink(instance))

    def _call(self, plan: RecordPlan, defaults: Mapping[int, str], sink: Sink) -> None:
        values = [defaults.get(index) or self._source.fresh() for index in range(len(plan.reader.fields))]
        self._steps(plan, values)
        name = plan.reader.name
        if self._names.is_bound(name):
            given = ", ".join(f"{a}={v}" for a, v in zip(self._names.attributes(name), values, strict=True))
            self._source.add(sink(f"{self._names.cls(name)}({given})"))
        else:
            keys = [self._names.constant(field.name) for field in plan.reader.fields]
            items = ", ".join(f"{key}: {value}" for key, value in zip(keys, values, strict=True))
            self._source.add(sink(f"{{{items}}}"))

    def _steps(self, plan: RecordPlan, targets: list[str]) -> None:
        for step in plan.steps:
            if step.target is None:
                self._read(step.plan, lambda _: "pass")
            else:
                self._read(step.plan, assign_to(targets[step.target]))

    def _writer_union(self, plan: WriterUnionPlan, sink: Sink) -> None:
        if len(plan.branches) > MAX_BRANCHES:
            self._source.add("raise Unfit")
            return
        scale = 2
        if len(plan.branches) <= _ONE_BYTE_INDICES:
            self._source.add("n = data[p]", "p += 1")
        else:
            self._number("int")
            scale = 1
        condition = "if"
        for index, branch in enumerate(plan.branches):
            with self._source.block(f"{condition} n == {index * scale}:"):
                self._read(branch, sink)
            condition = "elif"
        if condition == "if":
            self._source.add("raise Unfit")
        else:
            self._source.add("else:", _REFUSE)

    def _reader_union(self, plan: ReaderUnionPlan, sink: Sink) -> None:
        self._read(plan.plan, sink)

    def _skip(self, plan: SkipPlan, _sink: Sink) -> None:
        self._skipper.skip(plan.writer, self._source, self._depth)

    def _fail(self, _plan: FailPlan, _sink: Sink) -> None:
        self._source.add("raise Unfit")


_SCALARS: Final[Mapping[str, Callable[[Decoder, ScalarPlan, Sink], None]]] = {
    "null": Decoder._null,
    "boolean": Decoder._boolean,
    "int": Decoder._integer,
    "long": Decoder._integer,
    "float": Decoder._floating,
    "double": Decoder._floating,
    "bytes": Decoder._sized,
    "string": Decoder._sized,
}

_READERS: Final[Mapping[type, Callable[[Decoder, Any, Sink], None]]] = {
    ScalarPlan: Decoder._scalar,
    FixedPlan: Decoder._fixed,
    EnumPlan: Decoder._enum,
    ArrayPlan: Decoder._array,
    MapPlan: Decoder._map,
    RecordPlan: Decoder._record,
    WriterUnionPlan: Decoder._writer_union,
    ReaderUnionPlan: Decoder._reader_union,
    SkipPlan: Decoder._skip,
    FailPlan: Decoder._fail,
}
