"""Who a service is at the cluster and at the registry: what belongs together and what contradicts itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, unquote

from eventpact.credentials import Sasl, Secret, Ssl
from eventpact.environment.parsing import without_user

if TYPE_CHECKING:
    from eventpact.environment.reader import Reader


def registry(reader: Reader) -> dict[str, Any]:
    """Where the registry is, and who the service is there."""
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


def sasl(reader: Reader) -> Sasl | None:
    """Who the service is on the cluster, where the cluster asks."""
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


def ssl(reader: Reader) -> Ssl | None:
    """TLS to the cluster, where it is switched on."""
    enabled = reader.get("KAFKA_SSL_ENABLED", default=False)
    return _ssl_files(reader, "KAFKA_SSL_") if enabled else None


def _ssl_files(reader: Reader, prefix: str) -> Ssl:
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
