"""Who a service is at the cluster and at the registry: what belongs together and what contradicts itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from eventpact.credentials import ClientCredentials, OAuthBearer, Sasl, Secret, SecretFile, Ssl
from eventpact.credentials.checks import cluster_problems, registry_problems
from eventpact.environment.parsing import UnfitError, user_of, without_user

if TYPE_CHECKING:
    from urllib.parse import SplitResult

    from eventpact.environment.reader import Reader

_OAUTH: Final = "KAFKA_SASL_OAUTHBEARER_"
_PROVIDER: Final = tuple(f"{_OAUTH}{name}" for name in ("TOKEN_ENDPOINT_URL", "CLIENT_ID"))
_USER: Final = tuple(f"KAFKA_SASL_{name}" for name in ("USERNAME", "USERNAME_FILE", "PASSWORD", "PASSWORD_FILE"))


def cluster(reader: Reader, *, connects: bool) -> dict[str, Any]:
    """Who the service is on the cluster, whom it trusts there, and what speaks against it.

    Files are looked at only where something `connects`: a desk without Kafka has none of them.
    """
    arguments: dict[str, Any] = {"sasl": _sasl(reader), "ssl": _ssl(reader)}
    if connects:
        reader.problems += cluster_problems(**arguments)
    return arguments


def registry(reader: Reader, *, connects: bool) -> dict[str, Any]:
    """Where the registry is, who the service is there, and what speaks against it; files as in `cluster`."""
    urls: list[SplitResult] = reader.get("SCHEMA_REGISTRY_URL", [])
    username, password = _pair(reader, "SCHEMA_REGISTRY_USERNAME", "SCHEMA_REGISTRY_PASSWORD")
    try:
        username, password = user_of(urls, username, password)
    except UnfitError:
        reader.problems.append("SCHEMA_REGISTRY_URL names a user, and another one is given beside it: keep one")
    token = _secret(reader, "SCHEMA_REGISTRY_TOKEN")
    if token is not None and username is not None:
        reader.problems.append("SCHEMA_REGISTRY_TOKEN and a user of the registry are given: keep one")
    found = _ssl_files(reader, "SCHEMA_REGISTRY_SSL_")
    ssl = None if found == Ssl() else found
    plain = ",".join(map(without_user, urls))
    if connects:
        reader.problems += registry_problems(plain, ssl)
    return {
        "registry_url": plain,
        "registry_username": username,
        "registry_password": password,
        "registry_token": token,
        "registry_cluster": reader.get("SCHEMA_REGISTRY_LOGICAL_CLUSTER", ""),
        "registry_ssl": ssl,
    }


def _secret(reader: Reader, name: str) -> Any:
    """What stands in a variable, a secret mostly, or a `SecretFile` where `NAME_FILE` names one."""
    given = reader.get(name)
    path: str | None = reader.get(f"{name}_FILE")
    if path is None:
        return given
    if given is not None:
        reader.problems.append(f"{name} and {name}_FILE are given: keep one")
    return SecretFile(path, variable=f"{name}_FILE")


def _pair(reader: Reader, user: str, password: str) -> tuple[Any, Any]:
    """A user and a password, which go together."""
    found = _secret(reader, user), _secret(reader, password)
    for one, other, missing in ((user, password, found[1]), (password, user, found[0])):
        if missing is None and (found[0] or found[1]) is not None:
            reader.require(other, f" beside {one}")
    return found


def _sasl(reader: Reader) -> Sasl | OAuthBearer | None:
    enabled = reader.get("KAFKA_SASL_ENABLED")
    given = [name for name in reader.set_of("KAFKA_SASL_") if name != "KAFKA_SASL_ENABLED"]
    if enabled is None and not reader.given("KAFKA_SASL_ENABLED") and given:
        reader.problems.append(f"{' and '.join(given)} is set, and KAFKA_SASL_ENABLED is not: say true or false")
    if not enabled:
        return None
    mechanism: str = reader.get("KAFKA_SASL_MECHANISM", "SCRAM-SHA-512")
    without_tls: bool = reader.get("KAFKA_SASL_WITHOUT_TLS", default=False)
    foreign = [name for name in given if name in _USER if mechanism == "OAUTHBEARER"]
    foreign += [name for name in given if name.startswith(_OAUTH) if mechanism != "OAUTHBEARER"]
    if foreign:
        reader.problems.append(f"{' and '.join(foreign)} is of no use to KAFKA_SASL_MECHANISM={mechanism}: keep one")
        return None
    if mechanism == "OAUTHBEARER":
        return _oauth(reader, without_tls=without_tls)
    username, password = _secret(reader, "KAFKA_SASL_USERNAME"), _secret(reader, "KAFKA_SASL_PASSWORD")
    for name, found in (("KAFKA_SASL_USERNAME", username), ("KAFKA_SASL_PASSWORD", password)):
        if found is None:
            reader.require(name, " beside KAFKA_SASL_ENABLED=true")
    return Sasl(username=username or "", password=password or Secret(""), mechanism=mechanism, without_tls=without_tls)


def _oauth(reader: Reader, *, without_tls: bool) -> OAuthBearer | None:
    path: str | None = reader.get(f"{_OAUTH}TOKEN_FILE")
    others = [name for name in reader.set_of(_OAUTH) if name != f"{_OAUTH}TOKEN_FILE"]
    if path is not None:
        if others:
            reader.problems.append(f"{_OAUTH}TOKEN_FILE and {' and '.join(others)} are given: keep one way to a token")
        return OAuthBearer(source=SecretFile(path, variable=f"{_OAUTH}TOKEN_FILE"), without_tls=without_tls)
    if not others:
        reader.problems.append(
            f"{_OAUTH}TOKEN_FILE or {_OAUTH}TOKEN_ENDPOINT_URL is missing beside KAFKA_SASL_MECHANISM=OAUTHBEARER"
        )
        return None
    secret = _secret(reader, f"{_OAUTH}CLIENT_SECRET")
    for name in (*_PROVIDER, *((f"{_OAUTH}CLIENT_SECRET",) if secret is None else ())):
        reader.require(name, " beside KAFKA_SASL_MECHANISM=OAUTHBEARER")
    provider = ClientCredentials(
        url=reader.get(f"{_OAUTH}TOKEN_ENDPOINT_URL", ""),
        client_id=reader.get(f"{_OAUTH}CLIENT_ID", ""),
        client_secret=secret or Secret(""),
        scope=reader.get(f"{_OAUTH}SCOPE"),
        extensions=reader.get(f"{_OAUTH}EXTENSIONS"),
        ca=reader.get(f"{_OAUTH}CA_LOCATION"),
    )
    return OAuthBearer(source=provider, without_tls=without_tls)


def _ssl(reader: Reader) -> Ssl | None:
    given = [name for name in reader.set_of("KAFKA_SSL_") if name != "KAFKA_SSL_ENABLED"]
    if reader.get("KAFKA_SSL_ENABLED", default=False):
        return _ssl_files(reader, "KAFKA_SSL_")
    if given:
        reader.problems.append(f"{' and '.join(given)} is set without KAFKA_SSL_ENABLED=true: set it, or no files")
    return None


def _ssl_files(reader: Reader, prefix: str) -> Ssl:
    return Ssl(
        ca=reader.get(f"{prefix}CA_LOCATION"),
        certificate=reader.get(f"{prefix}CERTIFICATE_LOCATION"),
        key=reader.get(f"{prefix}KEY_LOCATION"),
        key_password=_secret(reader, f"{prefix}KEY_PASSWORD"),
    )
