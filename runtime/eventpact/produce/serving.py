"""What the client has to tell, between and during sends: delivery reports, lost brokers, and fatal errors."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final, Protocol

from confluent_kafka import KafkaError, KafkaException

if TYPE_CHECKING:
    from collections.abc import Callable

    import confluent_kafka

    from eventpact.clients import Complaints


_LOOK: Final = 0.05
"""Seconds of one look; a report ends it at once."""


class Watch(Protocol):
    """Who wants to know of lost brokers: the gate of a producer with a breaker."""

    def no_broker(self) -> None:
        """No broker is there."""
        ...

    def tick(self) -> bool:
        """Do what is to be done now and then; whether there is more of it at once."""
        ...


class Serving:
    """Serves one client's reports. Threads may share it.

    The client raises a fatal error, such as having been fenced, from whichever call serves reports; that is caught here
    and kept, for what fails afterwards does not say why.
    """

    def __init__(self, complaints: Complaints) -> None:
        self.client: confluent_kafka.Producer
        """Set as soon as it is made; `heard` is a part of what it is made with."""
        self.watch: Watch | None = None
        self.on_end: Callable[[str], None] | None = None
        """Told once, with the reason, when the client cannot go on."""
        self.ended: str | None = None
        """Why the client cannot go on."""
        self._complaints = complaints

    def heard(self, error: KafkaError) -> None:
        """The client's `error_cb`."""
        self._complaints(error)
        if error.code() == KafkaError._ALL_BROKERS_DOWN and self.watch is not None:
            self.watch.no_broker()

    def poll(self, seconds: float = 0) -> int:
        """Serve reports, and wait for the first one at most this long; how many there were."""
        try:
            return self.client.poll(seconds)
        except KafkaException as error:
            self.end(error.args[0])
            return 0

    def flush(self, timeout: float) -> int:
        """Serve reports until there are none to come; how many are to come after `timeout` seconds.

        By short polls: within one call of its own `flush`, the client goes on calling back with a fatal error raised
        already, and what is called then may stop anywhere, with a lock in its hands.
        """
        deadline, ended = time.monotonic() + timeout, self.ended
        while len(self.client) and (left := deadline - time.monotonic()) > 0 and self.ended == ended:
            self.poll(min(left, _LOOK))
        if self.ended != ended:
            self._serve_what_is_there()
        return len(self.client)

    def _serve_what_is_there(self) -> None:
        """Serve what the client has to tell already: its further errors count like events that are to come."""
        before = -1
        while (left := len(self.client)) != before:
            before = left
            self.poll()

    def end(self, error: KafkaError) -> None:
        """The client raised an error that it does not come back from."""
        if self.ended is None:
            self.ended = f"{self._complaints.explain(error)}; this producer cannot go on, a new one can"
            self._complaints(error)
            if self.on_end is not None:
                self.on_end(self.ended)
