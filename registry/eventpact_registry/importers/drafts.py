"""What every source of an import comes to: a draft of one system, and notes on what had to be guessed or left out."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from eventpact.errors import ContractError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Literal

    from eventpact_registry.contracts.model import Mode, Reference, SubjectStrategy

_SYSTEM_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,62}", re.ASCII)
_NAMESPACE: Final = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Note:
    """Something that the source does not tell, or that contracts cannot say."""

    about: str
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class VersionDraft:
    """One version of an event or a shared type."""

    body: Mapping[str, Any]
    """The schema as JSON, without `references`."""
    references: tuple[Reference, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class SeriesDraft:
    """An event or a shared type with its versions, of which the first is version 1."""

    full_name: str
    """That of the latest version."""
    versions: tuple[VersionDraft, ...]

    @property
    def name(self) -> str:
        """The short name, which files are named by."""
        return self.full_name.rpartition(".")[2]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class TopicDraft:
    """A topic, as far as the source tells it."""

    name: str
    """On the broker; may hold run-time parameters such as `{tenant_id}`."""
    purpose: Literal["events", "retry", "dead-letters"] = "events"
    events: tuple[SeriesDraft, ...] = ()
    description: str | None = None
    owner: str | None = None
    """The system's own when None."""
    partitions: int | None = None
    replication_factor: int | None = None
    retention_ms: int | None = None
    cleanup_policy: tuple[str, ...] = ()
    """Kafka's own, `delete`, when empty."""
    config: Mapping[str, str] = field(default_factory=dict)
    """What is set beside retention and clean-up, in Kafka's names."""
    compatibility: Mode | None = None
    strategy: SubjectStrategy | None = None


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class SystemDraft:
    """A system, as far as the source tells it."""

    name: str
    namespace: str
    topic_name: str = "{topic}"
    description: str | None = None
    owner: str | None = None
    topics: tuple[TopicDraft, ...] = ()
    types: tuple[SeriesDraft, ...] = ()
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Consumer group to the names of the topics that it reads."""


@dataclass(frozen=True, slots=True, eq=False)
class Imported:
    """What a source gave."""

    system: SystemDraft
    notes: tuple[Note, ...]


class Place(NamedTuple):
    """Where records go: `io.caas.chat.Message*` to `chat.messages.{tenant_id}`."""

    pattern: str
    """On full names."""
    topic: str
    """Its name on the broker, parameters as they are written; `types` makes a shared type of the record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What whoever imports says, because no source can."""

    system: str | None = None
    """Name of the system; the last word of the namespace when left out."""
    namespace: str | None = None
    """Only what is in it is imported; what all records have in common when left out."""
    topics: tuple[str, ...] = ()
    """Patterns on topics' names; all topics when empty."""
    topic_name: str = "{topic}"
    """How a topic's folder makes its name on the broker."""
    places: tuple[Place, ...] = ()
    """Which topics records go to, where the source does not tell; the first that fits wins."""
    owner: str | None = None

    def wants_topic(self, name: str) -> bool:
        """Whether a topic, or a name with parameters, is among those to import."""
        return not self.topics or any(fnmatchcase(name, pattern) for pattern in self.topics)

    def in_namespace(self, full_name: str) -> bool:
        """Whether a record or type is among those to import."""
        return self.namespace is None or full_name.startswith(f"{self.namespace}.")

    def place_of(self, full_name: str) -> str | None:
        """The topic that was said for a record; `types` for a shared type; None where nothing was said."""
        return next((place.topic for place in self.places if fnmatchcase(full_name, place.pattern)), None)

    def named(self, full_names: Iterable[str]) -> tuple[str, str]:
        """The system's name and namespace, given the full names of all that is imported.

        Raises:
            ContractError: nothing is imported, the names have no namespace in common, or a wish is no name.
        """
        names = list(full_names)
        if not names:
            hint = "look at what --namespace and --topics select, and at what the source holds"
            raise ContractError(Problem("there is nothing to import", hint=hint))
        namespace = self.namespace or _common(names)
        if not _NAMESPACE.fullmatch(namespace):
            hint = "a namespace is lower case words joined by dots, like io.quikapp"
            raise ContractError(Problem(f"'{namespace}' cannot be a system's namespace", hint=hint))
        name = self.system or namespace.rpartition(".")[2].replace("_", "-")
        if not _SYSTEM_NAME.fullmatch(name):
            raise ContractError(
                Problem(f"'{name}' cannot be a system's name", hint="a system is lower case letters, digits and '-'")
            )
        return name, namespace


def _common(full_names: list[str]) -> str:
    """The longest namespace that all names are in, of lower case words."""
    spaces = [name.split(".")[:-1] for name in full_names]
    common: list[str] = []
    for words in zip(*spaces, strict=False):
        if len(set(words)) > 1 or not _NAMESPACE.fullmatch(words[0]):
            break
        common.append(words[0])
    if not common:
        found = sorted({".".join(words[:2]) or "(none)" for words in spaces})
        listing = ", ".join(found[:8]) + (f" and {len(found) - 8} more" if found[8:] else "")
        raise ContractError(
            Problem(
                f"the records have no namespace in common: {listing}",
                hint="a system has one; import each with --namespace",
            )
        )
    return ".".join(common)
