"""Agreement: the generated class and the codec of plain values are two ways to the same bytes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from eventpact_testing.properties.case import Case, Trial, Violation
from eventpact_testing.properties.codecs import codec, decoded, same_bytes
from eventpact_testing.properties.covering import covering
from eventpact_testing.properties.evolution import ANY
from eventpact_testing.properties.round_trips import generated
from eventpact_testing.strategies import values

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eventpact_registry.contracts.model import SchemaVersion
    from eventpact_testing.properties.subject import Subject


def agreement(subject: Subject) -> Iterator[Case]:
    """The generated class reads and writes what the plain codec does, its own version and older ones."""
    if subject.topic is None or subject.find_class is None:
        return
    latest = subject.event.latest
    for writer, reader in [*subject.promised(), (latest, latest)]:
        if reader is latest:
            prepare = partial(_trial, subject, writer)
            yield Case(claim="agreement", subject=subject, writer=writer, reader=latest, prepare=prepare)


def _trial(subject: Subject, writer: SchemaVersion) -> Trial:
    latest = subject.event.latest
    contract = generated(subject).contract
    own = writer is latest
    encode, plain = codec(writer.schema).encode, codec(latest.schema)
    decode = contract.decode if own else contract.decoder(writer.schema)
    decode_plain = plain.decoder(writer.schema)

    def check(value: Any) -> None:
        data = encode(value)
        read = decoded(decode_plain, data, "the plain codec cannot read it")
        event = decoded(decode, data, f"{contract.name} cannot read it, though the plain codec can")
        found = contract.encode(event)
        if own:
            same_bytes(data, found, f"{contract.name} writes other bytes than the plain codec")
        again = decoded(plain.decode, found, f"the plain codec cannot read what {contract.name} wrote")
        if repr(again) != repr(read):  # as text, because NaN equals NaN there
            raise Violation(f"{contract.name} reads {again!r}, the plain codec {read!r}")

    return Trial(check=check, always=covering(writer.schema), values=values(writer.schema, style=ANY))
