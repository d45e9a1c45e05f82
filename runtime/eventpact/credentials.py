"""Who a service is, to a cluster or a registry: users, passwords and certificates, none of which shows itself."""

from __future__ import annotations

from dataclasses import dataclass


class Secret:
    """Text that shows itself only on request."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself."""
        return self._text

    def __repr__(self) -> str:
        return "Secret('***')"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sasl:
    """A user of the cluster."""

    username: str
    password: Secret
    mechanism: str = "SCRAM-SHA-512"
    """`PLAIN`, `SCRAM-SHA-256` or `SCRAM-SHA-512`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ssl:
    """TLS to the cluster or the registry; the paths are of PEM files."""

    ca: str | None = None
    """Whom to trust; the system's authorities where there is none."""
    certificate: str | None = None
    key: str | None = None
    key_password: Secret | None = None

    def properties(self) -> dict[str, str]:
        """As librdkafka and the registry's client call them."""
        values = {
            "ssl.ca.location": self.ca,
            "ssl.certificate.location": self.certificate,
            "ssl.key.location": self.key,
            "ssl.key.password": None if self.key_password is None else self.key_password.reveal(),
        }
        return {name: value for name, value in values.items() if value is not None}
