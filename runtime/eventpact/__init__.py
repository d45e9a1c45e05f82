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
from eventpact.record import Record

if TYPE_CHECKING:
    from eventpact.adapters.adapter import Adapter, adapt
    from eventpact.consume.context import Context
    from eventpact.consume.gaps import Gap
    from eventpact.consume.group import Group
    from eventpact.consume.policy import Policy
    from eventpact.consume.statistics import GroupStatistics
    from eventpact.operate.health import Expected, Health
    from eventpact.operate.tenants import Tenants
    from eventpact.operate.topics import Topics
    from eventpact.produce.breaker import BreakerPolicy
    from eventpact.produce.delivery import Delivery, Outcomes
    from eventpact.produce.producer import Producer
    from eventpact.produce.spool_settings import SpoolSettings
    from eventpact.schemas import SchemaCatalog
    from eventpact.settings import Settings
    from eventpact.topic import TopicContract

_LAZY: Final = {
    "Adapter": "eventpact.adapters.adapter",
    "BreakerPolicy": "eventpact.produce.breaker",
    "Context": "eventpact.consume.context",
    "Delivery": "eventpact.produce.delivery",
    "Expected": "eventpact.operate.health",
    "Gap": "eventpact.consume.gaps",
    "Group": "eventpact.consume.group",
    "GroupStatistics": "eventpact.consume.statistics",
    "Health": "eventpact.operate.health",
    "Outcomes": "eventpact.produce.delivery",
    "Policy": "eventpact.consume.policy",
    "Producer": "eventpact.produce.producer",
    "SchemaCatalog": "eventpact.schemas",
    "Settings": "eventpact.settings",
    "SpoolSettings": "eventpact.produce.spool_settings",
    "Tenants": "eventpact.operate.tenants",
    "TopicContract": "eventpact.topic",
    "Topics": "eventpact.operate.topics",
    "adapt": "eventpact.adapters.adapter",
}

__all__ = [
    "Adapter",
    "BreakerPolicy",
    "Context",
    "Delivery",
    "Event",
    "EventContract",
    "Expected",
    "Gap",
    "Group",
    "GroupStatistics",
    "Health",
    "Outcomes",
    "Policy",
    "Producer",
    "Record",
    "SchemaCatalog",
    "SchemaReference",
    "Settings",
    "SpoolSettings",
    "Tenants",
    "TopicContract",
    "Topics",
    "adapt",
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
