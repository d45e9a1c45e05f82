"""A real Kafka that asks who is there: SASL and TLS in every form that clients can be set to, and ACLs.

One broker has a listener for each way in; users are those of `USERS`, and an administrator who may do everything.
"""

from __future__ import annotations

import base64
import json
import time
from typing import TYPE_CHECKING, Final

from confluent_kafka.admin import (  # type: ignore[attr-defined]  # it imports these names without re-exporting them
    AdminClient,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)

from eventpact.credentials import Sasl, Secret, Ssl
from eventpact.settings import Settings
from eventpact_testing.certificates import EXPIRED, Authority
from eventpact_testing.kafka import KafkaCluster, Listener

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from eventpact_testing.certificates import Identity

ADMINISTRATOR: Final = "admin"

SASL_TLS: Final = "SASL_SSL"
"""SCRAM, PLAIN and OAUTHBEARER over TLS."""
SASL_OPEN: Final = "SASL_PLAINTEXT"
"""The same without TLS."""
MUTUAL: Final = "MUTUAL"
"""TLS on which clients show a certificate."""
OUTDATED: Final = "OUTDATED"
"""TLS with a certificate of the broker that has expired."""

REAUTHENTICATION: Final = 2.0
"""Seconds after which who came with SCRAM-SHA-256 has to show the password again, or is sent away (KIP-368)."""

_LISTENERS: Final = (
    Listener(SASL_TLS, "SASL_SSL"),
    Listener(SASL_OPEN, "SASL_PLAINTEXT"),
    Listener(MUTUAL, "SSL"),
    Listener(OUTDATED, "SSL"),
)
_LOGIN: Final = "org.apache.kafka.common.security"
_ITERATIONS: Final = 4096
_UNSECURED: Final = f"{_LOGIN}.oauthbearer.internals.unsecured.OAuthBearerUnsecuredValidatorCallbackHandler"


class SecuredKafka:
    """One broker with users, certificates and an authoriser; use it in a `with`.

    `users` are those that log in with the password `password_of(user)`; none of them has any right at first.
    """

    def __init__(self, libraries: Path, folder: Path, users: Sequence[str]) -> None:
        self.authority = Authority(folder / "authority")
        everybody = (ADMINISTRATOR, *users)
        broker = self.authority.issue("broker")
        outdated = self.authority.issue("outdated-broker", valid=EXPIRED)
        self.kafka = KafkaCluster(
            libraries,
            listeners=_LISTENERS,
            scram=[
                f"{mechanism}=[name={user},password={password_of(user)}]"
                for user in everybody
                for mechanism in ("SCRAM-SHA-256", "SCRAM-SHA-512")
            ],
            config=_config(everybody, broker, outdated),
            folder=folder / "kafka",
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kafka.close()

    @property
    def tls(self) -> Ssl:
        """TLS that trusts this broker."""
        return Ssl(ca=str(self.authority.ca))

    def settings(self, user: str, *, mechanism: str = "SCRAM-SHA-512", registry_url: str = "") -> Settings:
        """Settings of a user who comes through SASL over TLS."""
        return Settings(
            brokers=self.kafka.bootstrap(SASL_TLS),
            client_id=user,
            registry_url=registry_url,
            sasl=Sasl(username=user, password=Secret(password_of(user)), mechanism=mechanism),
            ssl=self.tls,
        )

    def change_password(self, user: str, password: str) -> None:
        """Give a user another password for SCRAM-SHA-256; the old one is none any more when this returns."""
        admin = AdminClient({"bootstrap.servers": self.kafka.bootstrap_servers, "log_level": "0"})
        changed = UserScramCredentialUpsertion(
            user, ScramCredentialInfo(ScramMechanism.SCRAM_SHA_256, _ITERATIONS), password.encode()
        )
        for future in admin.alter_user_scram_credentials([changed]).values():
            future.result()


def password_of(user: str) -> str:
    """The password that a user has at first."""
    return f"{user}-secret"


def unsecured_token(subject: str, lifetime: float = 3600.0) -> str:
    """A token that Kafka's validator for development takes: a JWT that nobody has signed."""
    now = time.time()
    claims = {"sub": subject, "iat": now, "exp": now + lifetime}
    return ".".join([_encoded({"alg": "none"}), _encoded(claims), ""])


def _encoded(part: Mapping[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def _config(users: Sequence[str], broker: Identity, outdated: Identity) -> dict[str, str]:
    passwords = " ".join(f'user_{user}="{password_of(user)}"' for user in users)
    login = {
        "scram-sha-256": f"{_LOGIN}.scram.ScramLoginModule required;",
        "scram-sha-512": f"{_LOGIN}.scram.ScramLoginModule required;",
        "plain": f"{_LOGIN}.plain.PlainLoginModule required {passwords};",
        "oauthbearer": f'{_LOGIN}.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";',
    }
    config = {
        "sasl.enabled.mechanisms": "SCRAM-SHA-256,SCRAM-SHA-512,PLAIN,OAUTHBEARER",
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": f"User:{ADMINISTRATOR};User:ANONYMOUS",  # ANONYMOUS: the listener among brokers
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(broker.keystore()),
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": str(broker.ca),
        f"listener.name.{MUTUAL.lower()}.ssl.client.auth": "required",
        f"listener.name.{OUTDATED.lower()}.ssl.keystore.type": "PEM",
        f"listener.name.{OUTDATED.lower()}.ssl.keystore.location": str(outdated.keystore()),
    }
    for listener in (SASL_TLS, SASL_OPEN):
        prefix = f"listener.name.{listener.lower()}"
        config |= {f"{prefix}.{mechanism}.sasl.jaas.config": module for mechanism, module in login.items()}
        config[f"{prefix}.oauthbearer.sasl.server.callback.handler.class"] = _UNSECURED
        config[f"{prefix}.scram-sha-256.connections.max.reauth.ms"] = str(int(REAUTHENTICATION * 1000))
    return config
