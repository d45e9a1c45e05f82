"""A draft of one system from schemas that stand alone: files, classes, payloads of messages.

What others use by name, or define alike, becomes a shared type that they refer to; every other record is an event, on
the topic that its source or `Wishes.places` says, else on one of its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from eventpact.errors import ContractError, Problem, SchemaError
from eventpact_registry.contracts.layout import TYPES_FOLDER
from eventpact_registry.contracts.model import Reference
from eventpact_registry.importers.drafts import Imported, Note, SeriesDraft, SystemDraft, TopicDraft, VersionDraft
from eventpact_registry.importers.schema_json import full_name, take_out

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from eventpact_registry.importers.drafts import Wishes

_WORDS: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|_+")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Definition:
    """An event or type with its versions in order, as a source has it."""

    origin: str
    """Where it was found, as a user knows it: a file, a class."""
    bodies: tuple[dict[str, Any], ...]
    """Each version as JSON, which may hold `references` as contracts write them."""
    topic: str | None = None
    """On the broker; `types` for a shared type; None where the source does not say."""

    @property
    def full_name(self) -> str:
        """That of the latest version."""
        return full_name(self.bodies[-1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What else a source tells of a system."""

    topics: Mapping[str, TopicDraft] = field(default_factory=dict)
    """What is known of topics, by name; their events are filled in."""
    description: str | None = None
    owner: str | None = None
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def assemble(
    definitions: Sequence[Definition],
    wishes: Wishes,
    notes: Sequence[Note] = (),
    around: Surroundings = Surroundings(),
) -> Imported:
    """A draft of one system.

    Raises:
        ContractError: there is nothing to import, one name has two definitions, or a schema nests too deeply.
    """
    return _Assembly(_single(definitions, wishes), wishes, [*notes]).imported(around)


def topic_of(name: str, wishes: Wishes) -> str:
    """The name of a topic for the folder, or event, of a name: `OrderPlaced` is on `order-placed`."""
    return wishes.topic_name.replace("{topic}", name)


def kebab(name: str) -> str:
    """`OrderPlaced` as `order-placed`."""
    return "-".join(filter(None, _WORDS.split(name))).lower()


def _single(definitions: Sequence[Definition], wishes: Wishes) -> dict[str, Definition]:
    """Definitions by full name, each once."""
    found: dict[str, Definition] = {}
    problems = []
    for definition in definitions:
        if not wishes.in_namespace(definition.full_name):
            continue
        first = found.setdefault(definition.full_name, definition)
        if first is not definition and first.bodies != definition.bodies:
            hint = "remove one; versions of one type are files NAME.v1.avsc and NAME.v2.avsc in one folder"
            text = f"{definition.full_name} is defined in {first.origin} too, and differently"
            problems.append(Problem(text, definition.origin, hint=hint))
    if problems:
        raise ContractError(*problems)
    return found


