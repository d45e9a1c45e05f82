"""Traces over producers and consumers: the `traceparent` header, and OpenTelemetry spans where they are switched on.

Without OpenTelemetry, and without switching anything on, an event sent while another is handled carries that one's
`traceparent` (W3C Trace Context, version 00), so a service in the middle does not cut a trace. `instrument()` adds
spans and needs the extra `tracing`.
"""

from __future__ import annotations

import re
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, Final, Protocol

from eventpact.errors import SettingsError
from eventpact.in_hand import IN_HAND

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from opentelemetry.trace import TracerProvider

    from eventpact.consume.context import Context
    from eventpact.event import EventContract

HEADER: Final = "traceparent"
"""The record header that names the span an event was sent in."""


_SHAPE: Final = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_LATER: Final = re.compile(rf"(?!00){_SHAPE.pattern}-.*", re.DOTALL)
"""Versions after 00 may add parts; what they begin with stays."""


def traceparent(header: str | bytes | None) -> str | None:
    """What a `traceparent` header says; `None` where it is no such thing, for a broken trace is not passed on.

    W3C Trace Context, section 3.2.
    """
    text = header.decode("ascii", "replace") if isinstance(header, bytes) else header
    return text if text and (_SHAPE.fullmatch(text) or _LATER.fullmatch(text)) else None


class Spans(Protocol):
    """What producers and groups call while spans are switched on."""

    def current(self) -> str | None:
        """The `traceparent` of the active span; `None` when there is none."""
        ...

    def sending(
        self, contract: EventContract, topic: str, told: Callable[..., Any]
    ) -> tuple[str | None, Callable[..., Any]]:
        """Begin the span of one event: its `traceparent`, and the delivery callback that ends it and calls `told`."""
        ...

    def handling(
        self, group: str, contract: EventContract | None, contexts: Sequence[Context]
    ) -> AbstractContextManager[None]:
        """The span of a handler's call for one record, or of a batch's; an exception inside marks it failed."""
        ...


SPANS: Spans | None = None
"""`None` while spans are switched off; read it as `tracing.SPANS`, for `instrument` binds it anew."""

_NOTHING: Final[AbstractContextManager[None]] = nullcontext()


def outgoing() -> str | None:
    """The `traceparent` of an event sent now: that of the active span, else that of the record being handled.

    A producer asks for it only where it begins no span:

        if tracing.SPANS is None:
            traceparent = tracing.outgoing()
        else:
            traceparent, told = tracing.SPANS.sending(contract, topic, told)
    """
    if SPANS is not None and (current := SPANS.current()) is not None:
        return current
    hand = IN_HAND.get()
    return None if hand is None else hand.context.traceparent


def handling(group: str, contract: EventContract | None, contexts: Sequence[Context]) -> AbstractContextManager[None]:
    """What a handler is called inside: the span of the record or batch, where spans are switched on, else nothing.

    Args:
        group: the group's name on the broker.
        contract: of the event; `None` for tombstones and unknown events.
        contexts: of the records that the handler gets, one unless it takes a batch.
    """
    return _NOTHING if SPANS is None else SPANS.handling(group, contract, contexts)


def instrument(tracer_provider: TracerProvider | None = None) -> None:
    """Switch spans on for every producer and group of this process; again is harmless.

    Args:
        tracer_provider: whose tracers make the spans; OpenTelemetry's global one by default.

    Raises:
        SettingsError: OpenTelemetry is not installed.
    """
    global SPANS  # noqa: PLW0603 - one switch for the process, read on the hot path
    try:
        from eventpact.observe.spans import OpenTelemetrySpans  # noqa: PLC0415 - only here is the extra needed
    except ModuleNotFoundError as error:
        if error.name is None or not error.name.startswith("opentelemetry"):
            raise
        raise SettingsError("tracing needs OpenTelemetry: pip install 'eventpact[tracing]'") from error
    SPANS = OpenTelemetrySpans(tracer_provider)


def uninstrument() -> None:
    """Switch spans off again; those that have begun end as they would have."""
    global SPANS  # noqa: PLW0603 - as above
    SPANS = None
