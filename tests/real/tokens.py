"""A way into the brokers that takes tokens alone, and a file of tokens that somebody renews, or forgets to."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from eventpact_testing.kafka import Listener
from eventpact_testing.secured import unsecured_token

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType
    from typing import Self

LISTENER: Final = Listener("TOKENS", "SASL_PLAINTEXT")

LIFETIME: Final = 10.0
"""Seconds that a token holds. The client asks for the next one when four fifths have passed, give or take a second, and
brokers look at no two tokens of a connection within a second: so it cannot be much less."""

_EVERY: Final = 1.0
"""Seconds between two renewals."""

_REAUTHENTICATION_MS: Final = 60_000
"""After which a broker wants to see a token that holds, or ends the connection (KIP-368): this, or what is left of the
token if that is less. Only brokers with this setting end connections at all."""

_SECURITY: Final = "org.apache.kafka.common.security.oauthbearer"
_PREFIX: Final = f"listener.name.{LISTENER.name.lower()}"

CONFIG: Final = {
    "sasl.enabled.mechanisms": "OAUTHBEARER",
    f"{_PREFIX}.oauthbearer.sasl.jaas.config": (
        f'{_SECURITY}.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";'
    ),
    f"{_PREFIX}.oauthbearer.sasl.server.callback.handler.class": (
        f"{_SECURITY}.internals.unsecured.OAuthBearerUnsecuredValidatorCallbackHandler"
    ),
    f"{_PREFIX}.oauthbearer.connections.max.reauth.ms": str(_REAUTHENTICATION_MS),
}
"""Of brokers with the listener."""


class Renewal:
    """Renews the token in a file, in a `with`; what is there when it stops ends `LIFETIME` seconds later at most."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._stopped = threading.Event()
        self._thread = threading.Thread()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Begin, or begin again; a good token is there when this returns."""
        self._stopped.clear()
        self._renew()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def stop(self) -> None:
        """Renew no more."""
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopped.wait(_EVERY):
            self._renew()

    def _renew(self) -> None:
        new = self.file.with_suffix(".new")
        new.write_text(unsecured_token("faults", lifetime=LIFETIME))
        new.replace(self.file)
