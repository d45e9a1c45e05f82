"""One test: a property of one version, or of a pair of versions, of an event or a shared type."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from eventpact_testing.properties.plain import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from hypothesis.strategies import SearchStrategy

    from eventpact_registry.contracts.model import SchemaVersion
    from eventpact_testing.properties.subject import Subject


class Violation(Exception):  # noqa: N818 - an outcome, with its evidence
    """A property does not hold."""

    def __init__(self, message: str, *, path: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.path = path
        """Where in the event, as far as that is known."""
        self.value: Any = None
        """The event as JSON can show it; set by what runs the case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What a case tries, made when it is run."""

    check: Callable[[Any], None]
    """Raises `Violation`."""
    always: Iterable[Any] = ()
    """Values that are tried in any case."""
    values: SearchStrategy[Any] | None = None
    """Further values; None where those that are always tried are all there are."""
    show: Callable[[Any], Any] = shown
    """A value as JSON, for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A property of a subject, for the versions given."""

    claim: str
    """The property's short name, `backward`."""
    subject: Subject
    writer: SchemaVersion
    reader: SchemaVersion
    """The writer itself where only one version takes part."""
    prepare: Callable[[], Trial] = field(repr=False)
    weight: float = 1
    """How many examples it gets, in parts of what the profile gives: fewer where one costs more."""

    @property
    def name(self) -> str:
        """How tests are called: `quikapp/MessageSent v1→v3 backward`."""
        versions = f"v{self.writer.version}"
        if self.reader is not self.writer:
            versions += f"→v{self.reader.version}"
        return f"{self.subject.name} {versions} {self.claim}"
