"""Everything that stands against connecting as the settings say, found together and before anything is sent."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from eventpact.credentials import certificates
from eventpact.credentials.identity import OAUTHBEARER, ClientCredentials, OAuthBearer, Sasl
from eventpact.credentials.secrets import SecretFile
from eventpact.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from eventpact.credentials.identity import Ssl

_READABLE_ON_THE_WAY: Final = {
    "PLAIN": "the password",
    OAUTHBEARER: "the token",
}
"""Mechanism to what it sends as it is; SCRAM proves that it knows the password and does not send it (RFC 5802)."""


def cluster_problems(sasl: Sasl | OAuthBearer | None, ssl: Ssl | None, now: datetime | None = None) -> Iterator[str]:
    """What is wrong with user and TLS of the cluster, a sentence each that names the variables."""
    if sasl is not None:
        yield from _sasl_problems(sasl, tls=ssl is not None)
    if ssl is not None:
        yield from certificates.problems(ssl, "KAFKA_SSL_", now or datetime.now(UTC))


def registry_problems(url: str, ssl: Ssl | None, now: datetime | None = None) -> Iterator[str]:
    """What is wrong with TLS to the registry, a sentence each that names the variables."""
    if ssl is None:
        return
    if url and not any(one.strip().startswith("https:") for one in url.split(",")):
        yield "SCHEMA_REGISTRY_SSL_ files are given, and SCHEMA_REGISTRY_URL begins with http: use https, or no files"
    yield from certificates.problems(ssl, "SCHEMA_REGISTRY_SSL_", now or datetime.now(UTC))


def _sasl_problems(sasl: Sasl | OAuthBearer, *, tls: bool) -> Iterator[str]:
    exposed = _READABLE_ON_THE_WAY.get(sasl.mechanism)
    if exposed is not None and not tls and not sasl.without_tls:
        yield (
            f"KAFKA_SASL_MECHANISM={sasl.mechanism} without TLS shows {exposed} to anybody on the way: set "
            "KAFKA_SSL_ENABLED=true, or KAFKA_SASL_WITHOUT_TLS=true where the network is trusted"
        )
    yield from _unreadable(sasl)


def _unreadable(sasl: Sasl | OAuthBearer) -> Iterator[str]:
    """Each file by itself, so that all that cannot be read are named; a callable is asked when a client is made."""
    if isinstance(sasl, Sasl):
        needed: list[Callable[[], object]] = [
            value.reveal for value in (sasl.username, sasl.password) if isinstance(value, SecretFile)
        ]
    elif isinstance(sasl.source, SecretFile | ClientCredentials):
        needed = [sasl.properties]
    else:
        needed = []
    for read in needed:
        try:
            read()
        except SettingsError as error:
            yield from error.problems
