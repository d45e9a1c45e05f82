"""A Kafka broker inside this process, for demonstrations, development and quick tests.

It is librdkafka's own mock cluster, reached through ctypes in the very library that the Kafka client has loaded: real
TCP on loopback, so that other processes can use it too, started in milliseconds. `LIMITS` says what it cannot do.
"""

from __future__ import annotations

import ctypes
import socket
import threading
from contextlib import contextmanager, suppress
from functools import cache
from typing import TYPE_CHECKING, Final, Self

import confluent_kafka.cimpl

from eventpact.errors import BrokerError, Unsupported
from eventpact.operate.topics import Topics
from eventpact.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import TracebackType

    from eventpact.topic import TopicContract

LIMITS: Final = """\
The embedded broker is for demonstrations and development:
- records live in memory only, about 5 MB a partition; beyond that the oldest are dropped without a word
- no transactions to rely on: no read_committed, no fencing, transactional offsets are not kept
- topics are not created, configured or deleted by admin requests, and no offset is found by time
- a topic nobody declared appears with 4 partitions when it is first asked for
- a group that gains or loses a member stands still for its session time-out less a second, so a restarted service
  waits that long: set KAFKA_SESSION_TIMEOUT_MS low (3000)
- all members of a group must use the same partition.assignment.strategy
- a fetch that finds nothing is answered after fetch.wait.max.ms even if something comes meanwhile, so that long an
  event may lie: set KAFKA_FETCH_WAIT_MS low (20)"""
"""What the embedded broker cannot do, for users to read."""

SESSION_TIMEOUT_MS: Final = 3000
"""A session time-out that makes groups on the embedded broker rebalance in two seconds."""

FETCH_WAIT_MS: Final = 20
"""A wait that makes groups on the embedded broker read an event soon after it was written."""

_FIRST_ASSIGNMENT_MS: Final = 100  # the default of 3 s only serves groups that start many members at once
_TOPIC_ALREADY_EXISTS: Final = 36
_PROMPT: Final = 0.02
"""Seconds after which a call that is not answered needs a nudge."""
_EMERGENCY: Final = b"0"


class LocalBroker:
    """A mock cluster with topics of declared partition counts; see `LIMITS` for what it cannot do.

        with LocalBroker({"QuikApp.message.sent": 12}) as broker:
            settings = Settings(brokers=broker.bootstrap_servers, …)

    Raises `BrokerError` when the client's library has no mock cluster or refuses to start one.
    """

    def __init__(self, topics: Mapping[str, int] | None = None, *, brokers: int = 1) -> None:
        """Start `brokers` brokers on free ports of loopback; `topics` maps names to partition counts."""
        self._library = _library()
        error = ctypes.create_string_buffer(512)
        config = self._library.rd_kafka_conf_new()
        # The handle only hosts the cluster: its warning that it has no servers to connect to would help nobody.
        self._library.rd_kafka_conf_set(config, b"log_level", _EMERGENCY, error, len(error))
        self._handle = self._library.rd_kafka_new(0, config, error, len(error))
        if not self._handle:
            raise BrokerError(f"cannot start the embedded broker: {error.value.decode()}")
        self._cluster = self._library.rd_kafka_mock_cluster_new(self._handle, brokers)
        if not self._cluster:
            self._library.rd_kafka_destroy(self._handle)
            raise BrokerError("cannot start the embedded broker: librdkafka's mock cluster refused to start")
        # Without a controller, admin requests would wait for their time-out instead of failing at once.
        self._library.rd_kafka_mock_set_controller_id(self._cluster, 1)
        self._library.rd_kafka_mock_group_initial_rebalance_delay_ms(self._cluster, _FIRST_ASSIGNMENT_MS)
        self._replication_factor = min(brokers, 3)
        try:
            for name, partitions in (topics or {}).items():
                self.create_topic(name, partitions)
        except BaseException:
            self.close()
            raise

    @property
    def bootstrap_servers(self) -> str:
        """`127.0.0.1:port`, separated by commas; for this and other processes of this machine."""
        servers: bytes = self._library.rd_kafka_mock_cluster_bootstraps(self._open())
        return servers.decode()

    @property
    def topics(self) -> Topics:
        """The operations on topics, of which creating and deleting work here without admin requests."""
        return _LocalTopics(self)

    def create_topic(self, name: str, partitions: int) -> None:
        """Add a topic; at any time while the broker runs."""
        if partitions < 1:
            raise BrokerError(f"cannot create topic {name}: {partitions} partitions, at least 1 is needed")
        with self._nudged() as cluster:
            code = self._library.rd_kafka_mock_topic_create(
                cluster, name.encode(), partitions, self._replication_factor
            )
        if code == _TOPIC_ALREADY_EXISTS:
            raise BrokerError(f"cannot create topic {name}: it exists already")
        if code:
            raise BrokerError(f"cannot create topic {name}: librdkafka's error {code}")

    def delete_topic(self, name: str) -> None:
        """Remove a topic with everything on it."""
        try:
            delete: Callable[[int, bytes], int] = self._library.rd_kafka_mock_topic_delete
        except AttributeError as error:
            raise Unsupported(
                f"cannot delete topic {name}: this version of confluent-kafka cannot on the embedded broker; update it"
            ) from error
        with self._nudged() as cluster:
            code = delete(cluster, name.encode())
        if code:
            raise BrokerError(f"cannot delete topic {name}: librdkafka's error {code}")

    def close(self) -> None:
        """Stop; what was on the topics is gone. May be called again."""
        if self._cluster:
            with self._nudged() as cluster:
                self._library.rd_kafka_mock_cluster_destroy(cluster)
            self._library.rd_kafka_destroy(self._handle)
            self._cluster = self._handle = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def _nudged(self) -> Iterator[int]:
        """The cluster, for a call that its thread has to answer.

        The thread sometimes misses a call until something happens on one of its sockets or a second has passed, so a
        connection is opened when the answer does not come at once.
        """
        cluster = self._open()
        timer = threading.Timer(_PROMPT, _nudge, (self.bootstrap_servers,))
        timer.start()
        try:
            yield cluster
        finally:
            timer.cancel()

    def _open(self) -> int:
        if not self._cluster:
            raise BrokerError("the embedded broker is closed")
        cluster: int = self._cluster
        return cluster


