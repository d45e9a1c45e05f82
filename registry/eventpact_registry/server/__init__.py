"""The embedded schema registry: Confluent's REST API for Avro on SQLite, judged by our own resolver."""

from eventpact_registry.server.app import create_app
from eventpact_registry.server.embedded import EmbeddedRegistry

__all__ = ["EmbeddedRegistry", "create_app"]
