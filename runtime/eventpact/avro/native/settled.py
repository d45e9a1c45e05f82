"""Which plans read values that nobody can change: none of these is ever part of a cycle of references.

The garbage collector need not look at them, which matters to whoever holds many: a batch of a thousand events would
make it go over everything that a service has in memory every few batches.

What an instance leads to besides its fields is its class, and the members of its enums. So these have to be ones that
last as long as their module, as generated ones do: of others, whatever was kept at them would never be let go.
"""

from __future__ import annotations

import enum
import struct
import sys
from datetime import date, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from eventpact.avro.binding import twin
from eventpact.avro.graph import leading_to, plan_children
from eventpact.avro.interpret.read import default_value
from eventpact.avro.plan import ArrayPlan, EnumPlan, MapPlan, RecordPlan
from eventpact.errors import EventPactError

if TYPE_CHECKING:
    from eventpact.avro.form import Form
    from eventpact.avro.plan import Plan

_POINTER: Final = struct.calcsize("P")
_ATOMS: Final = (type(None), bool, int, float, str, bytes, Decimal, UUID, date, time)


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
            case EnumPlan(reader=reader):
                cls = self._form.cls(reader.name)
                return cls is not None and not _lasts(cls)
            case RecordPlan():
                return not (self._is_frozen(plan) and self._has_fixed_defaults(plan))
            case _:
                return False

    def _is_frozen(self, plan: RecordPlan) -> bool:
        binding = self._form.classes.get(plan.reader.name)
        if binding is None or twin(binding) is None:
            return False
        cls = binding.cls
        return cls.__dataclass_params__.frozen and _has_no_more_than_its_slots(cls) and _lasts(cls)

    def _has_fixed_defaults(self, plan: RecordPlan) -> bool:
        try:
            return all(
                _is_atomic(default_value(plan.reader.fields[index].type, default, self._form))
                for index, default in plan.defaults
            )
        except EventPactError:
            return False


def _is_atomic(value: Any) -> bool:
    return type(value) in _ATOMS or value == () or (isinstance(value, enum.Enum) and _lasts(type(value)))


def _has_no_more_than_its_slots(cls: type[Any]) -> bool:
    """Whether instances have no place for anything else, as those have whose bases have slots or a `__dict__`."""
    places = len(cls.__dict__.get("__slots__", ())) + bool(cls.__weakrefoffset__)
    return not cls.__dictoffset__ and cls.__basicsize__ == object.__basicsize__ + places * _POINTER


def _lasts(cls: type[Any]) -> bool:
    """Whether its module has it by its name."""
    return getattr(sys.modules.get(cls.__module__), cls.__qualname__, None) is cls
