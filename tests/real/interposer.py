"""What stands between clients and one broker, and keeps one Produce request from it.

Give its port to a cluster as the advertised one of a listener, so that clients reach the broker through it alone:

    with Interposer() as interposer:
        with KafkaCluster(jars, listeners=[Listener("INTERPOSED", advertised=[interposer.port])]) as cluster:
            interposer.forward(*cluster.ports("INTERPOSED"))
            loss = interposer.lose_first("orders")
            …  # a client of interposer.bootstrap_servers sends a batch to orders
            loss.held.wait()
            …  # and sends another, which is written where the first was not

Everything else passes as it comes. Of the protocol it reads what frames are, and Produce from version 9 to 12, which
are those with compact fields and topics by name (https://kafka.apache.org/protocol#The_Messages_Produce).
"""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine
    from types import TracebackType
    from typing import Self, TypeVar

    T = TypeVar("T")

_PRODUCE: Final = 0
_VERSIONS: Final = range(9, 13)
_NOT_LEADER_OR_FOLLOWER: Final = 6
_NOWHERE: Final = -1
_LARGEST_FRAME: Final = 1 << 24

_CLOSED: Final = 0
"""A port that nothing listens on."""

_NO_TAGS: Final = b"\0"
_NULL: Final = b"\0"
_EMPTY: Final = b"\1"


class Partition(NamedTuple):
    """Where a batch is to be written."""

    topic: str
    number: int


@dataclass(frozen=True, slots=True)
class ProduceRequest:
    """As much of a Produce request as it takes to answer it."""

    correlation_id: int
    partitions: tuple[Partition, ...]

    @classmethod
    def read(cls, frame: bytes) -> Self | None:
        """The request in a frame; `None` for requests of other kinds.

        Raises:
            ValueError: it is of a version that is not known here.
        """
        fields = _Fields(frame)
        kind, version, correlation_id = fields.take(">hhi")
        if kind != _PRODUCE:
            return None
        if version not in _VERSIONS:
            raise ValueError(f"Produce of version {version}; known are {_VERSIONS.start} to {_VERSIONS.stop - 1}")
        fields.skip(max(0, *fields.take(">h")))  # the client's id
        fields.skip_tags()
        fields.bytes()  # the transactional id
        fields.take(">hi")  # acks, timeout
        found: list[Partition] = []
        for _ in range(fields.count()):
            topic = fields.bytes().decode()
            for _ in range(fields.count()):
                (number,) = fields.take(">i")
                fields.bytes()  # the records
                fields.skip_tags()
                found.append(Partition(topic, number))
            fields.skip_tags()
        return cls(correlation_id, tuple(found))

    def refusal(self) -> bytes:
        """The frame that says of each partition that the broker does not lead it."""
        topics = b"".join(
            _compact(one.topic.encode())
            + _unsigned(1 + 1)
            + struct.pack(">ihqqq", one.number, _NOT_LEADER_OR_FOLLOWER, _NOWHERE, _NOWHERE, _NOWHERE)
            + _EMPTY  # errors of single records
            + _NULL  # a message
            + _NO_TAGS * 2  # of the partition, of the topic
            for one in self.partitions
        )
        header = struct.pack(">i", self.correlation_id) + _NO_TAGS
        throttled = struct.pack(">i", 0)
        return header + _unsigned(len(self.partitions) + 1) + topics + throttled + _NO_TAGS


class Loss:
    """How one Produce request to a topic gets lost: it waits for the next one to the same partition, and is refused."""

    def __init__(self, topic: str, *, at_once: bool = False) -> None:
        """Of the first request to a topic; `at_once` refuses it without waiting for another."""
        self.topic = topic
        self.at_once = at_once
        self.held = threading.Event()
        """Set when the first request has come."""
        self.done = threading.Event()
        """Set when the first was answered, as a rule when the second has come too: before that goes on."""
        self._first: tuple[ProduceRequest, asyncio.StreamWriter] | None = None

    def takes(self, request: ProduceRequest, client: asyncio.StreamWriter) -> bool:
        """Whether a request that a client sent stays here."""
        if self.done.is_set() or all(one.topic != self.topic for one in request.partitions):
            return False
        if self._first is None:
            self._first = request, client
            self.held.set()
            if self.at_once:
                self._refuse()
            return True
        if not set(self._first[0].partitions).isdisjoint(request.partitions):
            self._refuse()
        return False

    def _refuse(self) -> None:
        assert self._first is not None
        request, client = self._first
        _write(client, request.refusal())
        self.done.set()


