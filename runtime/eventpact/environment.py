"""Settings read from environment variables: every variable by name, and every wrong one reported in one error.

A variable that is set but empty counts as not set. Values are shown in errors, secrets never are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import SplitResult, unquote, urlsplit

from eventpact.errors import SettingsError
from eventpact.settings import Sasl, Secret, Ssl

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

_BROKER: Final = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):(\d{1,5})")
_NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,249}")
_CREDENTIALS: Final = re.compile(r"//[^/\s]*@")
_WORDS: Final = {
    "true": True,
    "1": True,
    "yes": True,
    "on": True,
    "false": False,
    "0": False,
    "no": False,
    "off": False,
}
_SHOWN: Final = 100


class _UnfitError(ValueError):
    """A value is not what its variable expects."""


@dataclass(frozen=True, slots=True)
class Variable:
    """One environment variable."""

    name: str
    meaning: str
    expected: str
    """Completes "expected …" in an error."""
    parse: Callable[[str], Any]
    secret: bool = False


def _one_of(**values: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        try:
            return values[text.lower().replace("-", "_")]
        except KeyError:
            raise _UnfitError from None

    return parse


def _switch(text: str) -> bool:
    try:
        return _WORDS[text.lower()]
    except KeyError:
        raise _UnfitError from None


def _whole(least: int, most: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not least <= int(text[:12]) <= most:
            raise _UnfitError
        return int(text)

    return parse


def _brokers(text: str) -> str:
    brokers = [broker.strip() for broker in text.split(",")]
    for broker in brokers:
        found = _BROKER.fullmatch(broker)
        if found is None or not 1 <= int(found[1]) <= 65535:
            raise _UnfitError
    return ",".join(brokers)


def _urls(text: str) -> list[SplitResult]:
    urls = [urlsplit(url.strip().rstrip("/")) for url in text.split(",")]  # a ValueError of urlsplit is a bad URL too
    for url in urls:
        if url.scheme not in {"http", "https"} or not url.hostname or url.query or url.fragment:
            raise _UnfitError
        if url.port == 0:
            raise _UnfitError
    return urls


def _name(text: str) -> str:
    if _NAME.fullmatch(text) is None:
        raise _UnfitError
    return text


_SWITCH: Final = "true or false"
_NAMED: Final = "a name of letters, digits, '.', '_' and '-'"

VARIABLES: Final[Mapping[str, Variable]] = {
    variable.name: variable
    for variable in (
        Variable("KAFKA_ENABLED", "Off: nothing connects and what is sent is dropped with a count.", _SWITCH, _switch),
        Variable(
            "KAFKA_BROKERS",
            "Where the cluster is.",
            'host:port, several separated by commas ("localhost:9092")',
            _brokers,
        ),
        Variable("KAFKA_CLIENT_ID", "The service's name; events give it as their source.", _NAMED, _name),
        Variable(
            "SCHEMA_REGISTRY_URL",
            "Where the schema registry is.",
            'an http or https URL, several separated by commas ("http://localhost:8081")',
            _urls,
        ),
        Variable("SCHEMA_REGISTRY_USERNAME", "User of the registry.", "a user name", str),
        Variable("SCHEMA_REGISTRY_PASSWORD", "That user's password.", "a password", Secret, secret=True),
        Variable(
            "SCHEMA_REGISTRY_TOKEN", "Token for the registry, in place of a user.", "a token", Secret, secret=True
        ),
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
        Variable("KAFKA_CONSUMER_GROUP", "Replaces the name of the group that runs.", _NAMED, _name),
        Variable("CONSUMER_GROUP_ID", "The same as KAFKA_CONSUMER_GROUP.", _NAMED, _name),
        Variable(
            "KAFKA_SESSION_TIMEOUT_MS",
            "How long a group member may be silent before its partitions go to others.",
            "milliseconds, from 1000 to 3600000",
            _whole(1000, 3_600_000),
        ),
        Variable(
            "KAFKA_FETCH_WAIT_MS",
            "How long the broker may hold back the answer to a fetch that finds too little.",
            "milliseconds, from 0 to 300000",
            _whole(0, 300_000),
        ),
        Variable(
            "PRODUCER_ACKS",
            "Who must have an event before it counts as sent; less than all gives up idempotence.",
            "all, 1 or 0",
            _one_of(**{"all": "all", "_1": "all", "1": "1", "0": "0"}),
        ),
        Variable(
            "PRODUCER_COMPRESSION",
            "How batches are compressed.",
            "none, gzip, snappy, lz4 or zstd",
            _one_of(none="none", gzip="gzip", snappy="snappy", lz4="lz4", zstd="zstd"),
        ),
        Variable("KAFKA_SASL_ENABLED", "Whether the cluster asks who is there.", _SWITCH, _switch),
        Variable(
            "KAFKA_SASL_MECHANISM",
            "How it asks.",
            "PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512",
            _one_of(plain="PLAIN", scram_sha_256="SCRAM-SHA-256", scram_sha_512="SCRAM-SHA-512"),
        ),
        Variable("KAFKA_SASL_USERNAME", "User of the cluster.", "a user name", str),
        Variable("KAFKA_SASL_PASSWORD", "That user's password.", "a password", Secret, secret=True),
        Variable("KAFKA_SSL_ENABLED", "Whether connections to the cluster use TLS.", _SWITCH, _switch),
        Variable("KAFKA_SSL_CA_LOCATION", "PEM file of the authorities to trust.", "a path", str),
        Variable("KAFKA_SSL_CERTIFICATE_LOCATION", "PEM file of the service's certificate.", "a path", str),
        Variable("KAFKA_SSL_KEY_LOCATION", "PEM file of the service's key.", "a path", str),
        Variable("KAFKA_SSL_KEY_PASSWORD", "What the key is encrypted with.", "a password", Secret, secret=True),
        Variable(
            "DEFAULT_PARTITIONS", "Of a topic created without a word about it.", "a number from 1", _whole(1, 10**6)
        ),
        Variable(
            "DEFAULT_REPLICATION_FACTOR",
            "Of a topic created without a word about it.",
            "a number from 1",
            _whole(1, 1000),
        ),
        Variable(
            "MESSAGE_RETENTION_DAYS", "Of a topic created without a word about it.", "a number from 1", _whole(1, 36500)
        ),
        Variable(
            "LOG_LEVEL",
            "How much the runtime logs.",
            "DEBUG, INFO, WARNING, ERROR or CRITICAL",
            _one_of(debug="DEBUG", info="INFO", warning="WARNING", warn="WARNING", error="ERROR", critical="CRITICAL"),
        ),
    )
}
"""Every variable that is read, in the order of the reference page."""


class _Reader:
    """Reads variables and collects what is wrong with them."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.problems: list[str] = []

    def get(self, name: str, default: Any = None) -> Any:
        """The parsed value, or the default where the variable is not set or wrong."""
        text = self.environ.get(name, "").strip()
        if not text:
            return default
        variable = VARIABLES[name]
        try:
            return variable.parse(text)
        except ValueError:
            shown = "" if variable.secret else f"={_CREDENTIALS.sub('//***@', text)[:_SHOWN]!r}"
            self.problems.append(f"{name}{shown} does not fit: expected {variable.expected}")
            return default

    def given(self, name: str) -> bool:
        """Whether the variable is set."""
        return bool(self.environ.get(name, "").strip())

    def require(self, name: str, reason: str) -> None:
        """Complain when the variable is not set."""
        if not self.given(name):
            self.problems.append(f"{name} is missing{reason}: expected {VARIABLES[name].expected}")


