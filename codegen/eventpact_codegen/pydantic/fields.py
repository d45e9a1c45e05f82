"""Annotations that pydantic understands: limits of values, what tells the models of a union apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from eventpact_codegen.model import OneOf, RecordModel, Reference, Scalar
from eventpact_codegen.python.code import Symbol, code
from eventpact_codegen.python.names import identifier
from eventpact_codegen.python.text import string

if TYPE_CHECKING:
    from eventpact_codegen.model import TypeExpression, TypeId
    from eventpact_codegen.python.code import Code
    from eventpact_codegen.python.draft import Draft

FIELD: Final = Symbol("pydantic", "Field")
_ANNOTATED: Final = Symbol("typing", "Annotated")
_LITERAL: Final = Symbol("typing", "Literal")
_NULL: Final = Scalar("null")
_MOMENTS: Final = {
    "timestamp-millis": code(Symbol("pydantic", "AwareDatetime")),
    "timestamp-micros": code(Symbol("pydantic", "AwareDatetime")),
    "local-timestamp-millis": code(Symbol("pydantic", "NaiveDatetime")),
    "local-timestamp-micros": code(Symbol("pydantic", "NaiveDatetime")),
}
_WHOLE: Final = {"int": "Int", "long": "Long"}
"""Kind to the name in `_models`."""


def reworded(draft: Draft, expression: TypeExpression, spelled: Code) -> Code:
    """How a model annotates what a dataclass annotates as `spelled`."""
    match expression:
        case Scalar():
            return _scalar(draft, expression, spelled)
        case Reference(to) if (member := _only_member(draft, to)) is not None:
            return code(_LITERAL, "[", spelled, ".", identifier(member), "]")
        case OneOf() if (attribute := _discriminator(draft, expression)) is not None:
            return with_argument(spelled, f"discriminator={string(attribute)}")
        case _:
            return spelled


def with_argument(spelled: Code, argument: str) -> Code:
    """An annotation with an argument of `Field`, in the `Field` that it may have already.

    Inside `Annotated`, so that type checkers see an attribute's name as that of the constructor's argument.
    """
    match spelled:
        case (Symbol() as first, "[", plain, ", ", Symbol() as field, str(arguments)) if first == _ANNOTATED:
            return code(first, "[", code(plain), ", ", field, f"({argument}, {arguments.removeprefix('(')}")
        case _:
            return code(_ANNOTATED, "[", spelled, ", ", FIELD, f"({argument})]")


def _scalar(draft: Draft, scalar: Scalar, spelled: Code) -> Code:
    match scalar:
        case Scalar("fixed", None, size):
            return with_argument(spelled, f"min_length={size}, max_length={size}")
        case Scalar(_, logical) if logical is not None and logical.name == "decimal":
            return with_argument(spelled, f"max_digits={logical.precision}, decimal_places={logical.scale}")
        case Scalar(_, logical) if logical is not None and logical.name in _MOMENTS:
            return _MOMENTS[logical.name]
        case Scalar(kind, logical) if kind in _WHOLE and (logical is None or logical.name.endswith("-nanos")):
            return code(Symbol(draft.dotted("_models"), _WHOLE[kind]))
        case _:
            return spelled


def _only_member(draft: Draft, to: TypeId) -> str | None:
    """The member of an enum that has no other: a constant."""
    members = tuple(draft.members.get(to, {}).values())
    return members[0] if len(members) == 1 else None


def _discriminator(draft: Draft, union: OneOf) -> str | None:
    """The attribute in which each model of a union has a constant of its own; `None` where there is none."""
    constants = [_constants(draft, branch) for branch in union.branches if branch != _NULL]
    shared = set.intersection(*map(set, constants)) if len(constants) > 1 else set()
    telling = (key for key in sorted(shared) if len({found[key] for found in constants}) == len(constants))
    return next((attribute for attribute, _ in telling), None)


def _constants(draft: Draft, branch: TypeExpression) -> dict[tuple[str, str], str]:
    """Attribute and Avro name of each field of a record that is a constant, to its symbol."""
    model = draft.package.types[branch.to] if isinstance(branch, Reference) else None
    if not isinstance(model, RecordModel):
        return {}
    return {
        (attribute, field.name): symbol
        for field, attribute in zip(model.fields, draft.attributes[model.id], strict=True)
        if isinstance(field.type, Reference) and _only_member(draft, field.type.to) is not None
        for symbol in draft.members[field.type.to]
    }
