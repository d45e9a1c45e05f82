"""Everything about a value that does not fit its schema, where encoding ends at the first such thing.

What fits here encodes, and what does not is said in the words of encoding: each part is judged by the code that would
write it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from eventpact.avro.graph import on_cycles
from eventpact.avro.interpret.choose import choose
from eventpact.avro.interpret.describe import got, too_much
from eventpact.avro.interpret.write import Target, enter_key, fields_of, utf8, write_value
from eventpact.avro.limits import MAX_DEPTH
from eventpact.avro.model import PRIMITIVES
from eventpact.avro.unfit import Unfit
from eventpact.avro.walk import children
from eventpact.errors import EncodeError, Violation

if TYPE_CHECKING:
    from collections.abc import Callable

    from eventpact.avro.form import Form
    from eventpact.avro.model import Array, Map, Record, Schema, Union


def violations(schema: Schema, value: Any, form: Form) -> tuple[Violation, ...]:
    """All that is wrong with a value, in the order of its parts."""
    target = Target(form, on_cycles(schema, children))
    found: list[Violation] = []
    _Validator(target, found).check(schema, value)
    return tuple(found)


class _Validator:
    """Goes over one value."""

    def __init__(self, target: Target, found: list[Violation]) -> None:
        self._target = target
        self._found = found

    def check(self, schema: Schema, value: Any) -> None:
        """Note what is wrong with a value and its parts."""
        target = self._target
        depth, steps = target.depth, target.path.depth
        try:
            _CHECKS[schema.kind](self, schema, value)
        except EncodeError as error:
            self._found.append(Violation(error.path, error.message))
        except (RecursionError, MemoryError) as error:
            self._found.append(Violation(str(target.path), too_much(error)))
        except Exception as error:  # noqa: BLE001 - a value may be any object, and its methods raise what they like
            self._found.append(Violation(str(target.path), f"{got(value)} cannot be read: {type(error).__name__}"))
        target.depth = depth
        target.path.back_to(steps)

    def _leaf(self, schema: Schema, value: Any) -> None:
        write_value(schema, value, self._target)
        self._target.out.clear()

    def _record(self, schema: Record, value: Any) -> None:
        target = self._target
        if id(schema) in target.recursive:
            target.depth += 1
            if target.depth > MAX_DEPTH:
                raise target.error(f"records nest more than {MAX_DEPTH} deep")
        for field, inner in fields_of(schema, value, target):
            target.path.field(field.name, personal=field.is_personal)
            self.check(field.type, inner)
            target.path.leave()

    def _array(self, schema: Array, value: Any) -> None:
        if not isinstance(value, (list, tuple)):
            raise self._target.mismatch(schema, value)
        for index, item in enumerate(value):
            self._target.path.index(index)
            self.check(schema.items, item)
            self._target.path.leave()

    def _map(self, schema: Map, value: Any) -> None:
        if not isinstance(value, Mapping):
            raise self._target.mismatch(schema, value)
        steps = self._target.path.depth
        for key, item in value.items():
            try:
                enter_key(key, self._target)
                utf8(key, self._target)
            except EncodeError as error:
                self._found.append(Violation(error.path, error.message))
            else:
                self.check(schema.values, item)
            self._target.path.back_to(steps)

    def _union(self, schema: Union, value: Any) -> None:
        try:
            index, chosen = choose(schema, value, self._target.form)
        except Unfit:
            raise self._target.mismatch(schema, value) from None
        self.check(schema.branches[index], chosen)


_CHECKS: Final[Mapping[str, Callable[[_Validator, Any, Any], None]]] = {
    **dict.fromkeys([*PRIMITIVES, "enum", "fixed"], _Validator._leaf),
    "record": _Validator._record,
    "array": _Validator._array,
    "map": _Validator._map,
    "union": _Validator._union,
}
"""What has no parts is written, to see whether it can be."""
