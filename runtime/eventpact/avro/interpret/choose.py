"""Which branch of a union a value belongs to.

The first branch whose class the value has exactly; where several share a class (two records as dicts, int and long,
float and double), the first that the whole value fits, and without loss; where there is none, the same again with what
encoding also takes (an int as a double, a tuple for a list).
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from eventpact.avro.logical import arguments
from eventpact.avro.model import Array, Enum, Fixed, Map, Primitive, Record, Union
from eventpact.avro.unfit import Unfit

if TYPE_CHECKING:
    from collections.abc import Callable

    from eventpact.avro.form import Form
    from eventpact.avro.model import Schema


def in_bits(number: int, bits: int) -> bool:
    """Whether a signed number of so many bits can be it."""
    return -(1 << bits - 1) <= number < 1 << bits - 1


def branch_name(schema: Schema) -> str:
    """What `("name", value)` calls a branch: the full name of a named type, otherwise its kind."""
    return schema.name if isinstance(schema, (Record, Enum, Fixed)) else schema.kind


def choose(union: Union, value: Any, form: Form) -> tuple[int, Any]:
    """The index of the branch, and the value to write there.

    Raises:
        Unfit: no branch takes it.
    """
    branches = union.branches
    if form.plain and type(value) is tuple and len(value) == 2:
        for index, branch in enumerate(branches):
            if branch_name(branch) == value[0]:
                return index, value[1]
    chooser = _Chooser(form)
    for exact in (True, False):
        candidates = [i for i, branch in enumerate(branches) if chooser.has_class(branch, value, exact=exact)]
        if len(candidates) == 1:
            return candidates[0], value
        for index in sorted(candidates, key=lambda index: _loses(branches[index], value)):
            if chooser.fits(branches[index], value, exact=exact):
                return index, value
    raise Unfit


class _Chooser:
    """Looks into values as far as it has to; each value once for each schema."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.known: dict[tuple[int, int, bool], tuple[Any, bool]] = {}
        """With the value itself, so that nothing else can take its id."""

    def has_class(self, schema: Schema, value: Any, *, exact: bool) -> bool:
        """Whether the value looks like one of the schema from outside."""
        match schema:
            case Record(name=name):
                cls = self.form.cls(name)
                if cls is not None:
                    return _is(value, cls, exact=exact)
                return _is(value, dict, exact=exact) or (not exact and isinstance(value, Mapping))
            case Enum(name=name, symbols=symbols):
                cls = self.form.cls(name)
                if cls is not None and _is(value, cls, exact=exact):
                    return True
                return (cls is None or not exact) and _is(value, str, exact=exact) and value in symbols
            case Array():
                return _is(value, self.form.sequence, exact=exact) or (not exact and isinstance(value, (list, tuple)))
            case Map():
                return _is(value, dict, exact=exact) or (not exact and isinstance(value, Mapping))
            case Primitive() | Fixed():
                conversion = self.form.conversion(schema)
                if conversion is None:
                    return _has_kind(schema, value, exact=exact)
                return _is(value, conversion.type, exact=exact)
            case _:
                return False

    def fits(self, schema: Schema, value: Any, *, exact: bool) -> bool:
        """Whether encoding the value would succeed."""
        if not self.has_class(schema, value, exact=exact):
            return False
        key = (id(schema), id(value), exact)
        if key not in self.known:
            self.known[key] = (value, True)  # a value inside itself: encoding finds that out
            self.known[key] = (value, self._fits_inside(schema, value, exact=exact))
        return self.known[key][1]

    def _fits_any(self, schema: Schema, value: Any, *, exact: bool) -> bool:
        if not isinstance(schema, Union):
            return self.fits(schema, value, exact=exact)
        if self.form.plain and type(value) is tuple and len(value) == 2:
            for branch in schema.branches:
                if branch_name(branch) == value[0]:
                    return self.fits(branch, value[1], exact=exact)
        return any(self.fits(branch, value, exact=exact) for branch in schema.branches)

    def _fits_inside(self, schema: Schema, value: Any, *, exact: bool) -> bool:
        match schema:
            case Record(name=name, fields=fields) if self.form.cls(name) is None:
                names = {field.name for field in fields}
                return all(key in names for key in value) and all(
                    self._fits_any(field.type, value[field.name], exact=exact)
                    if field.name in value
                    else field.has_default
                    for field in fields
                )
            case Array(items=items):
                return all(self._fits_any(items, item, exact=exact) for item in value)
            case Map(values=values):
                return all(
                    isinstance(key, str) and self._fits_any(values, item, exact=exact) for key, item in value.items()
                )
            case Primitive() | Fixed():
                return self._converts(schema, value)
            case _:
                return True

    def _converts(self, schema: Primitive | Fixed, value: Any) -> bool:
        conversion = self.form.conversion(schema)
        if conversion is None:
            return True
        try:
            conversion.to_wire(value, *arguments(schema, conversion.to_arguments))
        except (ValueError, TypeError, OverflowError, AttributeError):
            return False
        return True


def _loses(schema: Schema, value: Any) -> bool:
    """Whether a number would lose something in 32 bits that a double beside it keeps."""
    try:
        return schema.kind == "float" and struct.unpack("<f", struct.pack("<f", value))[0] != value
    except (OverflowError, struct.error):
        return True


def _is(value: Any, cls: type[Any], *, exact: bool) -> bool:
    if exact:
        return type(value) is cls
    return isinstance(value, cls) and not isinstance(value, _LOOKALIKES.get(cls.__name__, ()))


_LOOKALIKES: Final[Mapping[str, tuple[type, ...]]] = {"int": (bool,), "date": (datetime,)}
"""Subclasses in Python that are something else in Avro."""


def _has_kind(schema: Primitive | Fixed, value: Any, *, exact: bool) -> bool:
    if isinstance(schema, Fixed):
        return _is_bytes(value, exact=exact) and len(value) == schema.size
    return _KINDS[schema.kind](value, exact)


def _is_bytes(value: Any, *, exact: bool) -> bool:
    return _is(value, bytes, exact=exact) or (not exact and isinstance(value, (bytearray, memoryview)))


def _is_number(value: Any, exact: bool) -> bool:
    return _is(value, float, exact=exact) or (not exact and _is(value, int, exact=False))


_KINDS: Final[Mapping[str, Callable[[Any, bool], bool]]] = {
    "null": lambda value, _: value is None,
    "boolean": lambda value, _: isinstance(value, bool),
    "int": lambda value, exact: _is(value, int, exact=exact) and in_bits(value, 32),
    "long": lambda value, exact: _is(value, int, exact=exact) and in_bits(value, 64),
    "float": _is_number,
    "double": _is_number,
    "bytes": lambda value, exact: _is_bytes(value, exact=exact),
    "string": lambda value, exact: _is(value, str, exact=exact),
}
