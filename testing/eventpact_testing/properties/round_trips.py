"""Identity: encode, then decode, and nothing has changed, for plain values and for the generated class."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from eventpact_testing.event_classes import bindings, schema_of
from eventpact_testing.properties.case import Case, Trial, Violation
from eventpact_testing.properties.codecs import alike, codec, decoded, same_bytes
from eventpact_testing.properties.covering import covering
from eventpact_testing.properties.evolution import ANY
from eventpact_testing.properties.plain import bare
from eventpact_testing.strategies import Style, values

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eventpact.event import Event
    from eventpact_registry.contracts.model import SchemaVersion
    from eventpact_testing.properties.subject import Subject


def identity(subject: Subject) -> Iterator[Case]:
    """Plain values of each version come back as they were."""
    for version in subject.versions:
        prepare = partial(_plain, version)
        yield Case(claim="identity", subject=subject, writer=version, reader=version, prepare=prepare)


def class_identity(subject: Subject) -> Iterator[Case]:
    """Events of the generated class come back as they were."""
    if subject.topic is not None and subject.find_class is not None:
        latest, prepare = subject.event.latest, partial(_instances, subject)
        yield Case(claim="class identity", subject=subject, writer=latest, reader=latest, prepare=prepare)


def _plain(version: SchemaVersion) -> Trial:
    plain = codec(version.schema)

    def check(value: Any) -> None:
        data = plain.encode(value)
        found = decoded(plain.decode, data, f"version {version.version} cannot read what it wrote itself")
        alike(bare(value), found, "what comes back is another value")
        same_bytes(plain.encode(value), data, "encoding it again gives other bytes")

    return Trial(check=check, always=covering(version.schema), values=values(version.schema, style=ANY))


def _instances(subject: Subject) -> Trial:
    event = generated(subject)
    contract = event.contract

    def check(value: Event) -> None:
        data = contract.encode(value)
        found = decoded(contract.decode, data, f"{event.__name__} cannot read what it wrote itself")
        if type(found) is not event:
            raise Violation(f"{type(found).__name__} comes back for a {event.__name__}")
        same_bytes(data, contract.encode(found), "what comes back is written otherwise")
        if found != value and repr(found) != repr(value):  # a NaN equals itself as text only
            raise Violation(f"what comes back is another event: {found!r}")

    return Trial(check=check, always=covering_instances(event), values=any_instance(event))


def generated(subject: Subject) -> type[Event]:
    """The generated class, of a subject that has one."""
    if subject.generated is None:
        raise LookupError(f"{subject.name} has no generated class here")
    return subject.generated


def any_instance(event: type[Event]) -> Any:
    """Instances with anything in them that the schema allows, in the envelope too."""
    return values(schema_of(event), style=Style(formats=False, classes=bindings(event)))


def covering_instances(event: type[Event]) -> list[Event]:
    """The covering values as events."""
    schema = schema_of(event)
    encode = codec(schema).encode
    return [event.contract.decode(encode(value)) for value in covering(schema)]
