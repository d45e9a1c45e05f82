"""Events as contracts: what a service needs to send and receive typed Avro events.

Importing this package is cheap: the parts that load the Kafka client come on first use of their names.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from eventpact.event import (
    Event,
    EventContract,
    SchemaReference,
    correlated,
    correlation_id,
    identified,
    new_id,
    now,
    source,
)

if TYPE_CHECKING:
    from eventpact.consume.context import Context
    from eventpact.consume.group import Group
    from eventpact.produce.producer import Producer

_LAZY: Final = {
    "Context": "eventpact.consume.context",
    "Group": "eventpact.consume.group",
    "Producer": "eventpact.produce.producer",
}

__all__ = [
    "Context",
    "Event",
    "EventContract",
    "Group",
    "Producer",
    "SchemaReference",
    "correlated",
    "correlation_id",
    "identified",
    "new_id",
    "now",
    "source",
]


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_LAZY[name]), name)
    globals()[name] = value
    return value
