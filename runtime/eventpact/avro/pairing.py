"""What makes two types or fields one to a resolver: names, aliases, promotions (Avro 1.12, "Schema Resolution")."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from eventpact.avro.names import short_name

if TYPE_CHECKING:
    from eventpact.avro.model import Named, Record

PROMOTIONS: Final[frozenset[tuple[str, str]]] = frozenset(
    {
        ("int", "long"),
        ("int", "float"),
        ("int", "double"),
        ("long", "float"),
        ("long", "double"),
        ("float", "double"),
        ("string", "bytes"),
        ("bytes", "string"),
    }
)
"""(writer, reader)"""

Path: TypeAlias = "tuple[Path, str] | None"
"""Where we are in the reader, innermost first; made into a pointer only for what is reported."""


def pointer(path: Path, *more: str) -> str:
    """A path as Avro Java writes a location: a JSON pointer, but `/` for the root."""
    tokens = list(reversed(more))
    while path is not None:
        path, token = path
        tokens.append(token)
    return "/" + "/".join(reversed(tokens))


def names_match(writer: Named, reader: Named) -> bool:
    """Whether `SchemaCompatibility` takes the two names for one: the short names, or an alias of the reader.

    As in Java, an alias without namespace on a type with one does not count here, though it does when values are read.
    """
    if writer.name == reader.name or short_name(writer.name) == short_name(reader.name):
        return True
    return writer.name in reader.aliases and ("." in writer.name or "." not in reader.name)


class Ambiguous(Exception):  # noqa: N818 - caught by both resolvers, which make a mismatch of it
    """Two fields of the writer would go to one field of the reader, by its name and aliases."""

    def __init__(self, reader: Record, index: int, first: str, second: str) -> None:
        field = reader.fields[index].name
        super().__init__(f"field {field!r} matches both {first!r} and {second!r} of the writer: drop an alias")
        self.path = ("fields", str(index))


def matching_fields(writer: Record, reader: Record) -> list[int | None]:
    """For each reader field the writer field that its name or an alias names, as `SchemaCompatibility` looks for it.

    One writer field may serve two of the reader.

    Raises:
        Ambiguous: a reader field finds two (Java raises, too).
    """
    written = {field.name: index for index, field in enumerate(writer.fields)}
    pairs = [written.get(field.name) for field in reader.fields]
    for index, field in enumerate(reader.fields):
        for alias in field.aliases:
            if alias in written and pairs[index] != written[alias]:
                if pairs[index] is not None:
                    raise Ambiguous(reader, index, writer.fields[pairs[index] or 0].name, alias)
                pairs[index] = written[alias]
    return pairs


def targets(writer: Record, reader: Record, *, by_alias: bool) -> dict[int, int]:
    """Where each writer field goes in the reader, as indexes: by its name, which the reader's aliases have changed.

    Where two fields would go to one, but the writer's record has the reader's very field names, these alone count.

    Raises:
        Ambiguous: two fields would go to one (Java raises, too).
    """
    indexes = {field.name: index for index, field in enumerate(reader.fields)}
    renamed = {alias: field.name for field in reader.fields for alias in field.aliases} if by_alias else {}
    found: dict[int, int] = {}
    sources: dict[int, int] = {}
    for source, field in enumerate(writer.fields):
        target = indexes.get(renamed.get(field.name, field.name))
        if target in sources:
            if indexes.keys() == {other.name for other in writer.fields}:
                return targets(writer, reader, by_alias=False)
            raise Ambiguous(reader, target, writer.fields[sources[target]].name, field.name)
        if target is not None:
            sources[target] = source
            found[source] = target
    return found


def missing_default(name: str) -> str:
    """What to tell of a reader's field that an old message cannot fill."""
    return f"field {name!r} has no default and the writer has no such field"
