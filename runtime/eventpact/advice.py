"""What to do about an error of the Kafka client, as far as its code, its words and the client's settings tell."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from confluent_kafka import KafkaError

from eventpact.credentials import Revealed

if TYPE_CHECKING:
    from collections.abc import Mapping

_UNREACHABLE: Final = "check KAFKA_BROKERS, and that the cluster runs"
_GRANT: Final = "`eventpact apply --acls` grants what the contracts give"

_BY_CODE: Final[Mapping[int, str]] = {
    KafkaError._TRANSPORT: _UNREACHABLE,
    KafkaError._TIMED_OUT: _UNREACHABLE,
    KafkaError._RESOLVE: _UNREACHABLE,
    KafkaError._ALL_BROKERS_DOWN: (
        "check KAFKA_BROKERS, that the cluster runs, and whether it wants KAFKA_SSL_ENABLED or KAFKA_SASL_ENABLED"
    ),
    KafkaError._AUTHENTICATION: "check {credentials}",
    KafkaError.SASL_AUTHENTICATION_FAILED: "check {credentials}",
    KafkaError.UNSUPPORTED_SASL_MECHANISM: "check KAFKA_SASL_MECHANISM",
    KafkaError._SSL: "check the KAFKA_SSL_ variables and the dates of the certificates",
    KafkaError.UNKNOWN_TOPIC_OR_PART: "create the topic: `eventpact apply` does for those of the contracts",
    KafkaError._UNKNOWN_TOPIC: "create the topic: `eventpact apply` does for those of the contracts",
    KafkaError._UNKNOWN_PARTITION: (
        "the topic has fewer partitions: leave the choice to the key, or raise `partitions` in its contract"
    ),
    KafkaError.MSG_SIZE_TOO_LARGE: "raise max.message.bytes of the topic",
    KafkaError.TOPIC_AUTHORIZATION_FAILED: "{account} lacks {topic_right}",
    KafkaError.GROUP_AUTHORIZATION_FAILED: "{account} lacks READ on this group: " + _GRANT,
    KafkaError.TRANSACTIONAL_ID_AUTHORIZATION_FAILED: "{account} lacks WRITE on this transactional id: " + _GRANT,
    KafkaError.CLUSTER_AUTHORIZATION_FAILED: "{account} lacks {cluster_right}",
    KafkaError.INVALID_REPLICATION_FACTOR: "run as many brokers as the topic's replication-factor says, or lower it",
    KafkaError.NOT_ENOUGH_REPLICAS: "bring back the brokers that min.insync.replicas asks for",
    KafkaError.SECURITY_DISABLED: "the brokers have no authorizer, so there are no rights to grant",
    KafkaError._FENCED: "another producer with this transactional id has started: stop this one",
    KafkaError._UNSUPPORTED_FEATURE: "use a broker that can; the embedded one makes its topics when it starts",
}
"""Error code to what to do about it."""

HTTP_ANSWERS: Final = f"Invalid response size {int.from_bytes(b'HTTP')} "
"""What the client makes of an HTTP answer, whose first letters it takes for a size."""

_BY_WORDS: Final[Mapping[re.Pattern[str], str]] = {
    re.compile(r"PLAINTEXT broker listener"): (
        "the broker speaks no TLS on this port: give KAFKA_BROKERS another port, or set KAFKA_SSL_ENABLED=false"
    ),
    re.compile(r"alert (?:bad certificate|certificate required|certificate unknown|handshake failure|unknown ca)"): (
        "the broker wants a certificate that it trusts: check KAFKA_SSL_CERTIFICATE_LOCATION and KAFKA_SSL_KEY_LOCATION"
    ),
    re.compile(r"certificate verify failed"): (
        "check KAFKA_SSL_CA_LOCATION, and that the certificate of the broker has not expired"
    ),
    re.compile(HTTP_ANSWERS): "check KAFKA_BROKERS",
    re.compile(r"alert certificate expired"): "renew KAFKA_SSL_CERTIFICATE_LOCATION",
}
"""Words of an error that say more than its code."""

_NO_REASON: Final = re.compile(r"certificate verify failed|brokers are down")

_ADMINISTRATOR: Final = "be an administrator, one of the brokers' super.users for example"
_PROPERTY: Final = re.compile(r"[`\"]([a-z.]+)(?:=[a-z]+)?[`\"]")
_VARIABLES: Final[Mapping[str, str]] = {
    "acks": "PRODUCER_ACKS",
    "enable.idempotence": "PRODUCER_ACKS",
    "compression.type": "PRODUCER_COMPRESSION",
    "session.timeout.ms": "KAFKA_SESSION_TIMEOUT_MS",
    "fetch.wait.max.ms": "KAFKA_FETCH_WAIT_MS",
}
"""Properties that a client may refuse to the variables that set them."""

_TOPIC_RIGHT: Final[Mapping[str, str]] = {
    "Producer": f"WRITE on this topic: {_GRANT}",
    "Consumer": f"READ on this topic: {_GRANT}",
    "AdminClient": f"its right on this topic: {_ADMINISTRATOR}",
}
_CLUSTER_RIGHT: Final[Mapping[str, str]] = {
    "Producer": f"WRITE on any topic, without which an idempotent producer does not begin: {_GRANT}",
    "AdminClient": f"its right on the cluster: {_ADMINISTRATOR}",
}
"""What a client lacks when it may not, and how it gets that, by name of its class: to load the last one takes time."""


@dataclass(frozen=True, slots=True)
class Client:
    """What is known of a client, for advice."""

    account: str = "the service"
    credentials: str = "KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD and KAFKA_SASL_MECHANISM"
    """Where what it says of itself comes from."""
    topic_right: str = f"its right on this topic: {_GRANT}"
    cluster_right: str = f"its right on the cluster: {_GRANT}"
    tls: bool = False
    ca: str | None = None

    @classmethod
    def of(cls, make: type, config: Mapping[str, Any]) -> Client:
        """The client that `make` makes of a configuration."""
        unnamed = cls()
        account, credentials = unnamed.account, unnamed.credentials
        user, password = config.get("sasl.username"), config.get("sasl.password")
        if user is not None:
            in_files = [f"{one.source.path!r}" for one in (user, password) if isinstance(one, Revealed)]
            account = f"user {user}"
            credentials += f" ({' and '.join(in_files)})" if in_files else ""
        elif config.get("sasl.mechanism") == "OAUTHBEARER":
            account, credentials = "the token's principal", "the token, or what KAFKA_SASL_OAUTHBEARER_ variables name"
        elif "ssl.certificate.location" in config:
            account = f"the principal of {config['ssl.certificate.location']!r}"
        return cls(
            account=account,
            credentials=credentials,
            topic_right=_TOPIC_RIGHT.get(make.__name__, unnamed.topic_right),
            cluster_right=_CLUSTER_RIGHT.get(make.__name__, unnamed.cluster_right),
            tls="SSL" in str(config.get("security.protocol", "")),
            ca=config.get("ssl.ca.location"),
        )


def advice(error: KafkaError, client: Client) -> str:
    """What to do about an error; empty where nothing is known."""
    for words, found in _BY_WORDS.items():
        if words.search(error.str()):
            return found
    return _BY_CODE.get(error.code(), "").format(
        account=client.account,
        credentials=client.credentials,
        topic_right=client.topic_right,
        cluster_right=client.cluster_right,
    )


def is_unexplained(error: KafkaError) -> bool:
    """Whether an error of a connection may have several reasons that a handshake tells apart."""
    return _NO_REASON.search(error.str()) is not None


def origin(refusal: str) -> str:
    """Where the properties come from that a client refuses, in brackets after a blank; empty for none that is named."""
    found = _PROPERTY.findall(refusal)
    variables = dict.fromkeys(_VARIABLES[name] for name in found if name in _VARIABLES)
    return f" (check {', '.join([*variables, 'the contracts and what code sets'])})" if found else ""
