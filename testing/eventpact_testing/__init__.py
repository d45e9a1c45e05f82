"""Real and embedded brokers, fixtures, strategies and properties to prove contracts with.

`events` and `values` are hypothesis strategies, loaded when they are asked for: the pytest plugin is in this package,
and runs that test no contracts should not notice it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from eventpact_testing.strategies import events, values

__all__ = ["events", "values"]

_LAZY: Final = {"events": "eventpact_testing.strategies", "values": "eventpact_testing.strategies"}


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_LAZY[name]), name)