def read(environ: Mapping[str, str], required: Collection[str]) -> dict[str, Any]:
    """The arguments of `Settings` that an environment makes; `required` names what must be set.

    Raises:
        SettingsError: names every variable that is missing or wrong.
    """
    reader = _Reader(environ)
    enabled = reader.get("KAFKA_ENABLED", default=True)
    if enabled:
        for name in required:
            reader.require(name, " (or set KAFKA_ENABLED=false)")
    arguments = {
        "enabled": enabled,
        "brokers": reader.get("KAFKA_BROKERS", ""),
        "client_id": reader.get("KAFKA_CLIENT_ID", ""),
        **_registry(reader),
        "consumer_group": _consumer_group(reader),
        "session_timeout_ms": reader.get("KAFKA_SESSION_TIMEOUT_MS"),
        "fetch_wait_ms": reader.get("KAFKA_FETCH_WAIT_MS"),
        "acks": reader.get("PRODUCER_ACKS"),
        "compression": reader.get("PRODUCER_COMPRESSION"),
        "sasl": _sasl(reader),
        "ssl": _ssl(reader),
        "partitions": reader.get("DEFAULT_PARTITIONS", 3),
        "replication_factor": reader.get("DEFAULT_REPLICATION_FACTOR", 3),
        "retention_days": reader.get("MESSAGE_RETENTION_DAYS", 30),
        "log_level": reader.get("LOG_LEVEL"),
    }
    if reader.problems:
        raise SettingsError(*reader.problems)
    return arguments


