"""Apicurio Registry behind its Confluent-compatible API (`/apis/ccompat/v7`)."""

from __future__ import annotations

from eventpact_registry.vendors.vendor import Vendor

CONTEXTS = [":.:"]
"""What it alone answers to `GET /contexts`; Confluent's says `["."]`."""

APICURIO = Vendor(
    name="Apicurio Registry",
    lists_schemas=False,  # without texts
    no_owners="it keeps no metadata of schemas behind this API",
)
