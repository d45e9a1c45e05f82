"""Passwords renewed while a service runs: clients are told when the file that holds theirs has changed.

One thread looks at the files of all clients once a second, which costs a `stat` each; there is none while no client has
its user or password from a file. A client uses what it was told for its next connection: those that stand go on until
the broker ends them. Tokens need none of this (the client asks for the next one in time), and certificates are what
librdkafka reads when a client is made and never again.

A consumer is told by its own thread, the next time it polls: the Kafka client lets one thread at a time call a
consumer, and a thread that polls all the time never lets another one in.
"""

from __future__ import annotations

import logging
import threading
import time
import weakref
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

import confluent_kafka

from eventpact.credentials.secrets import Revealed
from eventpact.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_LOG: Final = logging.getLogger("eventpact.kafka")

_USER: Final = ("sasl.username", "sasl.password")

LOOK_SECONDS: Final = 1.0
"""How often the files are looked at."""


class HasCredentials(Protocol):
    """A client that can be told of a new user and password."""

    def set_sasl_credentials(self, username: str, password: str) -> None:
        """Use them for every further connection."""


def rotates(config: Mapping[str, Any]) -> bool:
    """Whether user or password of a client's configuration come from a file."""
    return any(isinstance(config.get(name), Revealed) for name in _USER)


@dataclass(slots=True)
class _Watched:
    """What one client was told last."""

    client: Callable[[], Any]
    values: dict[str, str]
    stamps: Mapping[str, object]


class Rotation:
    """The clients to be told, and the files that hold what they are told."""

    def __init__(self, *, every: float | None = LOOK_SECONDS) -> None:
        """`every` is the seconds between two looks; None leaves looking to the caller."""
        self._every = every
        self._lock = threading.Lock()
        self._watched: dict[int, _Watched] = {}
        self._thread: threading.Thread | None = None

    def watch(self, client: HasCredentials, config: Mapping[str, Any]) -> None:
        """Tell a client of changes until it is let go of, or `forget` is called."""
        values = {name: config[name] for name in _USER if name in config}
        stamps = {name: value.stamp for name, value in values.items() if isinstance(value, Revealed)}
        with self._lock:
            self._watched[id(client)] = _Watched(weakref.ref(client), values, stamps)
            if self._every is not None and (self._thread is None or not self._thread.is_alive()):  # dead after a fork
                self._thread = threading.Thread(target=self._run, name="eventpact-credentials", daemon=True)
                self._thread.start()

    def forget(self, client: HasCredentials) -> None:
        """Tell a client no more; when this returns, nobody is telling it anything."""
        with self._lock:
            self._watched.pop(id(client), None)

    def look(self) -> None:
        """Tell the clients whose files have changed."""
        with self._lock:
            for key, watched in list(self._watched.items()):
                client = watched.client()
                if client is None or not _look(client, watched):
                    del self._watched[key]

    def _run(self) -> None:
        while True:
            time.sleep(self._every or 0)
            self.look()
            with self._lock:
                if not self._watched:
                    self._thread = None
                    return


def _look(client: HasCredentials, watched: _Watched) -> bool:
    """Tell one client, if there is anything new; False when it has been closed."""
    sources = {name: value.source for name, value in watched.values.items() if isinstance(value, Revealed)}
    stamps: dict[str, object] = {name: source.stamp for name, source in sources.items()}
    if stamps == watched.stamps:
        return True
    watched.stamps = stamps
    try:
        renewed = watched.values | {name: Revealed(source) for name, source in sources.items()}
    except SettingsError as error:  # somebody is just writing it; what is there later has another stamp
        _LOG.warning("%s; the credentials read before stay in use", error)
        return True
    if renewed == watched.values:
        return True
    try:
        client.set_sasl_credentials(renewed["sasl.username"], renewed["sasl.password"])
    except RuntimeError:  # "Handle has been closed"
        return False
    watched.values = renewed
    _LOG.info("the credentials of user %s were read again from their files", renewed["sasl.username"])
    return True


CLIENTS: Final = Rotation()
"""What all clients of this process share."""


class _Producer(confluent_kafka.Producer):
    """A producer that can be watched; librdkafka's own take no weak references."""

    def close(self, *arguments: Any, **named: Any) -> Any:
        CLIENTS.forget(self)
        return super().close(*arguments, **named)


class _Consumer(confluent_kafka.Consumer):
    """A consumer that takes credentials up when it is polled."""

    _renewed: tuple[str, str] | None = None

    def set_sasl_credentials(self, username: str, password: str) -> None:
        self._renewed = (username, password)

    def poll(self, *arguments: Any, **named: Any) -> Any:
        self._renew()
        return super().poll(*arguments, **named)

    def consume(self, *arguments: Any, **named: Any) -> Any:
        self._renew()
        return super().consume(*arguments, **named)

    def close(self, *arguments: Any, **named: Any) -> Any:
        CLIENTS.forget(self)
        return super().close(*arguments, **named)

    def _renew(self) -> None:
        renewed, self._renewed = self._renewed, None
        if renewed is not None:
            super().set_sasl_credentials(*renewed)


_WATCHABLE: Final[Mapping[type[Any], type[Any]]] = {
    confluent_kafka.Producer: _Producer,
    confluent_kafka.Consumer: _Consumer,
}


def rotating(make: type[Any]) -> type[Any]:
    """The class of clients of a kind that can be watched; an administrator's can as it is."""
    return _WATCHABLE.get(make, make)
