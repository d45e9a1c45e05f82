"""What an event carries on from where it is sent: the correlation id and the trace of what is being handled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from eventpact import tracing
from eventpact.event import CORRELATION
from eventpact.in_hand import CORRELATION_HEADER, IN_HAND

if TYPE_CHECKING:
    from collections.abc import Callable

    from eventpact.produce.route import Headers, Route


def carried_correlation() -> str | None:
    """The correlation id of the surrounding `correlated` block, else of the record in hand, else none."""
    given = CORRELATION.get()
    if given:
        return given
    hand = IN_HAND.get()
    return None if hand is None else hand.context.correlation_id


def in_context(
    way: Route, headers: Headers | None, told: Callable[..., Any]
) -> tuple[Headers | None, Callable[..., Any]]:
    """Headers and delivery callback of an event that is sent where something may be carried on.

    The contract's own headers `correlation-id` and `traceparent` stand.
    """
    if tracing.SPANS is None and not (way.correlated or way.traced or CORRELATION.get()):  # as nearly always
        hand = IN_HAND.get()
        if hand is not None:
            headers = [*headers, *hand.context.carried] if headers else [*hand.context.carried]
        return headers or None, told
    made: Headers = [*headers] if headers else []
    if not way.correlated and (correlation := carried_correlation()):
        made.append((CORRELATION_HEADER, correlation.encode()))
    if tracing.SPANS is None:
        traceparent = tracing.outgoing()
    else:
        traceparent, told = tracing.SPANS.sending(way.contract, way.topic, told)
    if traceparent is not None and not way.traced:
        made.append((tracing.HEADER, traceparent.encode()))
    return made or None, told
