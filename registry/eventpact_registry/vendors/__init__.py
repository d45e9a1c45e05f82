"""Which registry answers, and where it is not as the others: one small file each, chosen by asking the server."""

from eventpact_registry.vendors.recognising import recognise
from eventpact_registry.vendors.vendor import Vendor

__all__ = ["Vendor", "recognise"]
