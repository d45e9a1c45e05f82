"""Contracts from AsyncAPI documents, versions 2 and 3: channels are topics, messages with Avro payloads are events.

Source: AsyncAPI 2.6 and 3.0, and their Kafka bindings 0.5. Read are channels with their Kafka binding (name,
partitions, replicas, configuration), messages with Avro payloads, the group ids of operations, and descriptions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from eventpact.avro.source import read
from eventpact.errors import ContractError, Problem, SchemaError
from eventpact_registry.contracts.layout import TYPES_FOLDER
from eventpact_registry.importers.assembling import Definition, Surroundings, assemble
from eventpact_registry.importers.documents import Documents, Part
from eventpact_registry.importers.drafts import Note, TopicDraft
from eventpact_registry.importers.schema_json import full_name, is_named
from eventpact_registry.importers.subject_names import is_topic_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from eventpact_registry.importers.drafts import Imported, Wishes

_GROUP: Final = re.compile(r"[a-z][a-z0-9-]{0,127}", re.ASCII)
_PARAMETER: Final = re.compile(r"\{([A-Za-z0-9_-]+)\}")
_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SETTING: Final = re.compile(r"[a-z0-9]+([._-][a-z0-9]+)*", re.ASCII)
_POLICIES: Final = ("delete", "compact")
_CONFLUENT: Final = "confluent."
"""How settings begin that only Confluent's own servers know."""
_MAX_NUMBER: Final = 2**63 - 1


def from_asyncapi(
    files: Sequence[Path], wishes: Wishes, on_progress: Callable[[int, int], None] = lambda _done, _total: None
) -> Imported:
    """A draft of one system from documents, in JSON or YAML.

    Raises:
        ContractError: a document cannot be read, is no AsyncAPI 2 or 3, or refers to what is not there.
    """
    found = _Found()
    for done, file in enumerate(files, 1):
        path = file.resolve()
        documents = Documents(path.parent)
        _Document(documents, documents.document(path), found).read()
        on_progress(done, len(files))
    around = Surroundings(
        topics=found.topics,
        description=found.description,
        owner=found.owner,
        groups={name: tuple(dict.fromkeys(topics)) for name, topics in found.groups.items()},
    )
    return assemble(found.definitions, wishes, found.notes, around)


