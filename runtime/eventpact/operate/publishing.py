"""Events sent one after the other from a file or a stream, with a count of what arrived however it ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from eventpact.errors import DeliveryError, EventPactError
from eventpact.operate.pace import Pace

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterable, Mapping

    from eventpact.event import Event
    from eventpact.produce.producer import Producer


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What became of the events."""

    acknowledged: int
    failed: int
    """Sent and not acknowledged; they may have been written."""
    error: EventPactError | None = None
    """What ended it before the end: an event that does not fit, or a cluster that refuses."""
    stopped: bool = False
    """Whether it was told to stop."""


def publish(
    producer: Producer,
    events: Iterable[Event],
    *,
    parameters: Mapping[str, str] | None = None,
    rate: float | None = None,
    timeout: float = 30.0,
    stop: threading.Event | None = None,
    on_event: Callable[[Event], None] = lambda _: None,
) -> Published:
    """Send events in their order; what was sent before one that is wrong is waited for, and counted.

    Args:
        producer: sends them; nobody else uses it meanwhile.
        events: are made while they are sent; what they raise ends it.
        parameters: the topic's run-time parameters.
        rate: events a second at most.
        timeout: seconds to wait for acknowledgements at the end.
        stop: ends it when it is set.
        on_event: called with each event that was sent.
    """
    before = producer.statistics
    pace = Pace.until(rate, stop)
    error: EventPactError | None = None
    try:
        for event in events:
            if (stop is not None and stop.is_set()) or not pace.wait():
                break
            producer.send(event, **(parameters or {}))
            on_event(event)
    except EventPactError as caught:
        error = caught
    try:
        producer.flush(timeout)
    except DeliveryError as caught:
        error = error or caught
    after = producer.statistics
    sent, acknowledged = after.sent - before.sent, after.acknowledged - before.acknowledged
    return Published(
        acknowledged=acknowledged,
        failed=sent - acknowledged,
        error=error,
        stopped=stop is not None and stop.is_set(),
    )
