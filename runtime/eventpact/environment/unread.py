"""Variables that nobody reads although somebody meant something by them.

Passed over, one that was meant to secure a connection leaves it open, and its owner believes it closed. So it is an
error, with the name that is read. Any other is only warned of, for a service shares its environment: what is nearly a
name of ours may be the name of somebody else.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from eventpact.environment.variables import VARIABLES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from eventpact.credentials import OAuthBearer, Sasl, Ssl

_PROTOCOL: Final = "KAFKA_SECURITY_PROTOCOL"

_PROTOCOLS: Final[Mapping[str, tuple[bool, bool]]] = {
    "PLAINTEXT": (False, False),
    "SSL": (False, True),
    "SASL_PLAINTEXT": (True, False),
    "SASL_SSL": (True, True),
}
"""Values of the clients' property `security.protocol` to whether they have SASL and TLS."""

_PREFIX: Final = re.compile(r"KAFKA_(?:SASL|SSL|SECURITY)_")
_KUBERNETES: Final = re.compile(r".*_(?:SERVICE_(?:HOST|PORT)|PORT)(?:_\w+)?")
"""What Kubernetes tells every container of a service that is called `kafka-ssl`."""

_MEANT: Final[Mapping[str, str]] = {
    "KAFKA_SASL_JAAS_CONFIG": "KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD",
    "KAFKA_SECURITY_PROTOCOL": "KAFKA_SASL_ENABLED and KAFKA_SSL_ENABLED",
    "KAFKA_SSL_KEYSTORE_LOCATION": "KAFKA_SSL_CERTIFICATE_LOCATION and KAFKA_SSL_KEY_LOCATION, for PEM files",
    "KAFKA_SSL_TRUSTSTORE_LOCATION": "KAFKA_SSL_CA_LOCATION, for a PEM file",
    "SCHEMA_REGISTRY_BASIC_AUTH_USER_INFO": "SCHEMA_REGISTRY_USERNAME and SCHEMA_REGISTRY_PASSWORD",
}
"""Names that other clients read, to ours."""

_NEAR: Final = 0.88
"""How alike names are that may be one, misspelt: `PRODUCER_COMPRESSION_TYPE` is, `METRICS_PATH` is not."""


def problems(environ: Mapping[str, str], sasl: Sasl | OAuthBearer | None, ssl: Ssl | None) -> Iterator[str]:
    """A sentence for each variable that would be passed over; `sasl` and `ssl` are what the others come to."""
    for name, value in environ.items():
        if name in VARIABLES or not value.strip() or _KUBERNETES.fullmatch(name):
            continue
        if name == _PROTOCOL:
            meant = _PROTOCOLS.get(value.strip().upper())
            if meant != (sasl is not None, ssl is not None):
                yield f"{name} is not read: set {_switches(meant)} in its place"
        elif _secures(name):
            yield f"{name} is not read: {_advice(name)}"


def misspelt(environ: Mapping[str, str]) -> Iterator[str]:
    """A sentence for each other variable whose name is nearly that of one that is read and not set."""
    unset = [known for known in VARIABLES if not environ.get(known, "").strip()]
    for name, value in environ.items():
        if name in VARIABLES or not value.strip() or _KUBERNETES.fullmatch(name) or _secures(name):
            continue
        for near in get_close_matches(name, unset, 1, _NEAR):
            if not name.endswith(f"_{near}"):  # a name with a prefix is somebody's own
                yield f"{name} is not known: did you mean {near}?"


def _secures(name: str) -> bool:
    return name in _MEANT or _PREFIX.match(name) is not None


def _switches(meant: tuple[bool, bool] | None) -> str:
    if meant is None:
        return _MEANT[_PROTOCOL]
    return " and ".join(
        f"{name}={str(on).lower()}" for name, on in zip(("KAFKA_SASL_ENABLED", "KAFKA_SSL_ENABLED"), meant, strict=True)
    )


def _advice(name: str) -> str:
    kind = name.split("_", 2)[1]
    ours = [known for known in VARIABLES if known.startswith(f"KAFKA_{kind}_")]
    near = [known for known in ours if known.startswith(name)] or get_close_matches(name, ours, 1, 0.8)
    if name in _MEANT or near:
        return f"use {_MEANT.get(name) or near[0]}"
    return f"what is read is {', '.join(ours)}" if ours else f"use {_MEANT[_PROTOCOL]}"
