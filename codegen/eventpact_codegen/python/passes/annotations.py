"""Says in Python's types what each field holds."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from eventpact_codegen.definitions import problem_at
from eventpact_codegen.model import ListOf, MapOf, OneOf, RecordModel, Reference, Scalar
from eventpact_codegen.python.code import Symbol, builtin, code, joined

if TYPE_CHECKING:
    from collections.abc import Callable

    from eventpact.errors import Problem
    from eventpact_codegen.model import TypeExpression
    from eventpact_codegen.python.code import Code
    from eventpact_codegen.python.draft import Draft

MAX_NESTING: Final = 64
"""Brackets in one annotation; Python's parser ends at 200, and nobody reads the tenth."""

SCALARS: Final[dict[str, Code]] = {
    "null": code("None"),
    "boolean": code(builtin("bool")),
    "int": code(builtin("int")),
    "long": code(builtin("int")),
    "float": code(builtin("float")),
    "double": code(builtin("float")),
    "bytes": code(builtin("bytes")),
    "fixed": code(builtin("bytes")),
    "string": code(builtin("str")),
}
LOGICALS: Final[dict[str, Code]] = {
    "decimal": code(Symbol("decimal", "Decimal")),
    "uuid": code(Symbol("uuid", "UUID")),
    "date": code(Symbol("datetime", "date")),
    "time-millis": code(Symbol("datetime", "time")),
    "time-micros": code(Symbol("datetime", "time")),
    "timestamp-millis": code(Symbol("datetime", "datetime")),
    "timestamp-micros": code(Symbol("datetime", "datetime")),
    # Nanoseconds since 1970: a datetime ends at microseconds.
    "timestamp-nanos": code(builtin("int")),
    "local-timestamp-millis": code(Symbol("datetime", "datetime")),
    "local-timestamp-micros": code(Symbol("datetime", "datetime")),
    "local-timestamp-nanos": code(builtin("int")),
    "duration": code(Symbol("eventpact.avro", "Duration")),
}


def _scalar(scalar: Scalar) -> Code:
    return LOGICALS[scalar.logical.name] if scalar.logical is not None else SCALARS[scalar.kind]


def annotate(draft: Draft, scalar: Callable[[Scalar], Code] = _scalar) -> Draft:
    """Fill `annotations`; `scalar` says how values without parts are annotated."""
    annotations = {}
    problems: list[Problem] = []
    for type_id, model in draft.package.types.items():
        if not isinstance(model, RecordModel):
            continue
        for place, field in enumerate(model.fields):
            if _nesting(field.type) > MAX_NESTING:
                message = f"field '{field.name}' of {type_id} nests arrays and maps more than {MAX_NESTING} deep"
                hint = "give the inner levels names, as records"
                problems.append(problem_at(model, message, field=place, hint=hint))
        annotations[type_id] = tuple(annotation(draft, field.type, scalar) for field in model.fields)
    return replace(draft, annotations=annotations).with_problems(*problems)


def annotation(draft: Draft, expression: TypeExpression, scalar: Callable[[Scalar], Code]) -> Code:
    """The annotation of a type."""
    match expression:
        case Scalar():
            return scalar(expression)
        case Reference(to):
            return code(draft.symbol(to))
        case ListOf(items):
            return code(builtin("tuple"), "[", annotation(draft, items, scalar), ", ...]")
        case MapOf(values):
            inner = annotation(draft, values, scalar)
            return code(Symbol("collections.abc", "Mapping"), "[", builtin("str"), ", ", inner, "]")
        case OneOf(branches):
            # Two Avro types may be one type in Python, as `int` and `long`; `None` reads best at the end.
            spelled = dict.fromkeys(annotation(draft, branch, scalar) for branch in branches)
            return joined(" | ", sorted(spelled, key=lambda branch: branch == SCALARS["null"]))


def _nesting(expression: TypeExpression) -> int:
    match expression:
        case ListOf(inner) | MapOf(inner):
            return 1 + _nesting(inner)
        case OneOf(branches):
            return max((_nesting(branch) for branch in branches), default=0)
        case _:
            return 0
