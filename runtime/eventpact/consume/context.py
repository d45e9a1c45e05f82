"""What a handler is told about the record that carried its event."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Where an event came from. One record on one partition is named by `topic`, `partition` and `offset`."""

    topic: str
    partition: int
    offset: int
    timestamp: datetime | None
    """When the record was written, as its producer or the broker says; `None` where the broker keeps none."""
    key: bytes | None
    headers: Mapping[str, bytes]
    """Record headers; of a repeated name the last value."""
    correlation_id: str
    """Of the `correlation-id` header, else new; events sent while handling carry it on."""
    parameters: Mapping[str, str]
    """Values of the topic's run-time parameters, `{"tenant_id": "acme"}`."""
    schema_id: int
    """Registry id of the schema the record was written with."""
    attempt: int = 1
    """Which attempt at this record this is, from 1."""
