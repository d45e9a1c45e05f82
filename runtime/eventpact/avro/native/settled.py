"""Which plans read values that never change: none of these is ever part of a cycle of references.

The garbage collector need not look at them, which matters to whoever holds many: a batch of a thousand events would
make it go over everything that a service has in memory every few batches.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from eventpact.avro.binding import twin
from eventpact.avro.emit.constants import is_immutable
from eventpact.avro.graph import leading_to, plan_children
from eventpact.avro.interpret.read import default_value
from eventpact.avro.plan import ArrayPlan, MapPlan, RecordPlan
from eventpact.errors import EventPactError

if TYPE_CHECKING:
    from eventpact.avro.form import Form
    from eventpact.avro.plan import Plan


class Settled:
    """The plans of one program, told apart."""

    def __init__(self, root: Plan, form: Form) -> None:
        self._form = form
        self._plans, self._unsettled = leading_to(root, plan_children, self._can_change)

    def __contains__(self, plan: Plan) -> bool:
        return id(plan) in self._plans and id(plan) not in self._unsettled

    def _can_change(self, plan: Plan) -> bool:
        """Whether a value can change, whatever is inside it."""
        match plan:
            case MapPlan():
                return True
            case ArrayPlan():
                return self._form.plain
            case RecordPlan():
                return not (self._is_frozen(plan) and self._has_immutable_defaults(plan))
            case _:
                return False

    def _is_frozen(self, plan: RecordPlan) -> bool:
        binding = self._form.classes.get(plan.reader.name)
        return binding is not None and twin(binding) is not None and binding.cls.__dataclass_params__.frozen

    def _has_immutable_defaults(self, plan: RecordPlan) -> bool:
        try:
            return all(
                is_immutable(default_value(plan.reader.fields[index].type, default, self._form))
                for index, default in plan.defaults
            )
        except EventPactError:
            return False