@dataclass(slots=True)
class _Found:
    """What was read of all documents."""

    definitions: list[Definition] = field(default_factory=list)
    topics: dict[str, TopicDraft] = field(default_factory=dict)
    groups: dict[str, list[str]] = field(default_factory=dict)
    carried: dict[str, str] = field(default_factory=dict)
    """Event to its topic."""
    notes: list[Note] = field(default_factory=list)
    description: str | None = None
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class _Document:
    documents: Documents
    whole: Part
    found: _Found

    def read(self) -> None:
        version = str(self.whole.get("asyncapi") or "")
        if not version.startswith(("2.", "3.")):
            said = f"says asyncapi: {version}" if version else "does not say its version, as `asyncapi: 3.0.0`"
            hint = "AsyncAPI 2 and 3 are understood"
            raise ContractError(Problem(f"is no AsyncAPI document: it {said}", str(self.whole.file), hint=hint))
        info = self.documents.below(self.whole, "info")
        self.found.description = self.found.description or info.text("description") or info.text("title")
        self.found.owner = self.found.owner or info.text("contact", "name")
        names: dict[str, str] = {}
        for key, channel in self._each(self.whole, "channels"):
            name = self._topic(key, channel)
            if name is not None:
                names[key] = name
        for _, operation in self._each(self.whole, "operations"):  # of version 3; version 2 has them in channels
            of = str(operation.get("channel", "$ref")).rpartition("/")[2].replace("~1", "/").replace("~0", "~")
            if of in names:
                self._group(operation, names[of])
        for _, schema in self._each(self.documents.below(self.whole, "components"), "schemas"):
            body = self._avro(schema)
            if body is not None and full_name(body) not in self.found.carried:
                origin = str(schema.file)
                self.found.definitions.append(Definition(origin=origin, bodies=(body,), topic=TYPES_FOLDER))

    def _each(self, part: Part, key: str) -> Iterator[tuple[str, Part]]:
        """The entries of a mapping, with references followed."""
        holder = self.documents.below(part, key)
        if isinstance(holder.value, dict):
            for name, value in holder.value.items():
                yield name, self.documents.followed(Part(value, holder.file))

    def _topic(self, key: str, channel: Part) -> str | None:
        binding = self.documents.below(channel, "bindings", "kafka")
        said = binding.text("topic") or channel.text("address") or key
        name = self._name(said)
        if not is_topic_name(name):
            self.found.notes.append(Note(said, "left out: a topic's name is letters, digits, '.', '_' and '-'"))
            return None
        carries = 0
        for message in self._messages(channel):
            body = self._event(message, name)
            if body is None:
                continue
            carries += 1
            event = full_name(body)
            first = self.found.carried.setdefault(event, name)
            if first != name:
                self.found.notes.append(
                    Note(event, f"is on {name} too; an event belongs to one topic, and is on {first}")
                )
                continue
            self.found.definitions.append(Definition(origin=str(message.file), bodies=(body,), topic=name))
        if not carries:
            self.found.notes.append(Note(name, "left out: it has no message with an Avro payload"))
            return None
        self.found.topics.setdefault(name, self._settings(name, channel, binding))
        for action in ("publish", "subscribe"):
            self._group(self.documents.below(channel, action), name)
        return name

    def _name(self, said: str) -> str:
        """A channel as a topic's name: parameters in snake case, `.` for `/`."""
        name = _PARAMETER.sub(lambda found: "{" + _HUMP.sub("_", found[1]).replace("-", "_").lower() + "}", said)
        name = name.strip("/").replace("/", ".")
        if name != said:
            self.found.notes.append(Note(said, f"is no name of a topic in contracts: {name} stands for it"))
        return name

    def _messages(self, channel: Part) -> Iterator[Part]:
        """Messages of a channel: version 3 has `messages`, version 2 `publish` and `subscribe`, or `oneOf` there."""
        for _, message in self._each(channel, "messages"):
            yield message
        for action in ("publish", "subscribe"):
            message = self.documents.below(channel, action, "message")
            several = message.get("oneOf")
            for each in several if isinstance(several, list) else [message.value]:
                yield self.documents.followed(Part(each, message.file))

    def _event(self, message: Part, topic: str) -> dict[str, Any] | None:
        """The Avro record of a message, with the message's own words where the schema has none."""
        if not isinstance(message.value, dict):
            return None
        payload = self.documents.below(message, "payload")
        wrapped = payload.get("schemaFormat") is not None
        form = message.text("schemaFormat") or payload.text("schemaFormat") or ""
        schema = self.documents.below(payload, "schema") if wrapped else payload
        body = self._avro(schema)
        if body is None or (form and "avro" not in form):
            name = message.text("name") or message.text("title") or "a message"
            self.found.notes.append(Note(topic, f"{name} is left out: its payload is not one Avro type"))
            return None
        doc = message.text("description") or message.text("summary")
        return body if "doc" in body or doc is None else {**body, "doc": doc}

    def _avro(self, schema: Part) -> dict[str, Any] | None:
        """A named Avro type, which may be written as text."""
        value = schema.value
        if isinstance(value, str):
            try:
                value = read(value)[0]
            except SchemaError:
                return None
        return value if is_named(value) else None

    def _settings(self, name: str, channel: Part, binding: Part) -> TopicDraft:
        config = self.documents.below(binding, "topicConfiguration").value
        config = config if isinstance(config, dict) else {}
        policy = config.get("cleanup.policy")
        policies = policy if isinstance(policy, list) else str(policy or "").split(",")
        others = {
            key: str(value).lower() if isinstance(value, bool) else str(value)
            for key, value in config.items()
            if isinstance(value, (str, int, float)) and _SETTING.fullmatch(key) and not key.startswith(_CONFLUENT)
        }
        for key in ("cleanup.policy", "retention.ms"):
            others.pop(key, None)
        return TopicDraft(
            name=name,
            description=channel.text("description") or channel.text("summary") or channel.text("title"),
            partitions=_number(binding.get("partitions"), 100_000),
            replication_factor=_number(binding.get("replicas"), 1_000),
            retention_ms=-1 if config.get("retention.ms") == -1 else _number(config.get("retention.ms"), _MAX_NUMBER),
            cleanup_policy=tuple(each for each in _POLICIES if each in policies),
            config=others,
        )

    def _group(self, operation: Part, topic: str) -> None:
        """The consumer groups of an operation: its group id, or each that is allowed."""
        group = self.documents.below(operation, "bindings", "kafka", "groupId")
        allowed = group.get("enum")
        names = allowed if isinstance(allowed, list) else [group.get("const") or group.value]
        for name in names:
            if isinstance(name, str) and _GROUP.fullmatch(name):
                self.found.groups.setdefault(name, []).append(topic)
            elif isinstance(name, str):
                self.found.notes.append(Note(name, "left out: a group is lower case letters, digits and '-'"))


def _number(value: Any, most: int) -> int | None:
    """A positive whole number that is not too large."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= most else None
