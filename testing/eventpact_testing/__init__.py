"""Real and embedded brokers, fixtures, strategies and properties to prove contracts with.

`events` and `values` are hypothesis strategies; the others are the types of the pytest plugin's fixtures. They are
loaded when they are asked for: the plugin is in this package, and runs that test no contracts should not notice it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from eventpact_testing.broker import LocalBroker
    from eventpact_testing.captured import CapturedEvents
    from eventpact_testing.clock import StepClock
    from eventpact_testing.driving import DrivenGroup, RunGroup
    from eventpact_testing.local import LocalRegistry
    from eventpact_testing.stack import Stack
    from eventpact_testing.strategies import events, values

_LAZY: Final = {
    "CapturedEvents": "eventpact_testing.captured",
    "DrivenGroup": "eventpact_testing.driving",
    "LocalBroker": "eventpact_testing.broker",
    "LocalRegistry": "eventpact_testing.local",
    "RunGroup": "eventpact_testing.driving",
    "Stack": "eventpact_testing.stack",
    "StepClock": "eventpact_testing.clock",
    "events": "eventpact_testing.strategies",
    "values": "eventpact_testing.strategies",
}

__all__ = [
    "CapturedEvents",
    "DrivenGroup",
    "LocalBroker",
    "LocalRegistry",
    "RunGroup",
    "Stack",
    "StepClock",
    "events",
    "values",
]


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_LAZY[name]), name)
