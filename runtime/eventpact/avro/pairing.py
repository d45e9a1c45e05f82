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
    if short_name(writer.name) == short_name(reader.name):
        return True
    return writer.name in reader.aliases and ("." in writer.name or "." not in reader.name)


class Ambiguous(Exception):  # noqa: N818 - caught by both resolvers, which make a mismatch of it
    """A reader's field matches several fields of the writer, by its name and aliases."""

    def __init__(self, reader: Record, index: int, matches: list[str]) -> None:
        field = reader.fields[index]
        super().__init__(f"field {field.name!r} matches {' and '.join(matches)} of the writer: drop its alias")
        self.path = ("fields", str(index))


def pair_fields(writer: Record, reader: Record) -> list[int | None]:
    """For each reader field the index of the writer field that it reads, by name or alias.

    Where the writer's record has the reader's very field names, these alone count.

    Raises:
        Ambiguous: two writer fields match one reader field (Avro Java raises there, too).
    """
    written = {field.name: index for index, field in enumerate(writer.fields)}
    pairs = [written.get(field.name) for field in reader.fields]
    if len(written) == len(pairs) and None not in pairs:
        return pairs
    for index, field in enumerate(reader.fields):
        if field.aliases:
            matches = [name for name in dict.fromkeys((field.name, *field.aliases)) if name in written]
            if len(matches) > 1:
                raise Ambiguous(reader, index, matches)
            if matches:
                pairs[index] = written[matches[0]]
    return pairs


def missing_default(name: str) -> str:
    """What to tell of a reader's field that an old message cannot fill."""
    return f"field {name!r} has no default and the writer has no such field"
