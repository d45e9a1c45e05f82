"""Classes that no contract made, sent through the codecs all the same: `adapt(Model, schema=…)`."""

from eventpact.adapters.adapter import Adapted, Adapter, adapt

__all__ = ["Adapted", "Adapter", "adapt"]
