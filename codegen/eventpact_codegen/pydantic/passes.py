"""What turns a package model into pydantic models: the Python target's passes, and three of its own among them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from eventpact_codegen.pydantic.names import attribute
from eventpact_codegen.python.code import Symbol, code
from eventpact_codegen.python.passes import PASSES as PYTHON_PASSES
from eventpact_codegen.python.passes.annotations import LOGICALS, SCALARS
from eventpact_codegen.python.passes.annotations import annotate as annotate_with
from eventpact_codegen.python.passes.spelling import field_clashes
from eventpact_codegen.python.text import string
from eventpact_codegen.target import Pass

if TYPE_CHECKING:
    from eventpact_codegen.model import Scalar
    from eventpact_codegen.python.code import Code
    from eventpact_codegen.python.draft import Draft

FIELD: Final = Symbol("pydantic", "Field")
_ANNOTATED: Final = Symbol("typing", "Annotated")
_AWARE: Final = code(Symbol("pydantic", "AwareDatetime"))
_NAIVE: Final = code(Symbol("pydantic", "NaiveDatetime"))
_MOMENTS: Final = {
    "timestamp-millis": _AWARE,
    "timestamp-micros": _AWARE,
    "local-timestamp-millis": _NAIVE,
    "local-timestamp-micros": _NAIVE,
}


def rename(draft: Draft) -> Draft:
    """Change `attributes` that mean something to pydantic."""
    attributes = {type_id: tuple(map(attribute, spelled)) for type_id, spelled in draft.attributes.items()}
    problems = [
        problem
        for type_id, spelled in attributes.items()
        if spelled != draft.attributes[type_id]
        for problem in field_clashes(draft.package.record(type_id), spelled)
    ]
    return replace(draft, attributes=attributes).with_problems(*problems)


def annotate(draft: Draft) -> Draft:
    """Fill `annotations`, with what Avro says of ranges, sizes, precision and scale."""
    models = draft.dotted("_models")
    whole = {"int": code(Symbol(models, "Int")), "long": code(Symbol(models, "Long"))}
    return annotate_with(draft, lambda scalar: _scalar(scalar, whole))


def _scalar(scalar: Scalar, whole: dict[str, Code]) -> Code:
    logical = scalar.logical
    if logical is None:
        if scalar.kind == "fixed":
            return _constrained(SCALARS["bytes"], f"min_length={scalar.size}, max_length={scalar.size}")
        return whole.get(scalar.kind) or SCALARS[scalar.kind]
    if logical.name == "decimal":
        limits = f"max_digits={logical.precision}, decimal_places={logical.scale}"
        return _constrained(LOGICALS["decimal"], limits)
    if logical.name.endswith("-nanos"):
        return whole["long"]
    return _MOMENTS.get(logical.name) or LOGICALS[logical.name]


def _constrained(plain: Code, arguments: str) -> Code:
    return code(_ANNOTATED, "[", plain, ", ", FIELD, f"({arguments})]")


def alias(draft: Draft) -> Draft:
    """Give `annotations` the Avro name of each field that is called otherwise, for JSON and for validation.

    Inside `Annotated`, so that type checkers see the attribute's name as that of the constructor's argument.
    """
    annotations = {
        type_id: tuple(
            given if field.name == spelled else _aliased(given, f"alias={string(field.name)}")
            for field, spelled, given in zip(
                draft.package.record(type_id).fields, draft.attributes[type_id], annotations, strict=True
            )
        )
        for type_id, annotations in draft.annotations.items()
    }
    return replace(draft, annotations=annotations)


def _aliased(given: Code, argument: str) -> Code:
    """The annotation with one more argument, in the `Field` that it may have already."""
    match given:
        case (Symbol() as annotated, "[", plain, ", ", Symbol() as field, str(arguments)) if annotated == _ANNOTATED:
            return code(annotated, "[", code(plain), ", ", field, f"({argument}, {arguments.removeprefix('(')}")
        case _:
            return _constrained(given, argument)


_OWN: Final = {
    "spelling": (Pass("model-names", rename),),
    "annotations": (Pass("constraints", annotate), Pass("aliases", alias)),
}
"""Ours behind those of the Python target by name; `constraints` stands in for its `annotations`."""

PASSES: Final[tuple[Pass[Draft], ...]] = tuple(
    each
    for step in PYTHON_PASSES
    for each in (*((step,) if step.name != "annotations" else ()), *_OWN.get(step.name, ()))
)
