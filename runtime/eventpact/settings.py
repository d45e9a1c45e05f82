"""Settings of a service: where its cluster and registry are, who it is there, and what it overrides.

`Settings.from_env()` reads the environment (the variables are in `eventpact.environment`). What the contracts of a
system set for its producers and groups are defaults; what the environment says wins over them.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Self

from eventpact.credentials import OAuthBearer, Properties, Sasl, Secret, SecretFile, Ssl, connection_properties, reveal
from eventpact.errors import SettingsError
from eventpact.group_protocol import for_group_protocol
from eventpact.numbers import CONSUMER, CONTRACTS, PRODUCER, check_numbers
from eventpact.produce.profiles import profile_properties
from eventpact.produce.properties import for_librdkafka

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from eventpact.produce.spool_settings import SpoolSettings

__all__ = ["CONSUMER_DEFAULTS", "PRODUCER_DEFAULTS", "REQUIRED_VARIABLES", "Sasl", "Secret", "Settings", "Ssl"]

PRODUCER_DEFAULTS: Final[Mapping[str, str]] = {
    "acks": "all",
    "enable.idempotence": "true",
    "message.timeout.ms": "120000",  # Java's deadline too; librdkafka's own is five minutes
    "reconnect.backoff.max.ms": "2000",  # how late it may be noticed that a broker is back; librdkafka waits up to 10 s
    "linger.ms": "5",  # without lingering, p99 at 100,000/s on three brokers is ten times as high
    "partitioner": "murmur2_random",  # Java's: the same key goes to the same partition from every language
}
"""What producers use unless contracts or environment say otherwise, in librdkafka's names."""

CONSUMER_DEFAULTS: Final[Mapping[str, str]] = {
    "auto.offset.reset": "earliest",
    "fetch.queue.backoff.ms": "10",  # the default second idles a fast consumer of several brokers
    # What is fetched ahead is the bulk of a consumer's memory: half the default still is a tenth of a second's records
    # at the highest speed, and slow handlers would only let it lie.
    "queued.max.messages.kbytes": "32768",
    "partition.assignment.strategy": "cooperative-sticky",  # a new member does not stop the whole group
    "topic.metadata.refresh.interval.ms": "10000",  # how soon a new topic that matches a pattern is noticed
}
"""What groups use unless contracts or environment say otherwise, in librdkafka's names."""

REQUIRED_VARIABLES: Final = ("KAFKA_BROKERS", "KAFKA_CLIENT_ID", "SCHEMA_REGISTRY_URL")
"""What the environment of a service has to say, unless `KAFKA_ENABLED` is off."""

_CONSUMER_ALWAYS: Final = {"enable.auto.commit": "false", "enable.auto.offset.store": "false"}
_HEARTBEAT_MS: Final = 3000  # librdkafka's default
_CONSUMER_NUMBERS: Final = (
    "heartbeat.interval.ms",
    "max.poll.interval.ms",
    "max.poll.records",
    "session.timeout.ms",
)
"""What the runtime itself reads of a consumer's properties; the client checks the others."""
_WEAK_ACKS: Final = {"0", "1"}

_CONNECTING: Final[Mapping[str, str]] = {
    "bootstrap.servers": "KAFKA_BROKERS",
    "security.protocol": "KAFKA_SASL_ENABLED and KAFKA_SSL_ENABLED",
    "sasl.mechanism": "KAFKA_SASL_MECHANISM",
    "sasl.mechanisms": "KAFKA_SASL_MECHANISM",
    "sasl.username": "KAFKA_SASL_USERNAME",
    "sasl.password": "KAFKA_SASL_PASSWORD",
    "ssl.ca.location": "KAFKA_SSL_CA_LOCATION",
    "ssl.certificate.location": "KAFKA_SSL_CERTIFICATE_LOCATION",
    "ssl.key.location": "KAFKA_SSL_KEY_LOCATION",
    "ssl.key.password": "KAFKA_SSL_KEY_PASSWORD",
}
"""Properties of connections to the variables that they come from; both said, and differently, is a mistake."""

