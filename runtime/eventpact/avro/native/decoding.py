"""The program that carries out one plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from eventpact.avro import defaults
from eventpact.avro.binding import members, twin
from eventpact.avro.emit.constants import is_immutable
from eventpact.avro.graph import on_cycles, plan_children, takes_no_bytes
from eventpact.avro.interpret.read import default_value
from eventpact.avro.native.nodes import Nodes, logical
from eventpact.avro.native.settled import Settled
from eventpact.avro.native.skipping import Skips
from eventpact.avro.plan import (
    ArrayPlan,
    EnumPlan,
    FailPlan,
    FixedPlan,
    MapPlan,
    ReaderUnionPlan,
    RecordPlan,
    ScalarPlan,
    SkipPlan,
    WriterUnionPlan,
)
from eventpact.avro.planner import make_plan
from eventpact.errors import EventPactError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from eventpact.avro.form import Form
    from eventpact.avro.native.nodes import Node
    from eventpact.avro.plan import Plan

_FAIL: Final = ("fail",)


def decoding_program(plan: Plan, form: Form) -> tuple[tuple[Node, ...], tuple[Node, ...]]:
    """The nodes that carry out the plan, and the kinds of what it skips."""
    return _Decoding(plan, form).program()


class _Decoding:
    def __init__(self, plan: Plan, form: Form) -> None:
        self.plan = plan
        self.form = form
        self.cycles = on_cycles(plan, plan_children)
        self.settled = Settled(plan, form)
        self.nodes: Nodes[Plan] = Nodes(self.lower)
        self.skips = Skips()

    def program(self) -> tuple[tuple[Node, ...], tuple[Node, ...]]:
        self.place(self.plan)
        return self.nodes.lowered(), self.skips.lowered()

    def place(self, plan: Plan) -> int:
        """Bytes hold nothing of a reader's union: its branch stands in its place."""
        while isinstance(plan, ReaderUnionPlan):
            plan = plan.plan
        return self.nodes.place(plan)

    def lower(self, plan: Plan) -> Node:
        return _NODES[type(plan)](self, plan)

    def scalar(self, plan: ScalarPlan) -> Node:
        converted = logical(plan.reader, plan.wire, self.form, to_wire=False)
        if converted is not None:
            return converted
        match plan.reader.kind:
            case "float" | "double" as kind:
                return (kind, plan.wire)
            case "long":
                return (plan.wire,)
            case kind:
                return (kind,)

    def fixed(self, plan: FixedPlan) -> Node:
        return logical(plan.reader, "fixed", self.form, to_wire=False) or ("fixed", plan.reader.size)

    def enum(self, plan: EnumPlan) -> Node:
        symbols = [symbol if isinstance(symbol, str) else None for symbol in plan.symbols]
        known = members(self.form.cls(plan.reader.name), filter(None, symbols))
        return ("enum", [None if symbol is None else known[symbol] for symbol in symbols])

    def array(self, plan: ArrayPlan) -> Node:
        return ("array", self.place(plan.items), not self.form.plain, takes_no_bytes(plan.items))

    def map(self, plan: MapPlan) -> Node:
        return ("map", self.place(plan.values))

    def record(self, plan: RecordPlan) -> Node:
        try:
            given = [self.default(plan, index, default) for index, default in plan.defaults]
        except EventPactError:
            return _FAIL  # the interpreter says why a default has no value
        steps = [
            (None, self.skips.place(step.plan.writer))
            if isinstance(step.plan, SkipPlan)
            else (step.target, self.place(step.plan))
            for step in plan.steps
        ]
        fields = (steps, given, id(plan) in self.cycles)
        binding = self.form.classes.get(plan.reader.name)
        if binding is not None:
            fill = twin(binding) is not None
            return ("object", binding.cls, binding.attributes, fill, plan in self.settled, fields)
        return ("dict", [field.name for field in plan.reader.fields], fields)

    def default(self, plan: RecordPlan, index: int, default: Any) -> tuple[int, int | None, Any]:
        """A field's default: one shared object where nobody can change it, else bytes to be read each time."""
        schema = plan.reader.fields[index].type
        value = default_value(schema, default, self.form)
        if is_immutable(value):
            return index, None, value
        return index, self.place(make_plan(schema, schema)), defaults.encode(schema, default)

    def union(self, plan: WriterUnionPlan) -> Node:
        return ("union", [self.place(branch) for branch in plan.branches])

    def fail(self, _plan: FailPlan) -> Node:
        return _FAIL


_NODES: Final[Mapping[type, Callable[[_Decoding, Any], Node]]] = {
    ScalarPlan: _Decoding.scalar,
    FixedPlan: _Decoding.fixed,
    EnumPlan: _Decoding.enum,
    ArrayPlan: _Decoding.array,
    MapPlan: _Decoding.map,
    RecordPlan: _Decoding.record,
    WriterUnionPlan: _Decoding.union,
    FailPlan: _Decoding.fail,
}
