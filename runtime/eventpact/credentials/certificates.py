"""Certificates looked at before anything connects: what is missing, unreadable, ill-matched or out of date.

Python's own `ssl` loads them; when they end it does not say for certificates that are no authority's, so that the few
bytes of X.509 (RFC 5280, 4.1) around the dates are read here.
"""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from eventpact.credentials.secrets import reveal
from eventpact.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eventpact.credentials.identity import Ssl

_PEM: Final = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
_SEQUENCE: Final = 0x30
_VERSION: Final = 0xA0
_UTC_TIME: Final = 0x17
"""Two digits of a year: 50 to 99 are of the 20th century, the others of this one (RFC 5280, 4.1.2.5.1)."""
_GENERALIZED_TIME: Final = 0x18


@dataclass(frozen=True, slots=True)
class Validity:
    """When a certificate holds."""

    begins: datetime
    ends: datetime


def problems(tls: Ssl, prefix: str, now: datetime) -> Iterator[str]:
    """What is wrong with the files, a sentence each; `prefix` is what their variables begin with (`KAFKA_SSL_`)."""
    if tls.ca is not None:
        yield from _ca_problems(tls.ca, f"{prefix}CA_LOCATION", now)
    if tls.certificate is None and tls.key is None:
        return
    if tls.certificate is None or tls.key is None:
        missing, given = ("CERTIFICATE", "KEY") if tls.certificate is None else ("KEY", "CERTIFICATE")
        yield f"{prefix}{missing}_LOCATION is missing beside {prefix}{given}_LOCATION: expected a path"
        return
    unreadable = [
        *_unreadable(tls.certificate, f"{prefix}CERTIFICATE_LOCATION"),
        *_unreadable(tls.key, f"{prefix}KEY_LOCATION"),
    ]
    yield from unreadable
    if not unreadable:
        yield from _pair_problems(tls, tls.certificate, tls.key, prefix, now)


def validities(pem: str) -> list[Validity]:
    """When each certificate of a PEM file holds, in its order.

    Raises:
        ValueError: one of them is no X.509 certificate.
    """
    return [_validity(ssl.PEM_cert_to_DER_cert(found[0])) for found in _PEM.finditer(pem)]


def _ca_problems(path: str, variable: str, now: datetime) -> Iterator[str]:
    if Path(path).is_dir():
        return  # librdkafka takes folders of authorities too, hashed as OpenSSL does
    unreadable = list(_unreadable(path, variable))
    if unreadable:
        yield from unreadable
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
        found = validities(_text(path))
    except (ssl.SSLError, ValueError):
        yield f"{variable}={path!r} holds no certificate in PEM"
        return
    if found and all(one.ends < now for one in found):  # a bundle of many may hold some that have ended
        yield f"{variable}={path!r} ended on {_shown(max(one.ends for one in found))}: renew it"


def _pair_problems(tls: Ssl, certificate: str, key: str, prefix: str, now: datetime) -> Iterator[str]:
    asked = False
    password = ""

    def give_password() -> str:
        nonlocal asked
        asked = True
        return password

    try:
        password = "" if tls.key_password is None else str(reveal(tls.key_password))
    except SettingsError as error:
        yield from error.problems
        return
    try:
        found = validities(_text(certificate))
    except ValueError:
        found = []
    if not found:
        yield f"{prefix}CERTIFICATE_LOCATION={certificate!r} holds no certificate in PEM"
        return
    own = found[0]
    if own.ends < now:
        yield f"{prefix}CERTIFICATE_LOCATION={certificate!r} ended on {_shown(own.ends)}: renew it"
    elif own.begins > now:
        yield f"{prefix}CERTIFICATE_LOCATION={certificate!r} begins to hold on {_shown(own.begins)} only"
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(certificate, key, give_password)
    except ssl.SSLError as error:
        named = f"{prefix}KEY_LOCATION={key!r}"
        if error.reason == "KEY_VALUES_MISMATCH":
            yield f"{named} is not the key of {prefix}CERTIFICATE_LOCATION={certificate!r}"
        elif asked and not password:
            yield f"{named} is encrypted: set {prefix}KEY_PASSWORD or {prefix}KEY_PASSWORD_FILE"
        elif asked:
            yield f"{prefix}KEY_PASSWORD does not open {named}"
        else:
            yield f"{named} holds no private key in PEM"
    except ValueError:  # a password longer than OpenSSL takes
        yield f"{prefix}KEY_PASSWORD does not open {prefix}KEY_LOCATION={key!r}"


def _unreadable(path: str, variable: str) -> Iterator[str]:
    try:
        with Path(path).open("rb"):
            return
    except OSError as error:
        yield f"{variable}={path!r} cannot be read: {error.strerror or error}"


def _text(path: str) -> str:
    return Path(path).read_text(encoding="ascii", errors="replace")


def _shown(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _validity(der: bytes) -> Validity:
    """The dates of a certificate in DER: the fifth part of what is signed, the fourth where there is no version."""
    whole = next(_parts(der, _SEQUENCE), (_SEQUENCE, b""))[1]
    signed = next(_parts(whole, _SEQUENCE), (_SEQUENCE, b""))[1]
    parts = list(_parts(signed))
    position = 4 if parts and parts[0][0] == _VERSION else 3
    if len(parts) <= position:
        raise ValueError("it ends before its dates")
    begins, ends = (_time(kind, value) for kind, value in _parts(parts[position][1]))
    return Validity(begins, ends)


def _parts(data: bytes, kind: int | None = None) -> Iterator[tuple[int, bytes]]:
    """Each (tag, content) of a run of DER values (X.690, 8.1), the first of which is of a kind."""
    at = 0
    while at < len(data):
        if kind is not None and data[at] != kind:
            raise ValueError("it is not X.509")
        tag, at = data[at], at + 1
        length, at = int.from_bytes(data[at : at + 1]), at + 1
        if length & 0x80:
            width = length & 0x7F
            length, at = int.from_bytes(data[at : at + width]), at + width
        if at + length > len(data):
            raise ValueError("it ends too early")
        yield tag, data[at : at + length]
        at += length


def _time(kind: int, value: bytes) -> datetime:
    text = value.decode("ascii")
    if kind == _UTC_TIME:
        text = ("19" if text >= "50" else "20") + text
    elif kind != _GENERALIZED_TIME:
        raise ValueError("it has no dates")
    return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
