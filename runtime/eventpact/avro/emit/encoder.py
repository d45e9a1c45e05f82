"""Encoders as source: one function a schema, with everything that is small and not recursive inlined.

    def encode(v0, /):
        try:
            ...checks, and one variable for each piece of bytes...
            return join((pieces))
        except Failure:
            pass
        return slow(v0)

A check that fails raises whatever is cheapest; `slow` finds out what it was.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from eventpact.avro.emit.parts import Parts
from eventpact.avro.emit.source import MAX_BRANCHES, MAX_INLINED, MAX_LEVEL, MAX_NESTING, Source
from eventpact.avro.emit.unions import exact_test, shared_classes
from eventpact.avro.graph import expands_within, on_cycles
from eventpact.avro.interpret.choose import choose
from eventpact.avro.interpret.read import default_value
from eventpact.avro.logical import arguments
from eventpact.avro.model import Array, Enum, Fixed, Map, Primitive, Record, Union
from eventpact.avro.varint import long_bytes
from eventpact.avro.walk import children
from eventpact.errors import EventPactError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from eventpact.avro.emit.names import Names
    from eventpact.avro.form import Form
    from eventpact.avro.model import Field, Schema

_GIVEN: Final = "v0"
"""What every emitted function is given to write."""
_REFUSE: Final = "    raise Unfit"
_MAX_SEPARATE: Final = 4
"""Pieces of a union's branch that are kept apart; more are joined first."""


