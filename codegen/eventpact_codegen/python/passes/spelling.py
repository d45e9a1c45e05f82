"""Spells classes, attributes and enum members in Python, and refuses what two Avro names would share."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from eventpact_codegen.definitions import problem_at
from eventpact_codegen.model import EnumModel, RecordModel, references
from eventpact_codegen.python import names

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from eventpact.errors import Problem
    from eventpact_codegen.python.draft import Draft


def spell(draft: Draft) -> Draft:
    """Fill `class_names`, `attributes` and `members`."""
    package = draft.package
    classes = {type_id: names.class_name(type_id.name) for type_id in package.types}
    events = {event.type for event in package.events}
    attributes = {}
    members = {}
    problems: list[Problem] = []
    for type_id, model in package.types.items():
        if isinstance(model, RecordModel):
            # An attribute named like a class that its own class mentions would hide it from annotations.
            mentioned = frozenset(classes[other] for field in model.fields for other in references(field.type))
            reserved = mentioned | (names.EVENT_ATTRIBUTES if type_id in events else names.RECORD_ATTRIBUTES)
            spelled = tuple(
                names.attribute(field.name, keep=package.keep_field_names, reserved=reserved) for field in model.fields
            )
            attributes[type_id] = spelled
            problems += field_clashes(model, spelled)
        else:
            members[type_id] = {symbol: names.member(symbol) for symbol in model.symbols}
            problems += _symbol_clashes(model, [members[type_id][symbol] for symbol in model.symbols])
    draft = replace(draft, class_names=classes, attributes=attributes, members=members)
    return draft.with_problems(*problems)


def field_clashes(model: RecordModel, spelled: Sequence[str]) -> Iterator[Problem]:
    """What two fields of a record would share."""
    for attribute, places in _repeated(spelled):
        fields = " and ".join(f"'{model.fields[place].name}'" for place in places)
        yield problem_at(
            model,
            f"fields {fields} of {model.id} would both be the attribute '{attribute}'",
            field=places[-1],
            hint="rename one and keep its old name as an alias, or set `field-names: avro` in system.yaml",
        )


def _symbol_clashes(model: EnumModel, spelled: Sequence[str]) -> Iterator[Problem]:
    for member, places in _repeated(spelled):
        symbols = " and ".join(f"'{model.symbols[place]}'" for place in places)
        hint = "rename one of the symbols"
        yield problem_at(model, f"symbols {symbols} of {model.id} would both be the member '{member}'", hint=hint)


def _repeated(spelled: Sequence[str]) -> Iterator[tuple[str, list[int]]]:
    places = defaultdict(list)
    for place, name in enumerate(spelled):
        places[name].append(place)
    return ((name, found) for name, found in places.items() if len(found) > 1)
