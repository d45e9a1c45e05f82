"""Every environment variable that is read: its meaning, what it may hold, and whether it is shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from eventpact.credentials import Secret
from eventpact.environment.parsing import brokers, extensions, host, name, one_of, switch, url, urls, whole

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True, slots=True)
class Variable:
    """One environment variable."""

    name: str
    meaning: str
    expected: str
    """Completes "expected …" in an error."""
    parse: Callable[[str], Any]
    secret: bool = False


_SWITCH: Final = "true or false"
_NAMED: Final = "a name of letters, digits, '.', '_' and '-'"

VARIABLES: Final[Mapping[str, Variable]] = {
    variable.name: variable
    for variable in (
        Variable("KAFKA_ENABLED", "Off: nothing connects and what is sent is dropped with a count.", _SWITCH, switch),
        Variable(
            "KAFKA_BROKERS",
            "Where the cluster is.",
            'host:port, several separated by commas ("localhost:9092")',
            brokers,
        ),
        Variable("KAFKA_CLIENT_ID", "The service's name; events give it as their source.", _NAMED, name),
        Variable(
            "SCHEMA_REGISTRY_URL",
            "Where the schema registry is.",
            'an http or https URL, several separated by commas ("http://localhost:8081")',
            urls,
        ),
        Variable("SCHEMA_REGISTRY_USERNAME", "User of the registry.", "a user name", str),
        Variable("SCHEMA_REGISTRY_USERNAME_FILE", "File that holds the user; read again.", "a path", str),
        Variable("SCHEMA_REGISTRY_PASSWORD", "That user's password.", "a password", Secret, secret=True),
        Variable("SCHEMA_REGISTRY_PASSWORD_FILE", "File that holds it; read again.", "a path", str),
        Variable(
            "SCHEMA_REGISTRY_TOKEN", "Token for the registry, in place of a user.", "a token", Secret, secret=True
        ),
        Variable("SCHEMA_REGISTRY_TOKEN_FILE", "File that holds it; read again for each call.", "a path", str),
        Variable(
            "SCHEMA_REGISTRY_LOGICAL_CLUSTER",
            "Which registry the token is for, where one address serves several.",
            'an id as Confluent Cloud gives it ("lsrc-4v6x2")',
            str,
        ),
        Variable(
            "SCHEMA_REGISTRY_SSL_CA_LOCATION", "PEM file of the authorities to trust at the registry.", "a path", str
        ),
        Variable(
            "SCHEMA_REGISTRY_SSL_CERTIFICATE_LOCATION", "PEM file of the certificate for the registry.", "a path", str
        ),
        Variable("SCHEMA_REGISTRY_SSL_KEY_LOCATION", "PEM file of that certificate's key.", "a path", str),
        Variable(
            "SCHEMA_REGISTRY_SSL_KEY_PASSWORD", "What that key is encrypted with.", "a password", Secret, secret=True
        ),
        Variable("SCHEMA_REGISTRY_SSL_KEY_PASSWORD_FILE", "File that holds it.", "a path", str),
        Variable("KAFKA_CONSUMER_GROUP", "Replaces the name of the group that runs.", _NAMED, name),
        Variable("CONSUMER_GROUP_ID", "The same as KAFKA_CONSUMER_GROUP.", _NAMED, name),
        Variable(
            "KAFKA_SESSION_TIMEOUT_MS",
            "How long a group member may be silent before its partitions go to others.",
            "milliseconds, from 1000 to 3600000",
            whole(1000, 3_600_000),
        ),
        Variable(
            "KAFKA_FETCH_WAIT_MS",
            "How long the broker may hold back the answer to a fetch that finds too little.",
            "milliseconds, from 0 to 300000",
            whole(0, 300_000),
        ),
        Variable(
            "PRODUCER_ACKS",
            "Who must have an event before it counts as sent; less than all gives up idempotence.",
            "all, 1 or 0",
            one_of(**{"all": "all", "_1": "all", "1": "1", "0": "0"}),
        ),
        Variable(
            "PRODUCER_COMPRESSION",
            "How batches are compressed.",
            "none, gzip, snappy, lz4 or zstd",
            one_of(none="none", gzip="gzip", snappy="snappy", lz4="lz4", zstd="zstd"),
        ),
        Variable(
            "PRODUCER_PROFILE",
            "What producers are out for; more than the contracts' settings, less than any other variable.",
            "throughput or latency",
            one_of(throughput="throughput", latency="latency"),
        ),
        Variable(
            "PRODUCER_DELIVERY_TIMEOUT_MS",
            "How long an event may take to be acknowledged, retries included; then it has failed, or is spooled.",
            "milliseconds, from 100 to 86400000",
            whole(100, 86_400_000),
        ),
        Variable(
            "PRODUCER_SPOOL",
            "File in which a producer keeps events that no broker takes; one for each producer.",
            "a path",
            str,
        ),
        Variable(
            "PRODUCER_SPOOL_MAX_BYTES",
            "How much may wait there; what comes beyond is refused (256 MiB unless said otherwise).",
            "bytes, from 1",
            whole(1, 10**12 - 1),
        ),
        Variable(
            "PRODUCER_SPOOL_MAX_RECORDS",
            "How many events may wait there; what comes beyond is refused (1,000,000 unless said otherwise).",
            "a number from 1",
            whole(1, 10**9),
        ),
        Variable(
            "PRODUCER_SPOOL_SYNCHRONOUS",
            "FULL: a spooled event outlives a power cut. NORMAL: it outlives the process; many times faster.",
            "FULL or NORMAL",
            one_of(full="FULL", normal="NORMAL"),
        ),
        Variable("KAFKA_SASL_ENABLED", "Whether the cluster asks who is there.", _SWITCH, switch),
        Variable(
            "KAFKA_SASL_MECHANISM",
            "How it asks.",
            "PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or OAUTHBEARER",
            one_of(
                plain="PLAIN",
                scram_sha_256="SCRAM-SHA-256",
                scram_sha_512="SCRAM-SHA-512",
                oauthbearer="OAUTHBEARER",
            ),
        ),
        Variable("KAFKA_SASL_USERNAME", "User of the cluster.", "a user name", str),
        Variable("KAFKA_SASL_USERNAME_FILE", "File that holds the user; read again when it changes.", "a path", str),
        Variable("KAFKA_SASL_PASSWORD", "That user's password.", "a password", Secret, secret=True),
        Variable("KAFKA_SASL_PASSWORD_FILE", "File that holds it; read again when it changes.", "a path", str),
        Variable(
            "KAFKA_SASL_WITHOUT_TLS",
            "Let PLAIN and OAUTHBEARER show password or token to whoever listens on the way.",
            _SWITCH,
            switch,
        ),
        Variable(
            "KAFKA_SASL_OAUTHBEARER_TOKEN_FILE",
            "File that holds the token; read again before it ends.",
            "a path",
            str,
        ),
        Variable(
            "KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL",
            "Where an identity provider gives tokens for client credentials.",
            "an http or https URL",
            url,
        ),
        Variable("KAFKA_SASL_OAUTHBEARER_CLIENT_ID", "Who the service is there.", "a client id", str),
        Variable("KAFKA_SASL_OAUTHBEARER_CLIENT_SECRET", "How it proves that.", "a secret", Secret, secret=True),
        Variable(
            "KAFKA_SASL_OAUTHBEARER_CLIENT_SECRET_FILE",
            "File that holds the secret; read when a client is made.",
            "a path",
            str,
        ),
        Variable("KAFKA_SASL_OAUTHBEARER_SCOPE", "What the token is to be for.", "a scope", str),
        Variable(
            "KAFKA_SASL_OAUTHBEARER_EXTENSIONS",
            "What the broker is told besides.",
            'name=value, several separated by commas ("logicalCluster=lkc-1")',
            extensions,
        ),
        Variable("KAFKA_SASL_OAUTHBEARER_CA_LOCATION", "PEM file of the authorities to trust there.", "a path", str),
        Variable("KAFKA_SSL_ENABLED", "Whether connections to the cluster use TLS.", _SWITCH, switch),
        Variable("KAFKA_SSL_CA_LOCATION", "PEM file of the authorities to trust.", "a path", str),
        Variable("KAFKA_SSL_CERTIFICATE_LOCATION", "PEM file of the service's certificate.", "a path", str),
        Variable("KAFKA_SSL_KEY_LOCATION", "PEM file of the service's key.", "a path", str),
        Variable("KAFKA_SSL_KEY_PASSWORD", "What the key is encrypted with.", "a password", Secret, secret=True),
        Variable("KAFKA_SSL_KEY_PASSWORD_FILE", "File that holds it; read when a client is made.", "a path", str),
        Variable(
            "DEFAULT_PARTITIONS", "Of a topic created without a word about it.", "a number from 1", whole(1, 10**6)
        ),
        Variable(
            "DEFAULT_REPLICATION_FACTOR",
            "Of a topic created without a word about it.",
            "a number from 1",
            whole(1, 1000),
        ),
        Variable(
            "MESSAGE_RETENTION_DAYS", "Of a topic created without a word about it.", "a number from 1", whole(1, 36500)
        ),
        Variable(
            "LOG_LEVEL",
            "How much the runtime logs.",
            "DEBUG, INFO, WARNING, ERROR or CRITICAL",
            one_of(debug="DEBUG", info="INFO", warning="WARNING", warn="WARNING", error="ERROR", critical="CRITICAL"),
        ),
        Variable(
            "METRICS_PORT",
            "Where Prometheus finds the service's metrics while a producer or group runs; none by default.",
            "a port, from 1 to 65535",
            whole(1, 65535),
        ),
        Variable(
            "METRICS_ADDRESS",
            "The address that this port is opened at; 127.0.0.1 by default, 0.0.0.0 for all of the machine's.",
            "an IP address or a host's name",
            host,
        ),
        Variable("TRACING_ENABLED", "Whether OpenTelemetry spans are made of sends and records.", _SWITCH, switch),
    )
}
"""Every variable that is read, in the order of the reference page."""