def without_user(url: SplitResult) -> str:
    """An address without the user and password that it may hold."""
    return url._replace(netloc=url.netloc.rpartition("@")[2]).geturl()


def _registry(reader: _Reader) -> dict[str, Any]:
    urls: list[SplitResult] = reader.get("SCHEMA_REGISTRY_URL", [])
    username: str | None = reader.get("SCHEMA_REGISTRY_USERNAME")
    password: Secret | None = reader.get("SCHEMA_REGISTRY_PASSWORD")
    if username is not None and password is None:
        reader.require("SCHEMA_REGISTRY_PASSWORD", " beside SCHEMA_REGISTRY_USERNAME")
    if password is not None and username is None:
        reader.require("SCHEMA_REGISTRY_USERNAME", " beside SCHEMA_REGISTRY_PASSWORD")
    for url in urls:
        if url.username is None:
            continue
        if username is not None and (username, password) != (
            unquote(url.username),
            Secret(unquote(url.password or "")),
        ):
            reader.problems.append("SCHEMA_REGISTRY_URL names a user, and another one is given beside it: keep one")
            break
        username, password = unquote(url.username), Secret(unquote(url.password or ""))
    token: Secret | None = reader.get("SCHEMA_REGISTRY_TOKEN")
    if token is not None and username is not None:
        reader.problems.append("SCHEMA_REGISTRY_TOKEN and a user of the registry are given: keep one")
    plain = map(without_user, urls)
    ssl = _ssl_files(reader, "SCHEMA_REGISTRY_SSL_")
    return {
        "registry_url": ",".join(plain),
        "registry_username": username,
        "registry_password": password,
        "registry_token": token,
        "registry_cluster": reader.get("SCHEMA_REGISTRY_LOGICAL_CLUSTER", ""),
        "registry_ssl": None if ssl == Ssl() else ssl,
    }


def _consumer_group(reader: _Reader) -> str | None:
    group: str | None = reader.get("KAFKA_CONSUMER_GROUP")
    other: str | None = reader.get("CONSUMER_GROUP_ID")
    if group is not None and other is not None and group != other:
        reader.problems.append(
            f"KAFKA_CONSUMER_GROUP={group!r} and CONSUMER_GROUP_ID={other!r} mean the same and differ: set one of them"
        )
    return group or other


def _sasl(reader: _Reader) -> Sasl | None:
    enabled = reader.get("KAFKA_SASL_ENABLED")
    mechanism = reader.get("KAFKA_SASL_MECHANISM", "SCRAM-SHA-512")
    username = reader.get("KAFKA_SASL_USERNAME")
    password = reader.get("KAFKA_SASL_PASSWORD")
    if enabled is None and not reader.given("KAFKA_SASL_ENABLED") and (username or password):
        reader.problems.append(
            "KAFKA_SASL_USERNAME or _PASSWORD is set, and KAFKA_SASL_ENABLED is not: say true or false"
        )
    if not enabled:
        return None
    for name in ("KAFKA_SASL_USERNAME", "KAFKA_SASL_PASSWORD"):
        reader.require(name, " beside KAFKA_SASL_ENABLED=true")
    return Sasl(username=username or "", password=password or Secret(""), mechanism=mechanism)


def _ssl(reader: _Reader) -> Ssl | None:
    enabled = reader.get("KAFKA_SSL_ENABLED", default=False)
    return _ssl_files(reader, "KAFKA_SSL_") if enabled else None


def _ssl_files(reader: _Reader, prefix: str) -> Ssl:
    certificate = reader.get(f"{prefix}CERTIFICATE_LOCATION")
    key = reader.get(f"{prefix}KEY_LOCATION")
    if certificate is not None and key is None:
        reader.require(f"{prefix}KEY_LOCATION", f" beside {prefix}CERTIFICATE_LOCATION")
    if key is not None and certificate is None:
        reader.require(f"{prefix}CERTIFICATE_LOCATION", f" beside {prefix}KEY_LOCATION")
    return Ssl(
        ca=reader.get(f"{prefix}CA_LOCATION"),
        certificate=certificate,
        key=key,
        key_password=reader.get(f"{prefix}KEY_PASSWORD"),
    )
