"""The proxy between an echo server and its client."""

from __future__ import annotations

import socket
import threading
import time
from typing import TYPE_CHECKING

import pytest

from eventpact_testing.java import free_ports
from eventpact_testing.proxy import Proxy

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def echo() -> Iterator[int]:
    """The port of a server that says everything back."""
    listening = socket.create_server(("127.0.0.1", 0))

    def answer(connection: socket.socket) -> None:
        with connection:
            try:
                while chunk := connection.recv(65536):
                    connection.sendall(chunk)
            except ConnectionError:
                return

    def serve() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=answer, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=serve)
    thread.start()
    yield listening.getsockname()[1]
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    thread.join()


@pytest.fixture
def network(echo: int) -> Iterator[Proxy]:
    with Proxy(2) as network:
        network.forward([echo, echo])
        yield network


def call(network: Proxy, link: int = 1, *, patience: float = 60.0) -> socket.socket:
    return socket.create_connection(("127.0.0.1", network.ports[link - 1]), timeout=patience)


def said_back(connection: socket.socket, text: bytes) -> bytes:
    connection.sendall(text)
    heard = b""
    while len(heard) < len(text):
        chunk = connection.recv(65536)
        if not chunk:
            break
        heard += chunk
    return heard


def test_everything_goes_through_both_ways(network: Proxy) -> None:
    megabyte = bytes(range(256)) * 4096

    with call(network) as client:
        sending = threading.Thread(target=client.sendall, args=(megabyte,))
        sending.start()
        heard = bytearray()
        while len(heard) < len(megabyte):
            heard += client.recv(65536)
        sending.join()

    assert heard == megabyte


def test_what_is_dropped_is_silent_and_arrives_when_the_network_is_back(network: Proxy) -> None:
    with call(network, patience=0.2) as client, call(network, 2) as other:
        network.drop(1)
        client.sendall(b"hello")
        with pytest.raises(TimeoutError):
            client.recv(5)
        assert said_back(other, b"the other link is whole") == b"the other link is whole"

        network.restore()
        client.settimeout(60)
        assert client.recv(5) == b"hello"


def test_a_server_hears_what_it_is_told_while_its_answers_are_dropped() -> None:
    with Proxy(1) as network, socket.create_server(("127.0.0.1", 0)) as server:
        network.forward([server.getsockname()[1]])
        with call(network, patience=0.2) as client:
            network.drop(answers_only=True)
            client.sendall(b"hello")
            connection, _ = server.accept()
            with connection:
                assert connection.recv(5) == b"hello"
                connection.sendall(b"heard")
                with pytest.raises(TimeoutError):
                    client.recv(5)

                network.restore()
                client.settimeout(60)
                assert client.recv(5) == b"heard"


def test_what_is_cut_is_reset_and_refused_until_it_is_restored(network: Proxy) -> None:
    with call(network) as client:
        assert said_back(client, b"hello") == b"hello"
        network.cut()
        with pytest.raises(ConnectionError):
            client.recv(5)
        with pytest.raises(ConnectionError), call(network) as refused:  # while it connects, or when it speaks
            said_back(refused, b"hello")

    network.restore()
    with call(network) as client:
        assert said_back(client, b"again") == b"again"


def test_what_is_delayed_takes_as_long_each_way(network: Proxy) -> None:
    with call(network) as client:
        network.delay(0.1)
        began = time.monotonic()
        assert said_back(client, b"hello") == b"hello"

    assert time.monotonic() - began >= 0.2


def test_the_end_of_one_side_reaches_the_other(network: Proxy) -> None:
    with call(network) as client:
        assert said_back(client, b"hello") == b"hello"
        client.shutdown(socket.SHUT_WR)
        assert client.recv(5) == b""


def test_a_server_that_is_down_is_down_behind_the_proxy() -> None:
    with Proxy(1) as network:
        network.forward(free_ports(1))
        with pytest.raises(ConnectionError), call(network) as client:  # while it connects, or when it reads
            client.recv(1)


def test_nothing_is_left_when_it_is_closed(echo: int) -> None:
    network = Proxy(1)
    network.forward([echo])
    with call(network) as client:
        assert said_back(client, b"hello") == b"hello"
        network.close()
        with pytest.raises(ConnectionError):
            client.recv(5)
    with pytest.raises(ConnectionRefusedError):
        call(network)