class Encoder:
    """Emits the functions that encode one schema."""

    def __init__(self, schema: Schema, names: Names, form: Form, *, constants: bool = True, wide: bool = False) -> None:
        """Prepare an encoder.

        Args:
            schema: what to encode.
            names: where global names come from.
            form: plain values or classes; which types have a class is known by `names`.
            constants: whether objects may stand in the namespace; a package's module has only links.
            wide: whether lengths of 8,192 and more are expected; without, they lead to `slow`.
        """
        self._schema = schema
        self._names = names
        self._form = form
        self._constants = constants
        self._name = ""
        self._size = "long_bytes(len({}))" if wide else "SIZES[len({})]"
        self._cycles = on_cycles(schema, children)
        self._functions: dict[int, str] = {}
        self._pending: list[Record | Array | Map | Union] = []
        self._exact: set[str] = set()
        """Variables whose class has just been found to be the right one."""
        self._source = Source()
        self._depth = "0"
        self._nesting = 0

    def emit(self, name: str, slow: str) -> str:
        """The source of function `name` and of those that it calls; `slow` is called with what it gives up on."""
        self._name = name
        lines = [f"def {name}(v0: Any, /) -> bytes:", "    try:"]
        self._source = Source(level=2)
        parts = Parts()
        self._write(self._schema, _GIVEN, parts)
        lines += self._source.lines
        lines += [
            f"        return {parts.joined()}",
            "    except Failure:",
            "        pass",
            f"    return {slow}(v0)",
        ]
        while self._pending:
            schema = self._pending.pop()
            lines += ["", "", *self._function(schema, self._functions[id(schema)])]
        return "\n".join([*lines, ""])

    def _function(self, schema: Record | Array | Map | Union, name: str) -> list[str]:
        self._source = Source(level=1)
        self._depth = "g"
        self._nesting = 0
        if id(schema) in self._cycles and isinstance(schema, Record):
            self._source.add("g += 1", "if g > MAX_DEPTH:", _REFUSE)
        parts = Parts()
        _WRITERS[schema.kind](self, schema, "v0", parts)
        return [f"def {name}(v0: Any, g: int) -> bytes:", *self._source.lines, f"    return {parts.joined()}"]

    def _write(self, schema: Schema, value: str, parts: Parts) -> None:
        """Emit what checks `value`, an expression, and put its bytes into `parts`."""
        if isinstance(schema, (Primitive, Fixed)):
            conversion = self._form.conversion(schema)
            if conversion is not None:
                self._write_logical(schema, value, parts)
                return
        if isinstance(schema, (Record, Array, Map, Union)) and not self._is_inlined(schema):
            parts.add(f"{self._called(schema)}({value}, {self._depth})")
            return
        _WRITERS[schema.kind](self, schema, value, parts)

    def _is_inlined(self, schema: Schema) -> bool:
        if self._source.level >= MAX_LEVEL:
            return False
        if not isinstance(schema, Record):
            return True
        if id(schema) in self._cycles:
            return False
        return self._nesting < MAX_NESTING and expands_within(schema, self._within, MAX_INLINED)

    def _within(self, schema: Schema) -> tuple[Schema, ...]:
        return () if id(schema) in self._cycles else children(schema)

    def _called(self, schema: Record | Array | Map | Union) -> str:
        if id(schema) not in self._functions:
            self._functions[id(schema)] = f"_{self._name}_{len(self._functions)}"
            self._pending.append(schema)
        return self._functions[id(schema)]

    def _variable(self, value: str) -> str:
        """The value in a variable of its own."""
        if value.isidentifier():
            return value
        name = self._source.fresh()
        self._source.add(f"{name} = {value}")
        return name

    def _check_class(self, value: str, *classes: str) -> None:
        if value in self._exact:
            return
        test = " and ".join(f"{value}.__class__ is not {cls}" for cls in classes)
        self._source.add(f"if {test}:", _REFUSE)

    def _write_sized(self, value: str, parts: Parts) -> None:
        raw = self._source.fresh()
        self._source.add(f"{raw} = {value}")
        parts.add(self._size.format(raw), raw)

    def _write_logical(self, schema: Primitive | Fixed, value: str, parts: Parts) -> None:
        conversion = self._form.conversion(schema)
        if conversion is None or schema.logical is None:
            raise AssertionError("a logical type with a conversion was asked for")
        if schema.logical.name == "timestamp-millis":
            self._write_millis(value, parts)
            return
        value = self._variable(value)
        self._check_class(value, conversion.type.__name__)
        if schema.logical.name == "date":
            self._write_days(value, parts)
            return
        given = ", ".join([value, *map(str, arguments(schema, conversion.to_arguments))])
        raw = f"{conversion.to_wire.__name__}({given})"
        match schema.kind:
            case "string":
                parts.constant(long_bytes(36))
                parts.add(raw)
            case "bytes":
                self._write_sized(raw, parts)
            case "fixed":
                parts.add(raw)
            case kind:
                parts.add(f"{kind}_bytes({raw})")

    def _write_millis(self, value: str, parts: Parts) -> None:
        """Five or six bytes from three tables, from 2 January 1970 to 2039: no earlier, lest the last ones be empty."""
        value = self._variable(value)
        self._check_class(value, "datetime")
        since, count = self._source.fresh("d"), self._source.fresh("n")
        pieces = [self._source.fresh() for _ in range(3)]
        add = self._source.add
        add(f"{since} = {value} - EPOCH")
        add(f"{count} = {since}.days * 86400000 + {since}.seconds * 1000 + {since}.microseconds // 1000")
        with self._source.block(f"if {1 << 27} <= {count} < {1 << 41}:"):
            add(
                f"{count} <<= 1",
                f"{pieces[0]} = PIECES[{count} & 16383]",
                f"{pieces[1]} = PIECES[{count} >> 14 & 16383]",
                f"{pieces[2]} = TAILS[{count} >> 28]",
            )
        with self._source.block("else:"):
            add(f"{pieces[0]} = long_bytes({count})", f'{pieces[1]} = {pieces[2]} = b""')
        parts.add(*pieces)

    def _write_days(self, value: str, parts: Parts) -> None:
        """Three or four bytes from two tables, from 1992 to the last day that Python knows."""
        count = self._source.fresh("n")
        pieces = [self._source.fresh() for _ in range(2)]
        self._source.add(f"{count} = {value}.toordinal() - EPOCH_DAY")
        with self._source.block(f"if {count} >= {1 << 13}:"):
            self._source.add(
                f"{count} <<= 1", f"{pieces[0]} = PIECES[{count} & 16383]", f"{pieces[1]} = TAILS[{count} >> 14]"
            )
        with self._source.block("else:"):
            self._source.add(f"{pieces[0]} = int_bytes({count})", f'{pieces[1]} = b""')
        parts.add(*pieces)

    def _null(self, _schema: Primitive, value: str, _parts: Parts) -> None:
        self._source.add(f"if {value} is not None:", _REFUSE)

    def _boolean(self, _schema: Primitive, value: str, parts: Parts) -> None:
        value = self._variable(value)
        self._check_class(value, "bool")
        parts.add(rf'b"\x01" if {value} else b"\x00"')

    def _integer(self, schema: Primitive, value: str, parts: Parts) -> None:
        value = self._variable(value)
        self._check_class(value, "int")
        parts.add(f"VARINTS[{value}] if -8192 <= {value} < 8192 else {schema.kind}_bytes({value})")

    def _floating(self, schema: Primitive, value: str, parts: Parts) -> None:
        value = self._variable(value)
        self._check_class(value, "float", "int")
        parts.add(f"pack_{schema.kind}({value})")

    def _bytes(self, _schema: Primitive, value: str, parts: Parts) -> None:
        value = self._variable(value)
        self._check_class(value, "bytes")
        parts.add(self._size.format(value), value)

    def _string(self, _schema: Primitive, value: str, parts: Parts) -> None:
        self._write_sized(f"utf8({value})", parts)

    def _fixed(self, schema: Fixed, value: str, parts: Parts) -> None:
        value = self._variable(value)
        self._source.add(f"if {value}.__class__ is not bytes or len({value}) != {schema.size}:", _REFUSE)
        parts.add(value)

    def _enum(self, schema: Enum, value: str, parts: Parts) -> None:
        value = self._variable(value)
        # what is equal to a symbol finds it, and need not be one
        bound = (self._names.cls(schema.name),) if self._names.is_bound(schema.name) else ()
        self._check_class(value, *bound, "str")
        parts.add(f"{self._names.encodings(schema.name, schema.symbols)}[{value}]")

    def _record(self, schema: Record, value: str, parts: Parts) -> None:
        value = self._variable(value)
        self._nesting += 1
        if self._names.is_bound(schema.name):
            self._check_class(value, self._names.cls(schema.name))
            for field, attribute in zip(schema.fields, self._names.attributes(schema.name), strict=True):
                self._write(field.type, f"{value}.{attribute}", parts)
        else:
            self._write_dict(schema, value, parts)
        self._nesting -= 1

    def _write_dict(self, schema: Record, value: str, parts: Parts) -> None:
        self._check_class(value, "dict")
        count = str(len(schema.fields))
        if any(field.has_default for field in schema.fields):
            count = self._source.fresh("c")
            self._source.add(f"{count} = {len(schema.fields)}")
        for field in schema.fields:
            self._write(field.type, self._item(field, value, count), parts)
        self._source.add(f"if len({value}) != {count}:", _REFUSE)

    def _item(self, field: Field, value: str, count: str) -> str:
        """A dict's value, or the field's default."""
        key = self._names.constant(field.name)
        if not field.has_default:
            return f"{value}[{key}]"
        try:
            default = self._names.constant(default_value(field.type, field.default, self._form))
        except EventPactError:
            return f"{value}[{key}]"
        item = self._source.fresh()
        with self._source.block(f"if {key} in {value}:"):
            self._source.add(f"{item} = {value}[{key}]")
        with self._source.block("else:"):
            self._source.add(f"{item} = {default}", f"{count} -= 1")
        return item

    def _array(self, schema: Array, value: str, parts: Parts) -> None:
        value = self._variable(value)
        item, items = self._source.fresh(), self._source.fresh("i")
        if self._form.plain:  # a tuple among plain values may name a union's branch: `slow` knows
            self._check_class(value, "list")
            self._source.add(f"{items} = tuple({value})")
        elif value in self._exact:
            items = value
        else:
            self._source.add(f"{items} = {value}")
            with self._source.block(f"if {value}.__class__ is not tuple:"):
                self._check_class(value, "list")
                self._source.add(f"{items} = tuple({value})")
        self._write_items(items, f"for {item} in {items}:", None, (schema.items, item), parts)

    def _map(self, schema: Map, value: str, parts: Parts) -> None:
        value = self._variable(value)
        self._check_class(value, "dict")
        key, item, entries = self._source.fresh("k"), self._source.fresh(), self._source.fresh("i")
        self._source.add(f"{entries} = {value}.copy()")
        self._write_items(entries, f"for {key}, {item} in {entries}.items():", key, (schema.values, item), parts)

    def _write_items(self, value: str, loop: str, key: str | None, item: tuple[Schema, str], parts: Parts) -> None:
        """Emit a loop over a container that nobody else has: looking at its items may change the one it came from."""
        pieces, joined = self._source.fresh("a"), self._source.fresh()
        with self._source.block(f"if {value}:"):
            self._source.add(f"{pieces} = [{self._size.format(value)}]")
            with self._source.block(loop):
                item_parts = Parts()
                if key is not None:
                    self._write_sized(f"utf8({key})", item_parts)
                self._write(*item, item_parts)
                item_parts.append_to(pieces, self._source)
            self._source.add(rf'{pieces}.append(b"\x00")', f"{joined} = join({pieces})")
        with self._source.block("else:"):
            self._source.add(rf'{joined} = b"\x00"')
        parts.add(joined)

    def _union(self, schema: Union, value: str, parts: Parts) -> None:
        if len(schema.branches) > MAX_BRANCHES:
            self._source.add("raise Unfit")
            return
        value = self._variable(value)
        if value == _GIVEN:  # a branch that is named gives way to its value, and `slow` needs both
            value = self._source.fresh()
            self._source.add(f"{value} = {_GIVEN}")
        headers = self._branch_headers(schema, value)
        branches = {index: self._branch(index, schema.branches[index], value) for index in headers}
        pieces = max((len(branch_parts) for _, branch_parts in branches.values()), default=0)
        results = [self._source.fresh() for _ in range(pieces if pieces <= _MAX_SEPARATE else 1)]
        for index, header in headers.items():
            lines, branch_parts = branches[index]
            with self._source.block(header):
                self._source.lines += lines
                self._source.add(*branch_parts.assigned(results))
        if "else:" not in headers.values():
            self._source.add(*(["else:", _REFUSE] if headers else ["raise Unfit"]))
        self._exact.discard(value)
        parts.add(*results)

    def _branch_headers(self, schema: Union, value: str) -> dict[int, str]:
        """By branch, the header of the block that writes it."""
        kinds = [branch.kind for branch in schema.branches]
        if len(kinds) == 2 and "null" in kinds:
            null = kinds.index("null")
            return {null: f"if {value} is None:", 1 - null: "else:"}
        value_class = self._source.fresh("t")
        self._source.add(f"{value_class} = {value}.__class__")
        shared = shared_classes(schema, self._names, self._form)
        tests = {
            index: exact_test(branch, value, value_class, self._names, self._form)
            for index, branch in enumerate(schema.branches)
            if index not in shared
        }
        if self._constants:
            tests = self._chosen(schema, value, tests)
        else:
            self._exact.add(value)
        return {index: f"{'elif' if number else 'if'} {tests[index]}:" for number, index in enumerate(tests)}

    def _chosen(self, schema: Union, value: str, tests: dict[int, str]) -> dict[int, str]:
        """Emit what finds the branch, by class where that is enough and by `choose` for all else; tests for it."""
        chosen = self._source.fresh("k")
        choice = self._names.constant(partial(choose, schema, form=self._form))
        otherwise = f"{chosen}, {value} = {choice}({value})"
        for number, (index, test) in enumerate(tests.items()):
            self._source.add(f"{'elif' if number else 'if'} {test}:", f"    {chosen} = {index}")
        self._source.add(*(["else:", f"    {otherwise}"] if tests else [otherwise]))
        return {index: f"{chosen} == {index}" for index in range(len(schema.branches))}

    def _branch(self, index: int, branch: Schema, value: str) -> tuple[list[str], Parts]:
        start = len(self._source.lines)
        parts = Parts()
        parts.constant(long_bytes(index))
        self._source.level += 1
        if branch.kind != "null":
            self._write(branch, value, parts)
        self._source.level -= 1
        return self._source.take(start), parts


_WRITERS: Final[Mapping[str, Callable[[Encoder, Any, str, Parts], None]]] = {
    "null": Encoder._null,
    "boolean": Encoder._boolean,
    "int": Encoder._integer,
    "long": Encoder._integer,
    "float": Encoder._floating,
    "double": Encoder._floating,
    "bytes": Encoder._bytes,
    "string": Encoder._string,
    "fixed": Encoder._fixed,
    "enum": Encoder._enum,
    "record": Encoder._record,
    "array": Encoder._array,
    "map": Encoder._map,
    "union": Encoder._union,
}
