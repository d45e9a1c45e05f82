"""fastavro: the same bytes from both libraries, and each reads the other's."""

from __future__ import annotations

import io
import json
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from eventpact.avro.model import Fixed, Primitive, Union
from eventpact.avro.walk import walk
from eventpact.errors import EventPactError
from eventpact_testing.properties.case import Case, Trial, Violation
from eventpact_testing.properties.codecs import alike, codec, same_bytes
from eventpact_testing.properties.covering import covering
from eventpact_testing.properties.evolution import ANY
from eventpact_testing.properties.plain import bare
from eventpact_testing.strategies import values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import ModuleType

    from eventpact.avro.model import Schema
    from eventpact_registry.contracts.model import SchemaVersion
    from eventpact_testing.properties.subject import Subject


def fastavro_property(subject: Subject) -> Iterator[Case]:
    """The same bytes come from fastavro, and it reads ours, apart from what `DEVIATIONS` lists."""
    for version in subject.versions:
        if deviation(version.schema) is None:
            prepare = partial(_trial, version)
            yield Case(claim="fastavro", subject=subject, writer=version, reader=version, prepare=prepare)


def _trial(version: SchemaVersion) -> Trial:
    library = fastavro()
    judge = parsed(version)
    plain = codec(version.schema)

    def check(value: Any) -> None:
        ours = plain.encode(value)
        same_bytes(_written(library, judge, value), ours, "fastavro writes other bytes")
        try:
            read = library.schemaless_reader(io.BytesIO(ours), judge, None)
        except Exception as error:  # whatever another library raises is an answer
            raise Violation(f"fastavro cannot read what we write: {type(error).__name__}: {error}") from error
        alike(bare(value), read, "fastavro reads another value")

    return Trial(check=check, always=covering(version.schema), values=values(version.schema, style=ANY))


def _written(library: ModuleType, judge: Any, value: Any) -> bytes:
    out = io.BytesIO()
    library.schemaless_writer(out, judge, value)
    return out.getvalue()


def fastavro() -> ModuleType:
    """The library.

    Raises:
        EventPactError: it is not installed.
    """
    try:
        import fastavro as library  # noqa: PLC0415 - of an extra, and slow to load
    except ImportError as error:
        raise EventPactError("fastavro is not installed: pip install 'eventpact[testing]'") from error
    return library


def parsed(version: SchemaVersion) -> Any:
    """A version as fastavro knows it, with the shared types that it pins."""
    library = fastavro()
    known: dict[str, Any] = {}
    _parse_pinned(library, version, known)
    return library.parse_schema(json.loads(version.text), named_schemas=known)


def _parse_pinned(library: ModuleType, version: SchemaVersion, known: dict[str, Any]) -> None:
    for name, pinned in version.pinned.items():
        if name not in known:
            _parse_pinned(library, pinned, known)
            library.parse_schema(json.loads(pinned.text), named_schemas=known)


def deviation(schema: Schema) -> str | None:
    """Why fastavro is no judge of a schema; None where it is."""
    for part in walk(schema):
        for why, applies in DEVIATIONS.items():
            if applies(part):
                return why
    return None


def _is_nanos(part: Schema) -> bool:
    return isinstance(part, Primitive) and part.logical is not None and part.logical.name.endswith("nanos")


def _is_fixed(name: str) -> Callable[[Schema], bool]:
    return lambda part: isinstance(part, Fixed) and part.logical is not None and part.logical.name == name


def _has_two_logical_branches(part: Schema) -> bool:
    """Branches of one kind cannot be; but text for a uuid beside an enum is taken for either."""
    return isinstance(part, Union) and sum(getattr(branch, "logical", None) is not None for branch in part.branches) > 1


DEVIATIONS: Final[Mapping[str, Callable[[Schema], bool]]] = {
    "fastavro makes datetimes of nanoseconds, and cuts them": _is_nanos,
    "fastavro knows no duration": _is_fixed("duration"),
    "fastavro knows no uuid on fixed": _is_fixed("uuid"),
    "fastavro guesses between logical types in a union": _has_two_logical_branches,
}
"""Why, and the part of a schema that it is about. Such schemas are not held against fastavro."""
