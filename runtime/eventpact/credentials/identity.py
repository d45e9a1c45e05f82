"""Who a service is, to a cluster or a registry, and how it says so in librdkafka's properties."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from eventpact.credentials.secrets import Secret, SecretFile, reveal
from eventpact.credentials.tokens import Renewal, TokenFile

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from eventpact.credentials.tokens import Token

OAUTHBEARER: Final = "OAUTHBEARER"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sasl:
    """A user of the cluster. User name and password may be in files (`SecretFile`), which are read again on change."""

    username: str | SecretFile
    password: Secret
    mechanism: str = "SCRAM-SHA-512"
    """`PLAIN`, `SCRAM-SHA-256` or `SCRAM-SHA-512`."""
    without_tls: bool = False
    """Whether PLAIN may send the password over a connection that anybody on the way can read."""

    def properties(self) -> dict[str, Any]:
        """As librdkafka calls it.

        Raises:
            SettingsError: a file cannot be read.
        """
        return {
            "sasl.mechanism": self.mechanism,
            "sasl.username": reveal(self.username),
            "sasl.password": reveal(self.password),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientCredentials:
    """How librdkafka gets tokens by itself from an identity provider (OpenID Connect, grant `client_credentials`)."""

    url: str
    """The provider's token endpoint."""
    client_id: str
    client_secret: Secret
    """Read when a client is made: librdkafka keeps it, so that a new one needs a restart."""
    scope: str | None = None
    extensions: str | None = None
    """`name=value`, several separated by commas, for the broker: `logicalCluster=lkc-1` for example."""
    ca: str | None = None
    """PEM file of the authorities to trust at the provider; the system's where there is none."""

    def properties(self) -> dict[str, Any]:
        """As librdkafka calls it.

        Raises:
            SettingsError: the secret's file cannot be read.
        """
        values = {
            "sasl.oauthbearer.method": "oidc",
            "sasl.oauthbearer.token.endpoint.url": self.url,
            "sasl.oauthbearer.client.id": self.client_id,
            "sasl.oauthbearer.client.secret": str(reveal(self.client_secret)),
            "sasl.oauthbearer.scope": self.scope,
            "sasl.oauthbearer.extensions": self.extensions,
            "https.ca.location": self.ca,
        }
        return {name: value for name, value in values.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuthBearer:
    """A token in place of a user and a password (KIP-255)."""

    source: SecretFile | ClientCredentials | Callable[[], Token]
    """A file that somebody renews, an identity provider, or a callable that is asked for each new token."""
    without_tls: bool = False
    """Whether the token may go over a connection that anybody on the way can read."""

    mechanism: str = field(default=OAUTHBEARER, init=False)

    def properties(self) -> dict[str, Any]:
        """As librdkafka and its Python client call it.

        Raises:
            SettingsError: there is no token that is valid now.
        """
        mechanism = {"sasl.mechanism": OAUTHBEARER}
        match self.source:
            case ClientCredentials():
                return mechanism | self.source.properties()
            case SecretFile():
                return {**mechanism, "oauth_cb": Renewal(TokenFile(self.source))}
            case _:
                return {**mechanism, "oauth_cb": Renewal(self.source)}


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
            "ssl.key.password": None if self.key_password is None else str(reveal(self.key_password)),
        }
        return {name: value for name, value in values.items() if value is not None}


def connection_properties(sasl: Sasl | OAuthBearer | None, ssl: Ssl | None) -> Mapping[str, Any]:
    """How a client connects: the protocol, who it is, and whom it trusts.

    Raises:
        SettingsError: a file cannot be read.
    """
    protocol = "SASL_" * (sasl is not None) + ("SSL" if ssl is not None else "PLAINTEXT")
    named = {} if protocol == "PLAINTEXT" else {"security.protocol": protocol}
    return {**named, **(sasl.properties() if sasl else {}), **(ssl.properties() if ssl else {})}
