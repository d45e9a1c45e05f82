"""Confluent Schema Registry, and the embedded registry, which answers as its newest release does."""

from __future__ import annotations

from eventpact_registry.vendors.vendor import Vendor

_FIRST_WITH_OWNERS = 8
"""Releases before may not find a schema that has metadata for who looks it up without, as services do."""

_EMBEDDED_CLUSTER = "eventpact"


def confluent(version: str) -> Vendor:
    """The registry of a release, by what `GET /v1/metadata/version` says."""
    major = version.partition(".")[0]
    if major.isascii() and major.isdigit() and int(major) >= _FIRST_WITH_OWNERS:
        return Vendor(name=f"Confluent Schema Registry {version}")
    return Vendor(
        name=f"Confluent Schema Registry {version}",
        no_owners=f"it is older than release {_FIRST_WITH_OWNERS}, whose look-ups find schemas with metadata",
    )


def is_embedded(cluster: str) -> bool:
    """Whether this is the embedded registry, by what `GET /v1/metadata/id` calls its cluster."""
    return cluster == _EMBEDDED_CLUSTER


EMBEDDED = Vendor(name="the embedded registry")
UNKNOWN = Vendor(name="a registry", no_owners="it does not say which one it is, or is too old to")
"""One that answers neither question: an old release, a proxy, or somebody else's."""
