"""`settings.md`: the environment variables of a service, and what clients use where nobody says otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from eventpact.environment import VARIABLES
from eventpact.produce.profiles import PROFILES
from eventpact.settings import CONSUMER_DEFAULTS, PRODUCER_DEFAULTS, REQUIRED_VARIABLES, Sasl, Secret, Settings
from eventpact_cli.reference.markdown import code, table
from eventpact_cli.reference.markdown import page as whole

if TYPE_CHECKING:
    from collections.abc import Mapping

_INTRODUCTION: Final = f"""\
`Settings.from_env()` reads these variables and reports every wrong one in a single `SettingsError`. A variable that is
set but empty counts as not set. Passwords are never shown. [Security](../security.md) tells how it all goes together.

{", ".join(code(name) for name in REQUIRED_VARIABLES)} are required, unless `KAFKA_ENABLED` is off."""

_TOGETHER: Final = """\
- `KAFKA_SASL_ENABLED=true` needs `KAFKA_SASL_USERNAME` and `KAFKA_SASL_PASSWORD`, or, with the mechanism OAUTHBEARER, a
  token file or client credentials. PLAIN and OAUTHBEARER need `KAFKA_SSL_ENABLED=true`, or
  `KAFKA_SASL_WITHOUT_TLS=true`.
- A secret stands in its variable or in the file that the variable with `_FILE` names, never in both.
- The certificate and the key of `KAFKA_SSL_` go together, and so do user and password of the registry. Certificates
  are looked at before anything connects: one that has expired, or is of another key, is an error.
- `KAFKA_CONSUMER_GROUP` and `CONSUMER_GROUP_ID` mean the same; when both are set they must agree.
- `SCHEMA_REGISTRY_URL` may hold the user and the password itself: `https://user:password@host`. They are taken out of
  it, in code too, so that no error shows them.
- `METRICS_ADDRESS` needs `METRICS_PORT`.
- Any other variable that begins with `KAFKA_SASL_`, `KAFKA_SSL_` or `KAFKA_SECURITY_` is an error that says which name
  is read: passed over, it would leave a connection open that somebody meant to secure. `KAFKA_SECURITY_PROTOCOL` may
  stand where it says the same as `KAFKA_SASL_ENABLED` and `KAFKA_SSL_ENABLED`; what Kubernetes sets is no matter.
- A variable that nobody reads, and whose name is nearly that of one that is not set, is warned of in the log:
  `KAFKA_BROKER is not known: did you mean KAFKA_BROKERS?` It is no error, for others may read it."""

_PROPERTIES: Final = """\
Properties in librdkafka's names. What the contracts set under `producer`, `consumer` and a group's `settings` wins over
them, and the environment wins over both. Offsets are never committed automatically, whatever the contracts say.

A number that is none is an error that says whether the contracts or `Settings` hold it. What has a setting of its own
is refused among the properties: `group.id` is `KAFKA_CONSUMER_GROUP`, `transactional.id` is said to the producer."""

_DEFAULTS: Final[Mapping[str, str]] = {
    "KAFKA_ENABLED": "enabled",
    "DEFAULT_PARTITIONS": "partitions",
    "DEFAULT_REPLICATION_FACTOR": "replication_factor",
    "MESSAGE_RETENTION_DAYS": "retention_days",
}
"""Variables whose absence means something to the attribute of `Settings` that says what."""


def page() -> str:
    """The page's text."""
    return whole(
        "Settings",
        _INTRODUCTION,
        table(("variable", "what it says", "expected", "default"), _variables()),
        "What belongs together:",
        _TOGETHER,
        "## What clients use unless told otherwise",
        _PROPERTIES,
        "### Producers",
        _properties(PRODUCER_DEFAULTS),
        *(part for name in PROFILES for part in _profile(name)),
        "### Consumer groups",
        _properties(CONSUMER_DEFAULTS),
    )


def _profile(name: str) -> tuple[str, str]:
    rows = [(code(property_), code(choice.value), choice.reason) for property_, choice in PROFILES[name].items()]
    return f"#### Profile `{name}`", table(("property", "value", "reason"), rows)


def _variables() -> list[tuple[str, str, str, str]]:
    unset = Settings.from_env({}, required=())
    defaults = {name: str(getattr(unset, attribute)).lower() for name, attribute in _DEFAULTS.items()}
    defaults["KAFKA_SASL_ENABLED"] = str(unset.sasl is not None).lower()
    defaults["KAFKA_SSL_ENABLED"] = str(unset.ssl is not None).lower()
    defaults["KAFKA_SASL_MECHANISM"] = Sasl(username="", password=Secret("")).mechanism
    return [
        (code(variable.name), variable.meaning, variable.expected, code(defaults.get(variable.name, "")))
        for variable in VARIABLES.values()
    ]


def _properties(values: Mapping[str, str]) -> str:
    return table(("property", "value"), [(code(name), code(value)) for name, value in values.items()])
