"""Tokens for OAUTHBEARER: where they come from, how long they hold, and what the Kafka client asks for them with."""

from __future__ import annotations

import base64
import json
import logging
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from eventpact.credentials.secrets import Secret
from eventpact.errors import EventPactError, SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable

    from eventpact.credentials.secrets import SecretFile

_LOG: Final = logging.getLogger("eventpact.kafka")

_OPAQUE_SECONDS: Final = 300.0
"""How long a token is used that does not say when it ends; then its file is read again."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token, and until when it holds."""

    text: Secret
    expires_at: float
    """Seconds since 1970; the client asks for the next one when four fifths of the time until then have passed."""
    principal: str = ""
    """Whom it is for, where the broker wants to know besides."""
    extensions: dict[str, str] = field(default_factory=dict)
    """For the broker (KIP-342)."""


@dataclass(frozen=True, slots=True)
class TokenFile:
    """The token in a file: a JWT says itself when it ends, any other token is read again after five minutes."""

    file: SecretFile
    clock: Callable[[], float] = time.time

    def __call__(self) -> Token:
        """The token as it is in the file now.

        Raises:
            SettingsError: the file cannot be read.
        """
        text = self.file.reveal()
        claims = claims_of(text)
        expires_at = claims.get("exp")
        if not isinstance(expires_at, int | float):
            expires_at = self.clock() + _OPAQUE_SECONDS
        subject = claims.get("sub")
        return Token(Secret(text), float(expires_at), subject if isinstance(subject, str) else "")


def claims_of(token: str) -> dict[str, Any]:
    """What a JWT says (RFC 7519), unverified: that is the broker's part. Empty for a token of another kind."""
    parts = token.split(".")
    if len(parts) != 3:
        return {}
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, RecursionError):
        return {}
    return claims if isinstance(claims, dict) else {}


class Renewal:
    """What confluent-kafka takes as `oauth_cb`: asks a source for the next token, in whichever thread polls.

    The source is asked once at once: a client whose first token fails would say so only after ten seconds, and not why.
    Nor does the client ever say why there is no next one, so that is logged here, once for each trouble. It asks again
    every ten seconds, and its connections end when the broker sees that the last token has.

    Raises:
        SettingsError: there is no token now, or it has ended.
    """

    def __init__(self, source: Callable[[], Token], *, clock: Callable[[], float] = time.time) -> None:
        self._source = source
        self._clock = clock
        self.trouble = ""
        """Why there is no next token; empty while there is one."""
        self._next()

    def __call__(self, _: str = "") -> tuple[str, float, str, dict[str, str]]:
        """The next token; what is raised becomes an error of the client, without its words."""
        try:
            token = self._next()
        except EventPactError as error:
            if str(error) != self.trouble:
                self.trouble = str(error)
                _LOG.warning("%s; until then the brokers let this client in no longer than its last token holds", error)
            raise
        if self.trouble:
            self.trouble = ""
            _LOG.info("there is a token for OAUTHBEARER again")
        return token.text.reveal(), token.expires_at, token.principal, token.extensions

    def _next(self) -> Token:
        try:
            token = self._source()
        except EventPactError:
            raise
        except Exception as error:  # whatever the service's own code raises
            raise SettingsError(f"no token for OAUTHBEARER: its source raised {type(error).__name__}") from error
        if token.expires_at <= self._clock():
            where = f" in {self._source.file.path!r}" if isinstance(self._source, TokenFile) else ""
            ended = time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime(token.expires_at))
            raise SettingsError(f"the token for OAUTHBEARER{where} ended on {ended}: renew it")
        return token
