"""Verdicts: `resolve` says that two schemas fit if, and only if, decoding never fails between them.

Held on the versions that there are, in both directions whatever the mode, and on next versions that operators make.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Any, Final

from hypothesis import strategies as st

from eventpact import avro
from eventpact_testing.mutation.mutants import mutants
from eventpact_testing.mutation.operators import Effect
from eventpact_testing.properties.case import Case, Trial, Violation
from eventpact_testing.properties.codecs import decoded
from eventpact_testing.properties.covering import covering
from eventpact_testing.properties.plain import shown
from eventpact_testing.strategies import Style, values

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eventpact.avro.model import Schema
    from eventpact_registry.contracts.model import SchemaVersion
    from eventpact_testing.properties.subject import Subject

MUTANTS: Final = 3
"""Next versions that are made of each version."""

_BENEATH: Final = Style(formats=False, name_branches=True, logical_types=False)
"""The verdict is about what is on the wire; logical types are the codec's own business."""


def verdict(subject: Subject) -> Iterator[Case]:
    """`resolve` says compatible if and only if decoding never fails, for this version and others, real and made up."""
    for version in subject.versions:
        prepare = partial(_trial, subject, version)
        yield Case(claim="verdict", subject=subject, writer=version, reader=version, prepare=prepare, weight=0.5)


@dataclass(frozen=True, slots=True, eq=False)
class _Pair:
    what: str
    writer: Schema
    reader: Schema

    def __repr__(self) -> str:
        return self.what


def _trial(subject: Subject, version: SchemaVersion) -> Trial:
    pairs = [*_real(subject, version), *_made_up(subject, version)]
    fitting = [pair for pair in pairs if avro.resolve(writer=pair.writer, reader=pair.reader).compatible]
    encoders = {id(pair.writer): avro.Codec(pair.writer, logical_types=False).encode for pair in pairs}
    decoders = {
        id(pair): avro.Codec(pair.reader, logical_types=False).decoder(pair.writer)
        for pair in pairs
        if pair in fitting or not _refused_for_names_only(pair)
    }

    def check(tried: tuple[_Pair, Any]) -> None:
        pair, value = tried
        encode, decode = encoders[id(pair.writer)], decoders.get(id(pair))
        if decode is None:
            return
        if pair in fitting:
            try:
                decoded(decode, encode(value), f"{pair.what} fit, says resolve, but decoding fails")
            except Violation:
                # Bytes may be read as text, says Avro, and some bytes are no text.
                if (text := _as_text(value)) == value:
                    raise
                decoded(decode, encode(text), f"{pair.what} fit, says resolve, but decoding fails")
        elif not any(_fails(decode, encode(each)) for each in covering(pair.writer, logical_types=False)):
            raise Violation(f"{pair.what} do not fit, says resolve, but every value is read")

    always = [(pair, value) for pair in pairs for value in _tried(pair, fitting)]
    drawn = st.sampled_from(fitting).flatmap(_values) if fitting else None
    return Trial(check=check, always=always, values=drawn, show=lambda tried: shown(tried[1]))


def _tried(pair: _Pair, fitting: list[_Pair]) -> list[Any]:
    found = covering(pair.writer, logical_types=False)
    return found if pair in fitting else found[:1]  # `check` goes through all of them itself


def _values(pair: _Pair) -> st.SearchStrategy[Any]:
    return st.tuples(st.just(pair), values(pair.writer, style=_BENEATH))


def _fails(decode: Any, data: bytes) -> bool:
    try:
        decode(data)
    except avro.DecodeError:
        return True
    return False


def _as_text(value: Any) -> Any:
    """The value with an `a` for each byte of what is no UTF-8."""
    match value:
        case bytes():
            return value if _is_text(value) else b"a" * len(value)
        case dict():
            return {key: _as_text(item) for key, item in value.items()}
        case list() | tuple():
            return type(value)(map(_as_text, value))
        case _:
            return value


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _real(subject: Subject, version: SchemaVersion) -> Iterator[_Pair]:
    for other in subject.versions:
        if other is not version:
            what = f"version {version.version} as writer and version {other.version} as reader"
            yield _Pair(what, version.schema, other.schema)


def _made_up(subject: Subject, version: SchemaVersion) -> Iterator[_Pair]:
    found = list(mutants(version))
    chosen = Random(f"{subject.name} {version.version}").sample(found, min(MUTANTS, len(found)))  # noqa: S311 - which ones is no secret
    for mutant in chosen:
        changed = mutant.parsed()
        what = f"version {version.version} and one made of it ({mutant.operator} at {mutant.path or 'the top'})"
        if mutant.backward is not Effect.OPEN:
            yield _Pair(f"{what}, which reads,", version.schema, changed)
        if mutant.forward is not Effect.OPEN:
            yield _Pair(f"{what}, which writes,", changed, version.schema)


def _refused_for_names_only(pair: _Pair) -> bool:
    """Records are read whatever they are called, while the verdict, like Avro Java's, names the difference."""
    kinds = {mismatch.kind for mismatch in avro.resolve(writer=pair.writer, reader=pair.reader).mismatches}
    return kinds <= {"NAME_MISMATCH"}