class Interposer:
    """The way to one broker; its own thread carries everything."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        """Where clients connect; until `forward` connections are closed at once."""
        self.bootstrap_servers = f"127.0.0.1:{self.port}"
        self._target = _CLOSED
        self._loss: Loss | None = None
        self._connections: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="interposer", daemon=True)
        self._thread.start()
        self._server = self._do(lambda: asyncio.start_server(self._serve, sock=self._listening))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def forward(self, port: int) -> None:
        """Name the broker's port."""
        self._target = port

    def lose_first(self, topic: str, *, at_once: bool = False) -> Loss:
        """From now on, lose the first Produce request to a topic; replaces what was to be lost before."""
        self._loss = Loss(topic, at_once=at_once)
        return self._loss

    def close(self) -> None:
        """End every connection; the thread is gone when this returns."""
        self._do(self._end)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _do(self, what: Callable[[], Coroutine[None, None, T]]) -> T:
        return asyncio.run_coroutine_threadsafe(what(), self._loop).result()

    async def _end(self) -> None:
        self._server.close()
        for writer in self._connections:
            writer.transport.abort()
        await asyncio.gather(*(asyncio.all_tasks() - {asyncio.current_task()}))

    async def _serve(self, from_client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        try:
            from_broker, to_broker = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:  # the broker is down: so is the way to it
            return to_client.close()
        ends = {to_client, to_broker}
        self._connections |= ends
        try:
            await asyncio.gather(
                self._carry_requests(from_client, to_broker, to_client), _carry_answers(from_broker, to_client)
            )
        finally:
            self._connections -= ends
            for end in ends:
                end.close()

    async def _carry_requests(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, client: asyncio.StreamWriter
    ) -> None:
        """Carry what a client says, but what is to be lost."""
        async for frame in _frames(reader):
            request = ProduceRequest.read(frame)
            if request is None or self._loss is None or not self._loss.takes(request, client):
                await _pass_on(writer, frame)
        writer.close()


async def _carry_answers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Carry what the broker says: frame by frame, for another answer may come in between."""
    async for frame in _frames(reader):
        await _pass_on(writer, frame)
    writer.close()


async def _frames(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    """Everything that is said on a connection, to its end."""
    with suppress(asyncio.IncompleteReadError, OSError):  # it ends, or is reset
        while True:
            (size,) = struct.unpack(">i", await reader.readexactly(4))
            if size > _LARGEST_FRAME:
                raise ValueError(f"a frame of {size:,} bytes")
            yield await reader.readexactly(size)


async def _pass_on(writer: asyncio.StreamWriter, frame: bytes) -> None:
    with suppress(OSError):  # nobody hears it any more; what still comes is taken, so that reading ends
        _write(writer, frame)
        await writer.drain()


def _write(writer: asyncio.StreamWriter, frame: bytes) -> None:
    writer.write(struct.pack(">i", len(frame)) + frame)


class _Fields:
    """Reads a frame from its beginning."""

    def __init__(self, frame: bytes) -> None:
        self._frame = frame
        self._at = 0

    def take(self, layout: str) -> tuple[int, ...]:
        """Numbers of fixed sizes, as `struct` names them."""
        numbers = struct.unpack_from(layout, self._frame, self._at)
        self._at += struct.calcsize(layout)
        return numbers

    def unsigned(self) -> int:
        """An unsigned varint."""
        value = shift = 0
        while True:
            (byte,) = self.take(">B")
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    def count(self) -> int:
        """How many elements a compact array has."""
        return max(0, self.unsigned() - 1)

    def bytes(self) -> bytes:
        """What a compact string, or compact bytes, hold; nothing for null."""
        size = self.count()
        begin = self._at
        self.skip(size)
        return self._frame[begin : self._at]

    def skip(self, size: int) -> None:
        """Pass so many bytes by."""
        self._at += size

    def skip_tags(self) -> None:
        """Pass tagged fields by."""
        for _ in range(self.unsigned()):
            self.unsigned()
            self.skip(self.unsigned())


def _unsigned(value: int) -> bytes:
    """An unsigned varint."""
    found = bytearray()
    while value >= 0x80:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*found, value))


def _compact(text: bytes) -> bytes:
    """A compact string."""
    return _unsigned(len(text) + 1) + text
