"""Findings: what the gate has to say, as data. Formatters in `reports/` turn them into text."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import date

    from eventpact_registry.contracts.model import Location


class Severity(StrEnum):
    """How much a finding weighs; only errors fail a run."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counterexample:
    """A message that was really encoded with the writer's schema and really failed in the reader's."""

    writer: str
    """`MessageSent v2`."""
    reader: str
    value: Any
    """The message as plain JSON."""
    data: bytes
    """Its Avro bytes."""
    error: str
    """What decoding said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    """Who says that a finding is meant, and what it would weigh otherwise."""

    severity: Severity
    reason: str
    by: str
    until: date
    """The last day on which it holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that a contract breaks or lacks."""

    rule: str
    severity: Severity
    """A note when it is approved."""
    message: str
    location: Location
    path: str = ""
    """JSON pointer inside the schema, where there is one."""
    mode: str | None = None
    """The compatibility mode that is broken."""
    hint: str = ""
    groups: tuple[str, ...] = ()
    """Consumer groups that are hit, as `system/group`."""
    packages: tuple[str, ...] = ()
    """Generated packages that are hit, by the name of their distribution."""
    docs: str = ""
    """Where the rule is explained: an anchor in this project's documentation, or what a plug-in gave."""
    approved: Approved | None = None
    """Set where `eventpact.yaml` approves it."""
    counterexample: Counterexample | None = None
    details: dict[str, str] = field(default_factory=dict)
    """Of a break: `kind` (Avro Java's), `writer`, `reader`, and what the `resolver` said."""
