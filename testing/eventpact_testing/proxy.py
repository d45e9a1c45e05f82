"""A network that can be broken: TCP proxies on the loopback interface, one for each server behind them.

Give the ports of a `Proxy` to a cluster as the advertised ones of a listener, so that clients go through it:

    with Proxy(3) as network:
        with KafkaCluster(jars, brokers=3, listeners=[Listener("PROXIED", advertised=network.ports)]) as cluster:
            network.forward(cluster.ports("PROXIED"))
            …  # clients use network.bootstrap_servers
            network.drop()
"""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence
    from types import TracebackType
    from typing import Self

_CHUNK: Final = 1 << 16
_IN_FLIGHT: Final = 64
"""Chunks on their way in one direction of one connection; with more the sender has to wait."""


@dataclass(slots=True, eq=False)
class _Link:
    """The way to one server. Touched by the proxy's own thread alone."""

    target: int | None = None
    delay: float = 0.0
    """Seconds that everything takes, one way."""
    refuses: bool = False
    requests: asyncio.Event = field(default_factory=asyncio.Event)
    """Set while what clients say passes."""
    answers: asyncio.Event = field(default_factory=asyncio.Event)
    """Set while what the server says passes."""
    connections: set[asyncio.StreamWriter] = field(default_factory=set)


class Proxy:
    """Links, counted from 1, to servers on loopback. Methods without numbers concern all of them."""

    def __init__(self, links: int) -> None:
        self._sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(links)]
        self.ports: tuple[int, ...] = tuple(listening.getsockname()[1] for listening in self._sockets)
        """Where clients connect; until `forward` connections are closed at once."""
        self.bootstrap_servers = ",".join(f"127.0.0.1:{port}" for port in self.ports)
        self._links = [_Link() for _ in range(links)]
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def forward(self, targets: Sequence[int]) -> None:
        """Connect each link to a port."""
        for link, target in zip(self._links, targets, strict=True):
            link.target = target
        self.restore()

    def drop(self, *links: int, answers_only: bool = False) -> None:
        """Let nothing through, as a pulled cable: connections stay open, new ones open too, and all stay silent.

        With `answers_only` the server still hears its clients, and does what they ask for.
        """

        def silence(link: _Link) -> None:
            link.answers.clear()
            if not answers_only:
                link.requests.clear()

        self._change(links, silence)

    def delay(self, seconds: float, *links: int) -> None:
        """Let everything take so much longer in each direction."""

        def slow(link: _Link) -> None:
            link.delay = seconds

        self._change(links, slow)

    def cut(self, *links: int) -> None:
        """Reset every connection, and refuse new ones, as a firewall that has changed its mind."""

        def reset(link: _Link) -> None:
            link.refuses = True
            for writer in tuple(link.connections):
                _reset(writer)

        self._change(links, reset)

    def restore(self, *links: int) -> None:
        """Let everything through at once; what was held back by `drop` arrives now."""

        def open_up(link: _Link) -> None:
            link.refuses = False
            link.delay = 0.0
            _open(link)

        self._change(links, open_up)

    def close(self) -> None:
        """End every connection; the thread is gone when this returns."""
        self.cut()
        self._change((), _open)  # what waits there notices that its connection is gone
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _change(self, numbers: Sequence[int], change: Callable[[_Link], None]) -> None:
        async def make() -> None:
            for number in numbers or range(1, len(self._links) + 1):
                change(self._links[number - 1])

        asyncio.run_coroutine_threadsafe(make(), self._loop).result()

    async def _listen(self) -> None:
        self._servers = [
            await asyncio.start_server(_serving(link), sock=listening)
            for link, listening in zip(self._links, self._sockets, strict=True)
        ]

    async def _end(self) -> None:
        for server in self._servers:
            server.close()
        await asyncio.gather(*(asyncio.all_tasks() - {asyncio.current_task()}))


def _serving(link: _Link) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[None, None, None]]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if link.refuses or link.target is None:
            return _reset(writer)
        try:
            from_server, to_server = await asyncio.open_connection("127.0.0.1", link.target)
        except OSError:  # the server is down: so is the way to it
            return _reset(writer)
        if link.refuses:  # it was cut meanwhile
            to_server.close()
            return _reset(writer)
        ends = {writer, to_server}
        link.connections |= ends
        try:
            await asyncio.gather(
                _carry(link, link.requests, reader, to_server), _carry(link, link.answers, from_server, writer)
            )
        finally:
            link.connections -= ends
            for end in ends:
                end.close()

    return serve


async def _carry(
    link: _Link, passing: asyncio.Event, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """Carry one direction of a connection to its end, and hang up on the other side then."""
    loop = asyncio.get_running_loop()
    on_the_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(_IN_FLIGHT)

    async def deliver() -> None:
        while True:
            due, chunk = await on_the_way.get()
            if due > loop.time():
                await asyncio.sleep(due - loop.time())
            await passing.wait()
            if not chunk:
                return writer.close()
            with suppress(OSError):  # nobody hears it any more; what still comes is taken, so that reading ends
                writer.write(chunk)
                await writer.drain()

    delivering = asyncio.create_task(deliver())
    with suppress(OSError):  # a connection that was reset has ended
        while chunk := await reader.read(_CHUNK):
            await on_the_way.put((loop.time() + link.delay, chunk))
    await on_the_way.put((0.0, b""))
    await delivering


def _open(link: _Link) -> None:
    link.requests.set()
    link.answers.set()


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close with RST, as what breaks does, where an ordinary end says goodbye."""
    connection: socket.socket = writer.get_extra_info("socket")
    with suppress(OSError):  # the other side was faster
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