_SAID_ELSEWHERE: Final[Mapping[str, str]] = {
    "group.id": "consumer_group, or KAFKA_CONSUMER_GROUP",
    "transactional.id": "transactional_id where the producer is made",
}
"""Properties that the runtime has to know of to what says them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything a service is told from outside."""

    brokers: str = ""
    """`host:port`, several separated by commas."""
    client_id: str = ""
    """The service's name, which is also the source its events name."""
    registry_url: str = ""
    """Base URL of the schema registry, several of one registry separated by commas. A user and a password inside it
    become `registry_username` and `registry_password`."""
    registry_username: str | SecretFile | None = None
    registry_password: Secret | None = None
    registry_token: Secret | None = None
    """Sent as a bearer token, in place of a user and password."""
    registry_cluster: str = ""
    """Which registry a token is for, where one address serves several, as in Confluent Cloud (`lsrc-…`)."""
    registry_ssl: Ssl | None = None
    """Whom to trust where the registry's URL begins with https, and who the service is there."""
    enabled: bool = True
    """Off: nothing connects, and what is sent is accepted and dropped with a count."""
    consumer_group: str | None = None
    """Replaces the name of every group that runs with these settings."""
    session_timeout_ms: int | None = None
    """How long a group member may be silent before its partitions go to others."""
    fetch_wait_ms: int | None = None
    """How long the broker may hold back the answer to a fetch that finds too little."""
    acks: str | None = None
    """`all`, `1` or `0`; less than `all` gives up idempotence."""
    compression: str | None = None
    profile: str | None = None
    """`throughput` or `latency`: producer properties for one of the two; they win over the contracts'."""
    delivery_timeout_ms: int | None = None
    """How long an event may take to be acknowledged, retries and waiting included."""
    spool: SpoolSettings | None = None
    """Where a producer keeps events that no broker takes; each producer needs a file of its own."""
    sasl: Sasl | OAuthBearer | None = None
    """Who the service is on the cluster, where the cluster asks."""
    ssl: Ssl | None = None
    """Whom to trust on the cluster, and by which certificate the service is known there."""
    partitions: int = 3
    """Of a topic that is created without a word about it."""
    replication_factor: int = 3
    """Of a topic that is created without a word about it."""
    retention_days: int = 30
    """Of a topic that is created without a word about it."""
    log_level: str | None = None
    """Level of the logger `eventpact`."""
    metrics_port: int | None = None
    """Where Prometheus finds this process's metrics while a producer or group runs; none by default."""
    metrics_address: str = "127.0.0.1"
    """The address that this port is opened at."""
    tracing: bool = False
    """Whether OpenTelemetry spans are made of sends and handled records."""
    timeout: float = 5.0
    """Seconds to wait for an answer of cluster or registry where a call says nothing else."""
    producer: Mapping[str, str] = field(default_factory=dict)
    """Further producer properties in librdkafka's names; they win over the contracts'."""
    consumer: Mapping[str, str] = field(default_factory=dict)
    """Further consumer properties in librdkafka's names; they win over the contracts'."""

    def __post_init__(self) -> None:
        for name in ("producer", "consumer"):
            object.__setattr__(self, name, Properties(getattr(self, name)))
        if "@" in self.registry_url:
            self._take_user_out()

    @classmethod
    def from_env(
        cls, environ: Mapping[str, str] | None = None, *, required: Collection[str] = REQUIRED_VARIABLES
    ) -> Self:
        """The settings that environment variables make, `os.environ` by default.

        A service needs all of `required`; a tool that talks to one side alone needs fewer.

        Raises:
            SettingsError: names every variable that is missing or wrong.
        """
        from eventpact.environment import read  # noqa: PLC0415 - reading the environment is rare, settings are not

        return cls(**read(os.environ if environ is None else environ, required))

    def producer_config(self, contract: Mapping[str, str] | None = None) -> dict[str, Any]:
        """The librdkafka configuration of a producer; `contract` holds what the system's contracts set."""
        config = {**self._connection(), **PRODUCER_DEFAULTS, **for_librdkafka(contract or {}, CONTRACTS)}
        if self.profile is not None:
            config |= profile_properties(self.profile)
        if self.delivery_timeout_ms is not None:
            config["message.timeout.ms"] = str(self.delivery_timeout_ms)
        if self.compression is not None:
            config["compression.type"] = self.compression
        if self.acks is not None:
            config["acks"] = self.acks
        if self.acks in _WEAK_ACKS:
            config["enable.idempotence"] = "false"
        own = for_librdkafka(self.producer, PRODUCER)
        return {**config, **_agreeing(config, own, "producer")}

    def consumer_config(self, group: str, contract: Mapping[str, str] | None = None) -> dict[str, Any]:
        """The librdkafka configuration of a member of `group`; `contract` holds what the contracts set for it.

        Offsets are committed by the group itself after success, whatever the contracts say.
        """
        contract = contract or {}
        check_numbers(contract, _CONSUMER_NUMBERS, CONTRACTS)
        check_numbers(self.consumer, _CONSUMER_NUMBERS, CONSUMER)
        config = {**self._connection(), **CONSUMER_DEFAULTS, **contract}
        if self.session_timeout_ms is not None:
            heartbeat = min(int(config.get("heartbeat.interval.ms", _HEARTBEAT_MS)), self.session_timeout_ms // 3)
            config["session.timeout.ms"] = str(self.session_timeout_ms)
            config["heartbeat.interval.ms"] = str(heartbeat)
        if self.fetch_wait_ms is not None:
            config["fetch.wait.max.ms"] = str(self.fetch_wait_ms)
        own = _agreeing(config, self.consumer, "consumer")
        config |= {**own, **_CONSUMER_ALWAYS, "group.id": self.consumer_group or group}
        return for_group_protocol(config, own, session_timeout_ms=self.session_timeout_ms)

    def admin_config(self) -> dict[str, Any]:
        """The librdkafka configuration of an administrator."""
        return self._connection()

    def registry_config(self) -> dict[str, Any]:
        """The registry client's configuration; it tries each call three times within a second or two.

        A token in a file is read for each call; user and password are those of now.
        """
        problems = tuple(_registry_problems(self)) if self.registry_ssl else ()
        if problems:
            raise SettingsError(*problems)
        config: dict[str, Any] = {
            "url": self.registry_url,
            "timeout": self.timeout,
            "max.retries": 2,
            "retries.wait.ms": 200,
            "retries.max.wait.ms": 1000,
        }
        if self.registry_username is not None:
            password = self.registry_password.reveal() if self.registry_password else ""
            config["basic.auth.user.info"] = f"{reveal(self.registry_username)}:{password}"
        if self.registry_token is not None:
            config |= _bearer(self.registry_token, self.registry_cluster)
        return config | (self.registry_ssl.properties() if self.registry_ssl else {})

    def _take_user_out(self) -> None:
        """Keep the registry's user and password out of its URL, which errors and logs show."""
        from eventpact.environment.parsing import UnfitError, urls, user_of, without_user  # noqa: PLC0415 - it is rare

        try:
            given = urls(self.registry_url)
        except ValueError:
            raise SettingsError(
                "registry_url does not fit: expected http or https URLs; in a user or a password inside them, "
                "urllib.parse.quote(…, safe='') each"
            ) from None  # the cause shows the password
        try:
            username, password = user_of(given, self.registry_username, self.registry_password)
        except UnfitError:
            raise SettingsError("registry_url names a user, and another one is given beside it: keep one") from None
        object.__setattr__(self, "registry_url", ",".join(map(without_user, given)))
        object.__setattr__(self, "registry_username", username)
        object.__setattr__(self, "registry_password", password)

    def _connection(self) -> dict[str, Any]:
        from eventpact.credentials.checks import cluster_problems  # noqa: PLC0415 - it loads Python's `ssl`

        problems = tuple(cluster_problems(self.sasl, self.ssl)) if self.sasl or self.ssl else ()
        if problems:
            raise SettingsError(*problems)
        return {
            "bootstrap.servers": self.brokers,
            "client.id": self.client_id or "eventpact",
            **connection_properties(self.sasl, self.ssl),
        }


def _registry_problems(settings: Settings) -> Iterable[str]:
    from eventpact.credentials.checks import registry_problems  # noqa: PLC0415 - it loads Python's `ssl`

    return registry_problems(settings.registry_url, settings.registry_ssl)


def _bearer(token: Secret, cluster: str) -> dict[str, Any]:
    """A token as the registry's client takes it: as it is, or for each call from its file."""
    fields = {"bearer.auth.logical.cluster": cluster}
    if not isinstance(token, SecretFile):
        return {
            "bearer.auth.credentials.source": "STATIC_TOKEN",
            "bearer.auth.token": token.reveal(),
            **fields,
        }
    return {
        "bearer.auth.credentials.source": "CUSTOM",
        "bearer.auth.custom.provider.function": lambda given: {**given, "bearer.auth.token": token.reveal()},
        "bearer.auth.custom.provider.config": fields,
    }


def _agreeing(config: Mapping[str, Any], own: Mapping[str, str], of: str) -> Mapping[str, str]:
    """Further properties, where they do not contradict how the settings connect, and nothing else has to say them.

    Raises:
        SettingsError: names each property that does.
    """
    elsewhere = [name for name in own if name in _SAID_ELSEWHERE]
    if elsewhere:
        raise SettingsError(
            *(f"{name} is among the {of} properties: use {_SAID_ELSEWHERE[name]}" for name in elsewhere)
        )
    named = {**config, "sasl.mechanisms": config.get("sasl.mechanism")}
    differing = [name for name in own if name in _CONNECTING and named.get(name) not in (None, own[name])]
    if differing:
        raise SettingsError(
            *(f"{name} is among the {of} properties, and {_CONNECTING[name]} says otherwise" for name in differing)
        )
    return own
