"""The embedded schema registry: Confluent's REST API for Avro on SQLite, judged by our own resolver."""

from eventpact_registry.server.app import App
from eventpact_registry.server.embedded import EmbeddedRegistry, Tls
from eventpact_registry.server.limits import Limits
from eventpact_registry.server.users import Users

__all__ = ["App", "EmbeddedRegistry", "Limits", "Tls", "Users"]
