"""Backward and forward: what one version wrote, the other reads, and nothing is lost on the way."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from eventpact_testing.properties.carried import Lost, carried
from eventpact_testing.properties.case import Case, Trial, Violation
from eventpact_testing.properties.codecs import alike, codec, decoded
from eventpact_testing.properties.covering import covering
from eventpact_testing.strategies import Style, values

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eventpact_registry.contracts.model import SchemaVersion
    from eventpact_testing.properties.subject import Subject


def backward(subject: Subject) -> Iterator[Case]:
    """Newer versions read what older ones wrote, as the mode promises.

    Shared fields are equal, added ones have their defaults, renamed ones are carried over.
    """
    return _cases(subject, "backward")


def forward(subject: Subject) -> Iterator[Case]:
    """Older versions read what newer ones write, as the mode promises."""
    return _cases(subject, "forward")


def _cases(subject: Subject, direction: str) -> Iterator[Case]:
    for writer, reader in subject.promised():
        if (direction == "backward") == (writer.version < reader.version):
            yield pair_case(subject, writer, reader, direction)


def pair_case(subject: Subject, writer: SchemaVersion, reader: SchemaVersion, direction: str) -> Case:
    """One writer and one reader, promised or not."""
    prepare = partial(_trial, writer, reader)
    return Case(claim=direction, subject=subject, writer=writer, reader=reader, prepare=prepare)


def _trial(writer: SchemaVersion, reader: SchemaVersion) -> Trial:
    encode = codec(writer.schema).encode
    decode = codec(reader.schema).decoder(writer.schema)
    cannot = f"version {reader.version} cannot read what version {writer.version} wrote"

    def check(value: Any) -> None:
        found = decoded(decode, encode(value), cannot)
        try:
            expected = carried(writer.schema, reader.schema, value)
        except Lost as lost:
            raise Violation(f"version {reader.version} has no place for it: {lost}", path=lost.path) from lost
        alike(expected, found, f"version {reader.version} reads another value than version {writer.version} wrote")

    return Trial(check=check, always=covering(writer.schema), values=values(writer.schema, style=ANY))


ANY = Style(formats=False, name_branches=True)
"""Any value that the schema allows."""
