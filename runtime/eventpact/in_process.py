"""What answers inside this process at addresses where a server would be: for tests, without sockets and waiting.

Nothing is here in a service. Settings name such an address like any other (`KAFKA_BROKERS=in-process-1:1`), so code
under test needs no other way to its clients than the one it has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from confluent_kafka.schema_registry import SchemaRegistryClient

CLUSTERS: Final[dict[str, Mapping[Callable[..., Any], Callable[..., Any]]]] = {}
"""Bootstrap servers to the classes that take the place of the Kafka client's own: `{confluent_kafka.Producer: …}`."""

REGISTRIES: Final[dict[str, SchemaRegistryClient]] = {}
"""A registry's URL to its client."""
