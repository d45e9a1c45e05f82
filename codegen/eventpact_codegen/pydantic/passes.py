"""What turns a package model into pydantic models: the Python target's passes, and three of its own among them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from eventpact_codegen.pydantic.fields import reworded, with_argument
from eventpact_codegen.pydantic.names import attribute
from eventpact_codegen.python.passes import PASSES as PYTHON_PASSES
from eventpact_codegen.python.passes.annotations import annotate as annotate_with
from eventpact_codegen.python.passes.spelling import field_clashes
from eventpact_codegen.python.text import string
from eventpact_codegen.target import Pass

if TYPE_CHECKING:
    from eventpact_codegen.python.draft import Draft


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
    """Fill `annotations`, with what Avro says of ranges, sizes, precision and scale, and what tells unions apart."""
    return annotate_with(draft, lambda expression, spelled: reworded(draft, expression, spelled))


def alias(draft: Draft) -> Draft:
    """Give `annotations` the Avro name of each field that is called otherwise, for JSON and for validation."""
    annotations = {
        type_id: tuple(
            given if field.name == spelled else with_argument(given, f"alias={string(field.name)}")
            for field, spelled, given in zip(
                draft.package.record(type_id).fields, draft.attributes[type_id], annotations, strict=True
            )
        )
        for type_id, annotations in draft.annotations.items()
    }
    return replace(draft, annotations=annotations)


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
