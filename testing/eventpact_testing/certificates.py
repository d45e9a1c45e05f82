"""Certificates for tests: an authority of one's own, and what it signs, expired ones included.

It needs the package `cryptography`, which the runtime does without.
"""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

if TYPE_CHECKING:
    from pathlib import Path

VALID: Final = (timedelta(hours=-1), timedelta(days=1))
"""From when to when, counted from now."""

EXPIRED: Final = (timedelta(days=-2), timedelta(days=-1))
"""A day's validity that ended yesterday."""


class Authority:
    """Signs certificates; everything is written as PEM files into `folder`."""

    def __init__(self, folder: Path, name: str = "Test authority", valid: tuple[timedelta, timedelta] = VALID) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _named(name)
        extensions: list[x509.ExtensionType] = [x509.BasicConstraints(ca=True, path_length=None)]
        self._certificate = self._signed(self._name, self._key.public_key(), valid, extensions)
        self.ca = folder / "ca.pem"
        """The authority's own certificate."""
        self.ca.write_bytes(self._certificate.public_bytes(serialization.Encoding.PEM))

    def issue(self, name: str, *, valid: tuple[timedelta, timedelta] = VALID, password: str | None = None) -> Identity:
        """A certificate for `CN=name` at 127.0.0.1 with its key, which `password` encrypts."""
        key = ec.generate_private_key(ec.SECP256R1())
        address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
        certificate = self._signed(
            _named(name),
            key.public_key(),
            valid,
            [
                x509.BasicConstraints(ca=False, path_length=None),
                x509.SubjectAlternativeName([address, x509.DNSName("localhost")]),
                x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]),
            ],
        )
        made = Identity(self._folder / f"{name}.crt.pem", self._folder / f"{name}.key.pem", self.ca)
        made.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        made.key.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.BestAvailableEncryption(password.encode()) if password else serialization.NoEncryption(),
            )
        )
        return made

    def _signed(
        self,
        subject: x509.Name,
        key: ec.EllipticCurvePublicKey,
        valid: tuple[timedelta, timedelta],
        extensions: list[x509.ExtensionType],
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + valid[0])
            .not_valid_after(now + valid[1])
        )
        for extension in extensions:
            builder = builder.add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
        return builder.sign(self._key, hashes.SHA256())


class Identity:
    """The files of one certificate."""

    def __init__(self, certificate: Path, key: Path, ca: Path) -> None:
        self.certificate = certificate
        self.key = key
        self.ca = ca

    def keystore(self) -> Path:
        """Key, certificate and authority in one file, as Kafka takes them (`ssl.keystore.type=PEM`)."""
        whole = self.certificate.with_suffix(".keystore.pem")
        whole.write_bytes(b"".join(part.read_bytes() for part in (self.key, self.certificate, self.ca)))
        return whole


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
