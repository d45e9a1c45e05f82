"""Places where a consumer cannot read what a producer writes, found by the resolver under each subject's mode.

One break is one cause: the versions that it makes unreadable are gathered in it instead of repeating it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from eventpact_registry.compatibility import incompatibilities
from eventpact_registry.diff.pointers import dotted, home, translate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eventpact.avro.plan import Mismatch, MismatchKind
    from eventpact_registry.contracts.model import (
        ConsumerGroup,
        Location,
        Mode,
        SchemaVersion,
        System,
        Topic,
        VersionedType,
    )
    from eventpact_registry.diff.pairs import Pairs


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DataBreak:
    """A version that cannot read its predecessors' messages (backward), or whose messages they cannot read."""

    kind: ClassVar[MismatchKind]

    system: System
    topic: Topic | None
    """None for a shared type."""
    event: VersionedType
    mode: Mode
    version: SchemaVersion
    """The later version, which brings the break."""
    others: tuple[SchemaVersion, ...]
    """The earlier versions that it breaks with, newest first."""
    new_reads: bool
    """Whether the later version is the reader (backward) or the writer (forward)."""
    mismatch: Mismatch
    """As the resolver found it in the newest of the others."""

    @property
    def writer(self) -> SchemaVersion:
        """The version that writes, the newest of several."""
        return self.others[0] if self.new_reads else self.version

    @property
    def reader(self) -> SchemaVersion:
        """The version that reads, the newest of several."""
        return self.version if self.new_reads else self.others[0]

    @property
    def path(self) -> str:
        """The place by field names, `data.threadId`."""
        return dotted(self.reader.schema, self.mismatch.path)

    @property
    def what(self) -> str:
        """The path, or the event where the break is in the record itself."""
        return self.path or self.event.name

    @property
    def location(self) -> Location:
        """The place in the version that brings the break; in the earlier one for what it took away."""
        if not self.new_reads:
            pointer = translate(self.reader.schema, self.mismatch.path, self.version.schema)
            if pointer is not None:
                return self.version.locate(pointer)
        return self.reader.locate(self.mismatch.path)

    @property
    def direction(self) -> str:
        """`backward` or `forward`."""
        return "backward" if self.new_reads else "forward"

    @property
    def consequence(self) -> str:
        """Who cannot read what, in a clause."""
        others = _listed(self.others)
        if self.new_reads:
            return f"version {self.version.version} cannot read what {others} wrote"
        return f"{others} cannot read what version {self.version.version} writes"


class MissingDefault(DataBreak):
    """A field that the writer does not write has no default at the reader."""

    __slots__ = ()
    kind = "READER_FIELD_MISSING_DEFAULT_VALUE"


class TypeMismatch(DataBreak):
    """A type was written that the reader's cannot be promoted from."""

    __slots__ = ()
    kind = "TYPE_MISMATCH"


class NameMismatch(DataBreak):
    """A named type has another name, and no alias leads back."""

    __slots__ = ()
    kind = "NAME_MISMATCH"


class MissingSymbols(DataBreak):
    """A symbol may be written that the reader does not know, and its enum has no default."""

    __slots__ = ()
    kind = "MISSING_ENUM_SYMBOLS"


class MissingBranch(DataBreak):
    """A type may be written that no branch of the reader's union takes."""

    __slots__ = ()
    kind = "MISSING_UNION_BRANCH"


class FixedSizeMismatch(DataBreak):
    """A fixed type has another size."""

    __slots__ = ()
    kind = "FIXED_SIZE_MISMATCH"


BREAKS: Final[dict[MismatchKind, type[DataBreak]]] = {
    kind.kind: kind
    for kind in (MissingDefault, TypeMismatch, NameMismatch, MissingSymbols, MissingBranch, FixedSizeMismatch)
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PinBreak:
    """A group is pinned to a version that cannot read what is, or was, written to its topic."""

    system: System
    topic: Topic
    event: VersionedType
    group: ConsumerGroup
    reader: SchemaVersion
    """The version that the group is pinned to."""
    writer: SchemaVersion
    """The newest version that it cannot read."""
    others: tuple[SchemaVersion, ...]
    """All versions that it cannot read, newest first."""
    mismatch: Mismatch

    @property
    def location(self) -> Location:
        """The pin in `system.yaml`."""
        return self.group.locate(f"/reads/{self.event.name}")

    @property
    def consequence(self) -> str:
        """Who cannot read what, in a clause."""
        reads = f"{self.group.name} reads {self.event.name} as version {self.reader.version}"
        return f"{reads}, which cannot read {_listed(self.others)}"


def data_breaks(system: System, pairs: Pairs) -> Iterator[DataBreak]:
    """Every break between the versions of shared types and of events, each under its subject's mode."""
    for shared in system.types.values():
        yield from _breaks(system, None, shared, system.type_compatibility, pairs)
    for topic, event in system.events():
        yield from _breaks(system, topic, event, topic.compatibility, pairs)


def _breaks(system: System, topic: Topic | None, event: VersionedType, mode: Mode, pairs: Pairs) -> Iterator[DataBreak]:
    for at, version in enumerate(event.versions):
        previous = event.versions[:at]
        causes: dict[tuple[bool, str, str, str], tuple[Mismatch, list[SchemaVersion]]] = {}
        found = incompatibilities(mode, version.schema, [other.schema for other in previous], pairs.causes)
        for incompatibility in found:
            other, new_reads = previous[incompatibility.index], incompatibility.new_reads
            reader, mismatch = version if new_reads else other, incompatibility.mismatch
            cause = (new_reads, mismatch.kind, *home(reader.schema, mismatch.path))
            others = causes.setdefault(cause, (mismatch, []))[1]
            if other not in others:
                others.append(other)
        for (new_reads, *_), (mismatch, others) in causes.items():
            yield BREAKS[mismatch.kind](
                system=system,
                topic=topic,
                event=event,
                mode=mode,
                version=version,
                others=tuple(others),
                new_reads=new_reads,
                mismatch=mismatch,
            )


def pin_breaks(system: System, pairs: Pairs) -> Iterator[PinBreak]:
    """Every pin that some version of its event defeats."""
    for group in system.groups.values():
        for topic in system.topics_of(group):
            for name in (name for name in group.reads if name in topic.events):
                event = topic.events[name]
                reader = event.numbered(group.reads[name])
                beaten = [
                    (writer, causes)
                    for writer in reversed(event.versions)
                    if (causes := pairs.causes(writer.schema, reader.schema))
                ]
                if beaten:
                    writer, causes = beaten[0]
                    yield PinBreak(
                        system=system,
                        topic=topic,
                        event=event,
                        group=group,
                        reader=reader,
                        writer=writer,
                        others=tuple(version for version, _ in beaten),
                        mismatch=causes[0],
                    )


def _listed(versions: tuple[SchemaVersion, ...]) -> str:
    numbers = [str(version.version) for version in reversed(versions)]
    if len(numbers) == 1:
        return f"version {numbers[0]}"
    return f"versions {', '.join(numbers[:-1])} and {numbers[-1]}"
