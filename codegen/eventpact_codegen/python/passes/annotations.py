"""Says in Python's types what each field holds."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeAlias

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


Reword: TypeAlias = "Callable[[TypeExpression, Code], Code]"
"""Changes how a type is annotated, given what it would be: for each part of a type, innermost first."""


def _as_it_is(_: TypeExpression, spelled: Code) -> Code:
    return spelled


def annotate(draft: Draft, reword: Reword = _as_it_is) -> Draft:
    """Fill `annotations`."""
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
        annotations[type_id] = tuple(annotation(draft, field.type, reword) for field in model.fields)
    return replace(draft, annotations=annotations).with_problems(*problems)


def annotation(draft: Draft, expression: TypeExpression, reword: Reword = _as_it_is) -> Code:
    """The annotation of a type."""
    return reword(expression, _spelled(draft, expression, reword))


def _spelled(draft: Draft, expression: TypeExpression, reword: Reword) -> Code:
    match expression:
        case Scalar(kind, logical):
            return LOGICALS[logical.name] if logical is not None else SCALARS[kind]
        case Reference(to):
            return code(draft.symbol(to))
        case ListOf(items):
            return code(builtin("tuple"), "[", annotation(draft, items, reword), ", ...]")
        case MapOf(values):
            inner = annotation(draft, values, reword)
            return code(Symbol("collections.abc", "Mapping"), "[", builtin("str"), ", ", inner, "]")
        case OneOf(branches):
            # Two Avro types may be one type in Python, as `int` and `long`; `None` reads best at the end.
            spelled = dict.fromkeys(annotation(draft, branch, reword) for branch in branches)
            return joined(" | ", sorted(spelled, key=lambda branch: branch == SCALARS["null"]))


def _nesting(expression: TypeExpression) -> int:
    match expression:
        case ListOf(inner) | MapOf(inner):
            return 1 + _nesting(inner)
        case OneOf(branches):
            return max((_nesting(branch) for branch in branches), default=0)
        case _:
            return 0
