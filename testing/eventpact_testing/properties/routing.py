"""Routing: a key and headers come out of any event."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from eventpact.errors import DeliveryError
from eventpact.produce.route import as_bytes, headers_of, key_of
from eventpact_testing.event_classes import schema_of
from eventpact_testing.properties.case import Case, Trial, Violation
from eventpact_testing.properties.codecs import codec
from eventpact_testing.properties.round_trips import any_instance, covering_instances, generated

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eventpact.event import Event
    from eventpact_registry.contracts.model import Topic
    from eventpact_testing.properties.subject import Subject


def routing(subject: Subject) -> Iterator[Case]:
    """The record's key is the first of the contract's key fields that holds something; headers are text or bytes."""
    if subject.topic is not None and subject.find_class is not None:
        latest, prepare = subject.event.latest, partial(_trial, subject, subject.topic)
        yield Case(claim="routing", subject=subject, writer=latest, reader=latest, prepare=prepare)


def _trial(subject: Subject, topic: Topic) -> Trial:
    event = generated(subject)
    contract = event.contract
    key, headers = key_of(contract), headers_of(contract)
    plain = codec(schema_of(event))

    def check(value: Event) -> None:
        record = plain.decode(contract.encode(value))
        candidates = (found for path in topic.key if (found := _at(record, path)) is not None)
        expected = next(map(as_bytes, candidates), None)
        if expected is None and contract.compacted:
            _refused(key, value, topic)
        elif (found := key(value)) != expected:
            raise Violation(f"its key is {found!r}, and the contract says {expected!r}")
        sent = dict(headers(value))
        for name, path in topic.headers.items():
            wanted = path[1:].encode() if path.startswith("=") else _header(record, path)
            if sent.get(name) != wanted:
                raise Violation(f"its header {name} is {sent.get(name)!r}, and the contract says {wanted!r}", path=path)

    return Trial(check=check, always=covering_instances(event), values=any_instance(event))


def _refused(key: Any, value: Event, topic: Topic) -> None:
    try:
        found = key(value)
    except DeliveryError:
        return
    raise Violation(f"{topic.name} is compacted and the event has no key field set, but its key is {found!r}")


def _header(record: Any, path: str) -> bytes | None:
    found = _at(record, path)
    return None if found is None else as_bytes(found)


def _at(value: Any, path: str) -> Any:
    """What stands at an Avro path of a plain value; None where something on the way is missing."""
    for step in path.split("."):
        if not isinstance(value, dict):
            return None
        value = value.get(step)
    return value
