"""Why TLS fails: asked of the broker itself, because librdkafka says the same of every certificate that it refuses.

A handshake of our own, without a word of Kafka, tells an expired certificate from an unknown authority and a broker
that speaks TLS from one that does not. It is tried only when a call has failed already.
"""

from __future__ import annotations

import socket
import ssl
from typing import Final

_SECONDS: Final = 1.0
"""How long one broker may take; after the first that answers no other is asked."""

_EXPIRED: Final = 10
_NOT_YET: Final = 9
_NAME: Final = frozenset({62, 64})
"""Verification errors of OpenSSL (`X509_V_ERR_…`): hostname mismatch, IP address mismatch."""


def diagnose(brokers: str, *, tls: bool, ca: str | None) -> str:
    """What is wrong with TLS at the first broker that answers, and what to do; empty where nothing is."""
    for broker in brokers.split(","):
        host, _, port = broker.rpartition(":")
        try:
            with socket.create_connection((host.strip("[]"), int(port)), _SECONDS) as connection:
                return (_verify if tls else _listen)(connection, broker, host.strip("[]"), ca)
        except (OSError, ValueError):
            continue
    return ""


def _verify(connection: socket.socket, broker: str, host: str, ca: str | None) -> str:
    context = ssl.create_default_context(cafile=ca)
    try:
        context.wrap_socket(connection, server_hostname=host).close()
    except ssl.SSLCertVerificationError as error:
        return _refused(error.verify_code, broker, ca)
    except (OSError, ValueError):  # it does not speak TLS, or ends the connection for another reason
        return ""
    return ""


def _refused(code: int, broker: str, ca: str | None) -> str:
    if code in {_EXPIRED, _NOT_YET}:
        when = "has expired" if code == _EXPIRED else "does not hold yet"
        return f"the certificate of {broker} {when}: it has to be renewed on the broker"
    if code in _NAME:
        return f"the certificate of {broker} is for another host: name the broker in KAFKA_BROKERS as it does"
    trusted = f"KAFKA_SSL_CA_LOCATION={ca!r}" if ca else "the system's authorities: set KAFKA_SSL_CA_LOCATION"
    return f"the certificate of {broker} is of an unknown authority; trusted are those of {trusted}"


def _listen(connection: socket.socket, broker: str, host: str, _: str | None) -> str:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # nothing is sent: the question is only whether TLS is spoken
    try:
        context.wrap_socket(connection, server_hostname=host).close()
    except OSError:
        return ""
    return f"{broker} speaks TLS: set KAFKA_SSL_ENABLED=true, and KAFKA_SSL_CA_LOCATION where it is not a public one"
