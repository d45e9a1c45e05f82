"""The registry inside this process: for tests, development and the demo."""

from __future__ import annotations

import logging
import socket
import ssl
from dataclasses import dataclass
from threading import Thread
from typing import TYPE_CHECKING, Any

import uvicorn

from eventpact.errors import EventPactError
from eventpact_registry.server.app import App
from eventpact_registry.server.sending import WholeAnswers

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from eventpact_registry.server.limits import Limits
    from eventpact_registry.server.users import Users

_BACKLOG = 1024
_STOP_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Tls:
    """The server's certificate, with those that vouch for it, and its key: PEM files."""

    certificate: Path
    key: Path

    def settings(self) -> dict[str, Any]:
        """As uvicorn's settings.

        Raises:
            EventPactError: the files are not a certificate and its key.
        """
        try:
            ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(self.certificate, self.key)
        except (OSError, ssl.SSLError) as error:
            raise EventPactError(
                f"{self.certificate} and {self.key} are not a certificate and its key in PEM: {error}"
            ) from error
        return {"ssl_certfile": self.certificate, "ssl_keyfile": self.key}


class EmbeddedRegistry:
    """A running registry; stop it with `close`, or use it in a `with`.

    Port 0 takes a free one. Raises `EventPactError` when the port is taken, the database cannot be opened or the
    certificate cannot be used.
    """

    def __init__(
        self,
        database: str | Path = ":memory:",
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        users: Users | None = None,
        tls: Tls | None = None,
        limits: Limits | None = None,
    ) -> None:
        self._socket = _listen(host, port)
        try:
            self._app = App(database, users=users, limits=limits)
            config = uvicorn.Config(
                self._app,
                http=WholeAnswers,
                ws="none",
                lifespan="off",
                log_config=None,
                log_level=logging.ERROR,  # a Kafka client that knocks at the wrong door would fill pages with warnings
                access_log=False,  # `observing` writes one that names users
                timeout_keep_alive=75,  # longer than clients keep idle connections
                timeout_graceful_shutdown=1,
                **(tls.settings() if tls else {}),
            )
        except EventPactError:
            self._socket.close()
            raise
        bound = self._socket.getsockname()[1]
        scheme = "https" if tls else "http"
        self.url = f"{scheme}://{f'[{host}]' if ':' in host else host}:{bound}"
        """Where clients reach it."""
        self._server = uvicorn.Server(config)
        self._thread = Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, name="eventpact-registry", daemon=True
        )
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def wait(self, timeout: float | None = None) -> None:
        """Wait until it has stopped, at most `timeout` seconds."""
        self._thread.join(timeout)

    def close(self) -> None:
        """Stop serving, let running requests end, and close the database. A second call does nothing."""
        self._server.should_exit = True
        self._thread.join(_STOP_SECONDS)
        self._socket.close()
        self._app.close()


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket: clients that connect before the server runs wait in its backlog."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio turns Nagle's algorithm off, which would cost 40 ms a request, only where the protocol is named.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(_BACKLOG)
    except (OSError, OverflowError) as error:
        listening.close()
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise EventPactError(
            f"the registry cannot listen on {host}:{port}: {reason}; choose another port (0 takes a free one)"
        ) from error
    return listening
