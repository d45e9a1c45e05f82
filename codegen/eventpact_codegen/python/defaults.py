"""Avro defaults as Python expressions."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from eventpact_codegen.model import ListValue, MapValue, RecordValue, ScalarValue, SymbolValue
from eventpact_codegen.python.code import Symbol, code, joined
from eventpact_codegen.python.draft import Default
from eventpact_codegen.python.names import identifier
from eventpact_codegen.python.text import byte_string, string
from eventpact_codegen.text import Source

if TYPE_CHECKING:
    from collections.abc import Callable

    from eventpact.avro.model import Logical
    from eventpact_codegen.model import Scalar, Value
    from eventpact_codegen.python.code import Code
    from eventpact_codegen.python.draft import Draft

_EPOCH: Final = datetime(1970, 1, 1)
_MILLISECOND: Final = timedelta(milliseconds=1)
_MICROSECOND: Final = timedelta(microseconds=1)


def default_of(draft: Draft, value: Value) -> Default:
    """The default of a field.

    Raises:
        ValueError: Python's type cannot hold the value (a year beyond 9999), or it is not one that Avro could write.
    """
    match value:
        case RecordValue(to, ()):
            return Default("factory", code(draft.symbol(to)))
        case _:
            pass
    return Default("constant" if _is_immutable(value) else "expression", _expression(draft, value))


def _expression(draft: Draft, value: Value) -> Code:
    match value:
        case ScalarValue(scalar, given):
            return _scalar(scalar, given)
        case ListValue(items):
            inner = joined(", ", (_expression(draft, item) for item in items))
            return code("(", inner, ",)" if len(items) == 1 else ")")
        case MapValue(entries):
            pairs = (code(string(key), ": ", _expression(draft, item)) for key, item in entries)
            return code("{", joined(", ", pairs), "}")
        case SymbolValue(to, symbol):
            if symbol not in draft.members[to]:
                raise ValueError(f"'{symbol}' is no symbol of {to}")
            return code(draft.symbol(to), ".", identifier(draft.members[to][symbol]))
        case RecordValue(to, fields):
            names = (field.name for field in draft.package.record(to).fields)
            attributes = dict(zip(names, map(identifier, draft.attributes[to]), strict=True))
            arguments = (code(attributes[name], "=", _expression(draft, given)) for name, given in fields)
            return code(draft.symbol(to), "(", joined(", ", arguments), ")")


def _is_immutable(value: Value) -> bool:
    """Whether one value can serve all instances; records and maps, and what holds them, are made anew each time."""
    match value:
        case ScalarValue() | SymbolValue():
            return True
        case ListValue(items):
            return all(_is_immutable(item) for item in items)
        case MapValue() | RecordValue():
            return False


def _scalar(scalar: Scalar, value: Any) -> Code:
    given = _bytes(value, scalar) if scalar.kind in {"bytes", "fixed"} else value
    if scalar.logical is None:
        return code(_PLAIN[scalar.kind](given))
    try:
        return _LOGICAL[scalar.logical.name](given, scalar.logical)
    except ArithmeticError as error:  # OverflowError is one
        raise ValueError(f"{value!r} is outside what Python's type for {scalar.logical.name} holds") from error


def _bytes(value: str, scalar: Scalar) -> bytes:
    try:
        given = value.encode("latin-1")
    except UnicodeEncodeError as error:
        raise ValueError("a character above U+00FF stands for no byte") from error
    if scalar.kind == "fixed" and len(given) != scalar.size:
        raise ValueError(f"it has {len(given)} bytes where the type has {scalar.size}")
    return given


def _floating(value: float) -> Source:
    spelled = repr(float(value))
    return Source(spelled if spelled[-1].isdigit() else f'float("{spelled}")')


_PLAIN: Final[dict[str, Callable[[Any], Source]]] = {
    "null": lambda _: Source("None"),
    "boolean": lambda value: Source("True" if value else "False"),
    "int": lambda value: Source(str(int(value))),
    "long": lambda value: Source(str(int(value))),
    "float": _floating,
    "double": _floating,
    "bytes": byte_string,
    "fixed": byte_string,
    "string": string,
}


def _call(symbol: Symbol, *arguments: str) -> Code:
    return code(symbol, Source(f"({', '.join(arguments)})"))


def _decimal(raw: bytes, logical: Logical) -> Code:
    value = Decimal(int.from_bytes(raw, "big", signed=True)).scaleb(-logical.scale)
    return _call(Symbol("decimal", "Decimal"), string(str(value)))


def _uuid(raw: str | bytes, _: Logical) -> Code:
    value = UUID(bytes=raw) if isinstance(raw, bytes) else UUID(raw)
    return _call(Symbol("uuid", "UUID"), string(str(value)))


def _date(raw: int, _: Logical) -> Code:
    value = date(1970, 1, 1) + timedelta(days=raw)
    return _call(Symbol("datetime", "date"), str(value.year), str(value.month), str(value.day))


def _clock(value: time | datetime) -> list[str]:
    parts = [value.hour, value.minute, value.second, value.microsecond]
    while len(parts) > 2 and not parts[-1]:
        parts.pop()
    return [str(part) for part in parts]


def _time(unit: timedelta) -> Callable[[int, Logical], Code]:
    def render(raw: int, _: Logical) -> Code:
        moment = _EPOCH + raw * unit
        if moment.date() != _EPOCH.date():
            raise OverflowError
        return _call(Symbol("datetime", "time"), *_clock(moment.time()))

    return render


def _moment(unit: timedelta, *, aware: bool) -> Callable[[int, Logical], Code]:
    def render(raw: int, _: Logical) -> Code:
        moment = _EPOCH + raw * unit
        parts = [str(moment.year), str(moment.month), str(moment.day), *_clock(moment)]
        spelled = Source(", ".join(parts))
        zone = code(", tzinfo=", Symbol("datetime", "UTC")) if aware else ()
        return code(Symbol("datetime", "datetime"), "(", spelled, zone, ")")

    return render


def _whole(raw: int, _: Logical) -> Code:
    return code(Source(str(raw)))


def _duration(raw: bytes, _: Logical) -> Code:
    months, days, millis = (int.from_bytes(raw[at : at + 4], "little") for at in (0, 4, 8))
    return _call(Symbol("eventpact.avro", "Duration"), f"months={months}", f"days={days}", f"millis={millis}")


_LOGICAL: Final[dict[str, Callable[[Any, Logical], Code]]] = {
    "decimal": _decimal,
    "uuid": _uuid,
    "date": _date,
    "time-millis": _time(_MILLISECOND),
    "time-micros": _time(_MICROSECOND),
    "timestamp-millis": _moment(_MILLISECOND, aware=True),
    "timestamp-micros": _moment(_MICROSECOND, aware=True),
    "timestamp-nanos": _whole,
    "local-timestamp-millis": _moment(_MILLISECOND, aware=False),
    "local-timestamp-micros": _moment(_MICROSECOND, aware=False),
    "local-timestamp-nanos": _whole,
    "duration": _duration,
}
