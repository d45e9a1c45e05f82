"""Gives fields what they hold when the caller leaves them out: Avro's defaults, and envelope fields by the runtime.

A fill counts more than an Avro default, which is there for readers of older messages. A record on the way to a filled
field is itself left to the runtime when every field of it has a default: `MessageSent(data=…)` then makes its metadata.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from eventpact_codegen.definitions import problem_at
from eventpact_codegen.model import MapOf, MapValue, OneOf, RecordModel, Reference, Scalar, references
from eventpact_codegen.python.code import builtin, code, joined
from eventpact_codegen.python.defaults import default_of
from eventpact_codegen.python.draft import Default
from eventpact_codegen.python.fills import PER_EVENT, fill_default
from eventpact_codegen.python.names import identifier
from eventpact_codegen.python.passes.annotations import annotation

if TYPE_CHECKING:
    from collections.abc import Collection

    from eventpact.errors import Problem
    from eventpact_codegen.model import EventModel, TypeExpression, TypeId, Value
    from eventpact_codegen.python.code import Code
    from eventpact_codegen.python.draft import Draft
    from eventpact_registry.contracts.model import Fill

    FieldKey = tuple[TypeId, int]


def give_defaults(draft: Draft) -> Draft:
    """Fill `defaults`."""
    givers = _Givers(draft)
    for event in draft.package.events:
        for path, fill in draft.package.fill.items():
            givers.fill(event, path, fill)
    givers.settle_constants()
    for event in draft.package.events:
        givers.complete(event)
    defaults = {
        type_id: tuple(givers.found.get((type_id, place)) for place in range(len(model.fields)))
        for type_id, model in draft.package.types.items()
        if isinstance(model, RecordModel)
    }
    return replace(draft, defaults=defaults).with_problems(*givers.problems)


class _Givers:
    """Collects defaults by field. A chain is the way to a filled field: (record, place) for each step."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.problems: list[Problem] = []
        self.found: dict[FieldKey, Default] = {}
        self.constants: dict[FieldKey, dict[TypeId, Default]] = {}
        """Filled with a constant of the event: field to event to constant."""
        self.chains: dict[TypeId, list[tuple[FieldKey, ...]]] = {}
        self.filled: dict[FieldKey, Fill] = {}
        for type_id, model in draft.package.types.items():
            for place, field in enumerate(model.fields if isinstance(model, RecordModel) else ()):
                if field.default is None:
                    continue
                try:
                    self.found[type_id, place] = _default(draft, field.type, field.default)
                except ValueError as error:
                    message = f"the default of field '{field.name}' of {type_id} cannot be made: {error}"
                    self.problems.append(problem_at(model, message, field=place, hint="give it another default"))

    def fill(self, event: EventModel, path: str, fill: Fill) -> None:
        """Note one fill of one event; nothing happens where the event has no such field."""
        chain = self._chain(event.type, path.split("."))
        if not chain:
            return
        leaf = chain[-1]
        model = self.draft.package.record(leaf[0])
        default = fill_default(self.draft, event, fill, _without_null(model.fields[leaf[1]].type))
        known = self.filled.setdefault(leaf, fill)
        if default is None or known is not fill:
            why = "its type does not fit" if default is None else f"another event fills it with '{known}'"
            message = f"field '{path}' of {event.type} cannot be filled with '{fill}': {why}"
            hint = "change `fill` in system.yaml, or the field"
            self.problems.append(problem_at(model, message, field=leaf[1], hint=hint))
            return
        self.chains.setdefault(event.type, []).append(chain)
        if fill in PER_EVENT:
            self.constants.setdefault(leaf, {})[event.type] = default
        else:
            self.found[leaf] = default

    def settle_constants(self) -> None:
        """A constant is the field's own default where all events that use the record agree on it."""
        for leaf, by_event in self.constants.items():
            users = {event.type for event in self.draft.package.events if leaf[0] in event.types.values()}
            if len(set(by_event.values())) == 1 and users == by_event.keys():
                self.found[leaf] = next(iter(by_event.values()))

    def complete(self, event: EventModel) -> None:
        """Let the runtime make the records on the way to filled fields, innermost first."""
        steps = {key: depth for chain in self.chains.get(event.type, ()) for depth, key in enumerate(chain[:-1])}
        for key in sorted(steps, key=lambda key: -steps[key]):
            built = self._build(event, key, steps.keys())
            if built is None:
                continue
            target, arguments = built
            if not arguments:
                self.found[key] = Default("factory", code(self.draft.symbol(target)))
            elif key[0] == event.type:
                self.found[key] = Default("expression", self._call(target, arguments))

    def _build(self, event: EventModel, key: FieldKey, steps: Collection[FieldKey]) -> tuple[TypeId, list[Code]] | None:
        """The record in a field and the constants of this event to make it with; `None` if it needs more than that."""
        target = _without_null(self.draft.package.record(key[0]).fields[key[1]].type)
        if not isinstance(target, Reference):
            return None
        arguments = []
        for place, attribute in enumerate(self.draft.attributes[target.to]):
            inner = (target.to, place)
            given: Code | None = None
            if inner in self.found:
                continue
            if event.type in self.constants.get(inner, {}):
                given = self.constants[inner][event.type].code
            elif inner in steps and (deeper := self._build(event, inner, steps)):
                given = self._call(*deeper)
            if given is None:
                return None
            arguments.append(code(identifier(attribute), "=", given))
        return target.to, arguments

    def _call(self, target: TypeId, arguments: list[Code]) -> Code:
        return code(self.draft.symbol(target), "(", joined(", ", arguments), ")")

    def _chain(self, start: TypeId, path: list[str]) -> tuple[FieldKey, ...]:
        chain: list[FieldKey] = []
        here = start
        for step, name in enumerate(path):
            model = self.draft.package.record(here)
            place = next((place for place, field in enumerate(model.fields) if field.name == name), None)
            if place is None:
                return ()
            chain.append((here, place))
            if step == len(path) - 1:
                return tuple(chain)
            inside = _without_null(model.fields[place].type)
            if not isinstance(inside, Reference) or not isinstance(self.draft.package.types[inside.to], RecordModel):
                return ()
            here = inside.to
        return ()


def _default(draft: Draft, expression: TypeExpression, value: Value) -> Default:
    empty = _empty_map(draft, expression) if value == MapValue(()) else None
    return empty or default_of(draft, value)


def _empty_map(draft: Draft, expression: TypeExpression) -> Default | None:
    """An empty dict with the types of its keys and values, which type checkers would not know otherwise.

    One of records is made later: a record may be the very class that is being defined.
    """
    match expression:
        case MapOf(values):
            made = code(builtin("dict"), "[", builtin("str"), ", ", annotation(draft, values), "]")
            if any(isinstance(draft.package.types[to], RecordModel) for to in references(values)):
                return Default("expression", code(made, "()"))
            return Default("factory", made)
        case OneOf(branches):
            return next((found for branch in branches if (found := _empty_map(draft, branch))), None)
        case _:
            return None


def _without_null(expression: TypeExpression) -> TypeExpression:
    """The other branch of a union of null and one more; anything else as it is."""
    match expression:
        case OneOf(branches):
            others = [branch for branch in branches if branch != Scalar("null")]
            return others[0] if len(others) == 1 else expression
        case _:
            return expression
