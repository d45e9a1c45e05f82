"""Whether the Avro paths of keys, headers and filled fields lead somewhere in the events that they are for.

A path in a `topic.yaml` is meant for that topic's events. One in a system's defaults is meant for those events that
have it, but some event must.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from eventpact_registry.contracts.avro_paths import known_paths
from eventpact_registry.contracts.model import Fill
from eventpact_registry.contracts.problems import nearest
from eventpact_registry.contracts.yaml_file import pointer_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from eventpact.avro.model import Schema
    from eventpact_registry.contracts.avro_paths import Found
    from eventpact_registry.contracts.model import Location, System, Topic, VersionedType
    from eventpact_registry.contracts.problems import Problems
    from eventpact_registry.contracts.topics import TopicDraft
    from eventpact_registry.contracts.yaml_file import YamlFile

_SIMPLE: Final = frozenset({"boolean", "int", "long", "float", "double", "bytes", "string", "enum", "fixed"})
_INSTANTS: Final = frozenset({"timestamp-millis", "timestamp-micros"})
_FILLABLE: Final[Mapping[Fill, str]] = {
    Fill.ID: "a string or a uuid",
    Fill.TIME: "a timestamp-millis or timestamp-micros",
    Fill.TYPE: "a string or an enum",
    Fill.VERSION: "an int, a long or a string",
    Fill.SOURCE: "a string",
    Fill.CORRELATION: "a string or a uuid",
}


def check_topic_paths(topic: Topic, draft: TopicDraft, problems: Problems) -> None:
    """The key and headers of one topic against each of its events."""
    events = topic.events.values()
    nowhere = [path for path in topic.key if not any(event.latest.paths.find(path) for event in events)]
    if events and not draft.inherits("key"):
        for path in nowhere:
            _note_missing(path, events, _key_place(topic, path), problems)
    for event in events:
        if nowhere != list(topic.key) or draft.inherits("key"):  # else that was said once for all of them
            _check_key(topic, event, problems)
        for header in topic.headers:
            _check_header(topic, event, header, problems, own=header in draft.file.headers)


def check_system_paths(system: System, yaml: YamlFile, drafts: Mapping[str, TopicDraft], problems: Problems) -> None:
    """The paths of a system's defaults, and the fields to fill, each against all events that they are for."""
    events = [event for _, event in system.events()]
    defaults = next((draft.system.defaults for draft in drafts.values()), None)
    if defaults is not None:
        heirs = [event for topic, event in system.events() if drafts[topic.folder].inherits("key")]
        for at, path in enumerate(defaults.key or ()):
            _check_somewhere(path, heirs, yaml.locate(f"/defaults/key/{at}"), problems)
        for header, value in defaults.headers.items():
            if value is not None and not value.startswith("="):
                _check_somewhere(value, events, yaml.locate(pointer_of("defaults", "headers", header)), problems)
    for path, fill in system.fill.items():
        _check_somewhere(path, events, yaml.locate_key(pointer_of("fill", path)), problems)
        for event in events:
            found = event.latest.paths.find(path)
            if found is not None and not all(_fits(fill, schema) for schema in found.types):
                message = f"{path} cannot be filled with {fill}: in {event.name} it is {_kinds(found)}"
                hint = f"{fill} goes into {_FILLABLE[fill]}"
                problems.add(message, yaml.locate(pointer_of("fill", path)), hint=hint)


def _check_key(topic: Topic, event: VersionedType, problems: Problems) -> None:
    found = [(path, event.latest.paths.find(path)) for path in topic.key]
    if topic.key and not any(way for _, way in found):
        message = f"{event.name} has no key: it has no field {' or '.join(topic.key)}"
        paths = [path for path in known_paths(event.latest.schema) if "." not in path or path.count(".") == 1]
        hint = nearest(topic.key[0], paths) or "add a path that it has, or say `key: null`"
        problems.add(message, topic.locate("/key"), hint=hint)
    for path, way in found:
        if way is not None and not _simple(way):
            message = f"{path} cannot be a key: in {event.name} it is {_kinds(way)}"
            problems.add(message, _key_place(topic, path), hint="a key is text, a number, bytes or an enum")


def _check_header(topic: Topic, event: VersionedType, header: str, problems: Problems, *, own: bool) -> None:
    value = topic.headers[header]
    if value.startswith("="):
        return
    found = event.latest.paths.find(value)
    if found is None and own:
        _note_missing(value, [event], topic.locate(pointer_of("headers", header)), problems)
    elif found is not None and not _simple(found):
        message = f"{value} cannot be a header: in {event.name} it is {_kinds(found)}"
        place = topic.locate(pointer_of("headers", header))
        problems.add(message, place, hint="a header is text, a number, bytes or an enum")


def _check_somewhere(path: str, events: Iterable[VersionedType], place: Location, problems: Problems) -> None:
    candidates = list(events)
    if candidates and not any(event.latest.paths.find(path) for event in candidates):
        _note_missing(path, candidates, place, problems)


def _note_missing(path: str, events: Iterable[VersionedType], place: Location, problems: Problems) -> None:
    looked = list(events)
    where = looked[0].name if len(looked) == 1 else "any event that it is for"
    known = {known for event in looked for known in known_paths(event.latest.schema)}
    problems.add(f"there is no field {path} in {where}", place, hint=nearest(path, sorted(known)))


def _key_place(topic: Topic, path: str) -> Location:
    return topic.locate(f"/key/{topic.key.index(path)}")


def _simple(found: Found) -> bool:
    return all(schema.kind in _SIMPLE for schema in found.types)


def _fits(fill: Fill, schema: Schema) -> bool:
    logical = getattr(schema, "logical", None)
    name = logical.name if logical else ""
    match fill:
        case Fill.TIME:
            return name in _INSTANTS
        case Fill.VERSION:
            return schema.kind in {"int", "long", "string"} and not name
        case Fill.TYPE:
            return schema.kind == "enum" or (schema.kind == "string" and not name)
        case Fill.ID | Fill.CORRELATION:
            return name == "uuid" or (schema.kind == "string" and not name)
        case Fill.SOURCE:
            return schema.kind == "string" and not name


def _kinds(found: Found) -> str:
    names = []
    for schema in found.types:
        logical = getattr(schema, "logical", None)
        names.append(f"{schema.kind} ({logical.name})" if logical else schema.kind)
    return " or ".join(names)