class _Assembly:
    """Definitions being sorted into shared types and events."""

    def __init__(self, definitions: dict[str, Definition], wishes: Wishes, notes: list[Note]) -> None:
        self._definitions = definitions
        self._wishes = wishes
        self._notes = notes
        self._hoisted: dict[str, dict[str, Any]] = {}
        """Types that were taken out of others, by full name."""
        names = self._shared_names()
        self._bodies = {
            name: tuple(self._without(body, names) for body in definition.bodies)
            for name, definition in definitions.items()
        }
        self._bodies |= {name: (body,) for name, body in self._hoisted.items() if name not in self._bodies}
        self._uses = {name: [take_out(body).used for body in bodies] for name, bodies in self._bodies.items()}
        self._used = {used for all_used in self._uses.values() for used in set().union(*all_used)}

    def imported(self, around: Surroundings) -> Imported:
        """The draft, with the notes."""
        types, events = [], []
        for name in sorted(self._bodies):
            topic = self._topic(name)
            if topic == TYPES_FOLDER:
                types.append(self._series(name))
            elif self._wishes.wants_topic(topic):
                events.append((topic, self._series(name)))
        if self._wishes.topics:
            types = self._needed(types, [series for _, series in events])
        chosen = [series.full_name for series in (*types, *(series for _, series in events))]
        name, namespace = self._wishes.named(chosen)
        by_topic: dict[str, list[SeriesDraft]] = {}
        for topic, series in events:
            by_topic.setdefault(topic, []).append(series)
        system = SystemDraft(
            name=name,
            namespace=namespace,
            topic_name=self._wishes.topic_name,
            description=around.description,
            owner=self._wishes.owner or around.owner,
            topics=tuple(_topic(topic, by_topic[topic], around) for topic in sorted(by_topic)),
            types=tuple(types),
            groups=_groups(around, by_topic.keys()),
        )
        return Imported(system, tuple(self._notes))

    def _shared_names(self) -> set[str]:
        """Types inside of definitions that others use by name, or define in the same words."""
        owners: dict[str, set[str]] = {}
        texts: dict[str, list[dict[str, Any]]] = {}
        used: set[str] = set()
        for name, definition in self._definitions.items():
            owners.setdefault(name, set()).add(name)
            texts.setdefault(name, []).append(definition.bodies[-1])
            for body in definition.bodies:
                taken = _taken(body, definition.origin)
                used |= taken.used
                for inner, text in taken.defined.items():
                    owners.setdefault(inner, set()).add(name)
                    texts.setdefault(inner, []).append(text)
        return {
            name
            for name in owners
            if (len(owners[name]) > 1 or name in used) and all(text == texts[name][0] for text in texts[name])
        }

    def _without(self, body: dict[str, Any], names: set[str]) -> dict[str, Any]:
        """A body that refers to shared types which it defined; those are kept, and what they hold likewise."""
        taken = take_out(body, names)
        for name, inner in taken.out.items():
            if name not in self._hoisted:
                self._hoisted[name] = {}  # a type may hold itself by way of others
                self._hoisted[name] = self._without(inner, names)
        return taken.body

    def _topic(self, name: str) -> str:
        """The topic of an event; `types` for a shared type."""
        definition = self._definitions.get(name)
        if definition is None or name in self._used or self._bodies[name][-1].get("type") != "record":
            return TYPES_FOLDER
        placed = self._wishes.place_of(name) or definition.topic
        return placed or topic_of(kebab(name.rpartition(".")[2]), self._wishes)

    def _series(self, name: str) -> SeriesDraft:
        versions = []
        for body, used in zip(self._bodies[name], self._uses[name], strict=True):
            pinned = {pin.name: pin for pin in _pins(body)}
            pins = [pinned.get(needed) or self._newest(needed, name) for needed in sorted(used)]
            bare = {key: value for key, value in body.items() if key != "references"}
            versions.append(VersionDraft(bare, tuple(pins)))
        return SeriesDraft(name, tuple(versions))

    def _newest(self, needed: str, by: str) -> Reference:
        count = len(self._bodies.get(needed, ((),)))
        if count > 1:
            text = f"nothing says which version of {needed} it means: version {count} is a guess"
            self._notes.append(Note(by, text))
        return Reference(needed, count)

    def _needed(self, types: list[SeriesDraft], events: Sequence[SeriesDraft]) -> list[SeriesDraft]:
        """The types that events refer to, or that these refer to."""
        known = {series.full_name: series for series in types}
        pending, found = list(events), set[str]()
        while pending:
            for version in pending.pop().versions:
                for pin in version.references:
                    if pin.name in known and pin.name not in found:
                        found.add(pin.name)
                        pending.append(known[pin.name])
        return [known[name] for name in sorted(found)]


def _taken(body: dict[str, Any], origin: str) -> Any:
    try:
        return take_out(body)
    except SchemaError as error:
        raise ContractError(Problem(error.message, origin, hint=error.hint)) from error


def _pins(body: Mapping[str, Any]) -> Iterator[Reference]:
    """The references that a body brings, where they are written as contracts write them."""
    found = body.get("references")
    for entry in found if isinstance(found, list) else ():
        if isinstance(entry, dict) and isinstance(entry.get("name"), str) and isinstance(entry.get("version"), int):
            yield Reference(entry["name"], entry["version"])


def _topic(name: str, events: Sequence[SeriesDraft], around: Surroundings) -> TopicDraft:
    known = around.topics.get(name) or TopicDraft(name=name)
    return TopicDraft(
        name=name,
        events=tuple(sorted(events, key=lambda series: series.name)),
        description=known.description,
        partitions=known.partitions,
        replication_factor=known.replication_factor,
        retention_ms=known.retention_ms,
        cleanup_policy=known.cleanup_policy,
        config=known.config,
    )


def _groups(around: Surroundings, topics: Any) -> dict[str, tuple[str, ...]]:
    """Consumer groups with those of their topics that are imported."""
    kept = {name: tuple(topic for topic in read if topic in topics) for name, read in around.groups.items()}
    return {name: read for name, read in kept.items() if read}
