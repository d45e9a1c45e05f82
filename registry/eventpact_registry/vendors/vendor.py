"""What registries differ in, as far as plans and services notice."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendor:
    """A kind of registry."""

    name: str
    lists_schemas: bool = True
    """Whether `GET /schemas` gives whole versions: subject, version, text and references."""
    no_owners: str = ""
    """Why a subject's owner is not kept in it; empty where it is."""
