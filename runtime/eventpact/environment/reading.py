"""The arguments of `Settings` that an environment makes."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final

from eventpact.environment import security, unread
from eventpact.environment.reader import Reader
from eventpact.errors import SettingsError
from eventpact.produce.spool_settings import SpoolSettings

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_LOG: Final = logging.getLogger("eventpact.settings")


def read(environ: Mapping[str, str], required: Collection[str]) -> dict[str, Any]:
    """The arguments of `Settings` that an environment makes; `required` names what must be set.

    Names that are nearly those of variables that are not set are warned of in the log.

    Raises:
        SettingsError: names every variable that is missing or wrong.
    """
    for sentence in unread.misspelt(environ):
        _LOG.warning("%s", sentence)
    reader = Reader(environ)
    enabled = reader.get("KAFKA_ENABLED", default=True)
    if enabled:
        for name in required:
            reader.require(name, " (or set KAFKA_ENABLED=false)")
    arguments = {
        "enabled": enabled,
        "brokers": reader.get("KAFKA_BROKERS", ""),
        "client_id": reader.get("KAFKA_CLIENT_ID", ""),
        **security.registry(reader, connects=enabled),
        "consumer_group": _consumer_group(reader),
        "session_timeout_ms": reader.get("KAFKA_SESSION_TIMEOUT_MS"),
        "fetch_wait_ms": reader.get("KAFKA_FETCH_WAIT_MS"),
        "acks": reader.get("PRODUCER_ACKS"),
        "compression": reader.get("PRODUCER_COMPRESSION"),
        "profile": reader.get("PRODUCER_PROFILE"),
        "delivery_timeout_ms": reader.get("PRODUCER_DELIVERY_TIMEOUT_MS"),
        "spool": _spool(reader),
        **security.cluster(reader, connects=enabled),
        "partitions": reader.get("DEFAULT_PARTITIONS", 3),
        "replication_factor": reader.get("DEFAULT_REPLICATION_FACTOR", 3),
        "retention_days": reader.get("MESSAGE_RETENTION_DAYS", 30),
        "log_level": reader.get("LOG_LEVEL"),
        "metrics_port": reader.get("METRICS_PORT"),
        "metrics_address": reader.get("METRICS_ADDRESS", "127.0.0.1"),
        "tracing": reader.get("TRACING_ENABLED", default=False),
    }
    reader.problems += unread.problems(environ, arguments["sasl"], arguments["ssl"])
    if reader.given("METRICS_ADDRESS"):
        reader.require("METRICS_PORT", " beside METRICS_ADDRESS")
    if reader.problems:
        raise SettingsError(*reader.problems)
    return arguments


def _spool(reader: Reader) -> SpoolSettings | None:
    path: str | None = reader.get("PRODUCER_SPOOL")
    told = {
        "max_bytes": reader.get("PRODUCER_SPOOL_MAX_BYTES"),
        "max_records": reader.get("PRODUCER_SPOOL_MAX_RECORDS"),
        "synchronous": reader.get("PRODUCER_SPOOL_SYNCHRONOUS"),
    }
    if path is None:
        for name in reader.set_of("PRODUCER_SPOOL_"):
            reader.require("PRODUCER_SPOOL", f" beside {name}")
        return None
    return SpoolSettings(path=path, **{name: value for name, value in told.items() if value is not None})


def _consumer_group(reader: Reader) -> str | None:
    group: str | None = reader.get("KAFKA_CONSUMER_GROUP")
    other: str | None = reader.get("CONSUMER_GROUP_ID")
    if group is not None and other is not None and group != other:
        reader.problems.append(
            f"KAFKA_CONSUMER_GROUP={group!r} and CONSUMER_GROUP_ID={other!r} mean the same and differ: set one of them"
        )
    return group or other
