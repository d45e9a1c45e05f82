"""The table of operators, by what they change."""

from __future__ import annotations

from eventpact_testing.mutation.operators import fields, leaves, names, unions  # noqa: F401 - each enters its operators into the table
from eventpact_testing.mutation.operators.model import BREAKS, NAMES, OPEN, OPERATORS, SAFE, Effect, Operator, Spot

__all__ = ["BREAKS", "NAMES", "OPEN", "OPERATORS", "SAFE", "Effect", "Operator", "Spot"]