def _nudge(servers: str) -> None:
    host, _, port = servers.split(",", maxsplit=1)[0].rpartition(":")
    with suppress(OSError):
        socket.create_connection((host, int(port)), timeout=1).close()


class _LocalTopics(Topics):
    """Topics of the embedded broker: listed over the network, made and removed in the library."""

    def __init__(self, broker: LocalBroker) -> None:
        super().__init__(Settings(brokers=broker.bootstrap_servers, client_id="eventpact"))
        self._broker = broker

    def _create(self, contract: TopicContract) -> None:
        self._broker.create_topic(contract.name, contract.partitions)

    def _delete(self, name: str) -> None:
        self._broker.delete_topic(name)


_POINTER: Final = ctypes.c_void_p
_TEXT: Final = ctypes.c_char_p
_INT: Final = ctypes.c_int
_SIZE: Final = ctypes.c_size_t

_SIGNATURES: Final[Mapping[str, tuple[type | None, tuple[type, ...]]]] = {
    "rd_kafka_conf_new": (_POINTER, ()),
    "rd_kafka_conf_set": (_INT, (_POINTER, _TEXT, _TEXT, _TEXT, _SIZE)),
    "rd_kafka_new": (_POINTER, (_INT, _POINTER, _TEXT, _SIZE)),
    "rd_kafka_destroy": (None, (_POINTER,)),
    "rd_kafka_mock_cluster_new": (_POINTER, (_POINTER, _INT)),
    "rd_kafka_mock_cluster_destroy": (None, (_POINTER,)),
    "rd_kafka_mock_cluster_bootstraps": (_TEXT, (_POINTER,)),
    "rd_kafka_mock_set_controller_id": (_INT, (_POINTER, ctypes.c_int32)),
    "rd_kafka_mock_group_initial_rebalance_delay_ms": (None, (_POINTER, ctypes.c_int32)),
    "rd_kafka_mock_topic_create": (_INT, (_POINTER, _TEXT, _INT, _INT)),
}
"""What is called in librdkafka: result and arguments (rdkafka.h, rdkafka_mock.h)."""


@cache
def _library() -> ctypes.CDLL:
    """The client's librdkafka.

    Symbols are looked up through the client's extension module, which finds them in whichever library it was linked
    with, on Linux and macOS alike.
    """
    path = confluent_kafka.cimpl.__file__
    library = ctypes.CDLL(path)
    for name, (result, arguments) in _SIGNATURES.items():
        try:
            function = getattr(library, name)
        except AttributeError as error:
            raise BrokerError(
                f"no embedded broker here: librdkafka behind {path} does not export {name}; install confluent-kafka "
                "from its published wheels, or use a real cluster"
            ) from error
        function.restype, function.argtypes = result, arguments
    if hasattr(library, "rd_kafka_mock_topic_delete"):
        library.rd_kafka_mock_topic_delete.argtypes = (_POINTER, _TEXT)
    return library
