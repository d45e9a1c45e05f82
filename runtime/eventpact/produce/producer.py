"""Producers: the base of the class that a generated package has one of for its system."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from concurrent.futures import Future
    from types import TracebackType

    from eventpact.event import Event
    from eventpact.settings import Settings


class Producer:
    """Sends events. Keyword arguments of the sending methods are the topic's run-time parameters (`tenant_id="acme"`).

    A generated subclass carries the class attributes below, nothing else is needed:

        class QuikappProducer(Producer, system="quikapp"):
            events = (MessageSent, …)
            settings = {"compression.type": "gzip"}
    """

    system: ClassVar[str] = ""
    """The system whose contracts declare the producer; set by the class keyword `system`."""
    events: ClassVar[tuple[type[Event], ...]] = ()
    """The events of the system; `check` asks the registry about each."""
    settings: ClassVar[Mapping[str, str]] = {}
    """What the contracts set for the system's producers, in librdkafka's names; the environment overrides it."""

    def __init_subclass__(cls, *, system: str | None = None) -> None:
        super().__init_subclass__()
        if system is not None:
            cls.system = system

    def __init__(self, settings: Settings) -> None:
        raise NotImplementedError

    @classmethod
    def from_env(cls) -> Self:
        """A producer with the settings of the environment."""
        raise NotImplementedError

    def send(self, event: Event, /, **parameters: str) -> None:
        """Send without waiting; a failure is counted, logged, and raised by `flush` and `close`."""
        raise NotImplementedError

    def send_and_wait(self, event: Event, /, *, timeout: float = 10.0, **parameters: str) -> None:
        """Send and return when the event is acknowledged; raises `DeliveryError`."""
        raise NotImplementedError

    def submit(self, event: Event, /, **parameters: str) -> Future[None]:
        """Send and return a future of the acknowledgement; `asyncio.wrap_future` makes it awaitable."""
        raise NotImplementedError

    def send_many(self, events: Iterable[Event], /, **parameters: str) -> None:
        """Send all and wait for all."""
        raise NotImplementedError

    def flush(self, timeout: float = 30.0) -> None:
        """Wait until everything sent is acknowledged."""
        raise NotImplementedError

    def close(self) -> None:
        """Flush and let go of the connection."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
