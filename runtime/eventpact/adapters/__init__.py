"""Classes that no contract made, sent through the codecs all the same: `adapt(Model, schema=…)`."""

from eventpact.adapters.adapter import Adapter, adapt

__all__ = ["Adapter", "adapt"]
