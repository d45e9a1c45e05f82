"""Chooses an event of each system, brings both sides to one broker, and compares what arrived with what was sent."""

from __future__ import annotations

import json
import os
import subprocess
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from eventpact.errors import EventPactError
from eventpact.names import topic_name
from eventpact_registry.compatibility import DEMANDS
from eventpact_registry.contracts.repository import ContractRepository
from eventpact_testing.exchange.environments import Contracts, as_of, installed
from eventpact_testing.exchange.member import PATIENCE, Part, Seen
from eventpact_testing.properties.carried import Lost, carried
from eventpact_testing.properties.codecs import codec
from eventpact_testing.properties.covering import covering
from eventpact_testing.properties.subject import subjects
from eventpact_testing.stack import embedded_stack, planned, synchronise

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from eventpact_registry.contracts.model import Mode, SchemaVersion
    from eventpact_registry.contracts.source import Source
    from eventpact_testing.properties.subject import Subject

_MOST: Final = 200
"""Events that each side sends of one kind."""

_TIMEOUT: Final = 120.0
"""Seconds for each side to send and read."""


@dataclass(frozen=True, slots=True)
class Exchanged:
    """What became of the events that one side read of another version."""

    event: str
    """`quikapp/MessageSent`."""
    mode: Mode
    writer: int
    reader: int
    sent: int
    missing: tuple[str, ...]
    """Values that should have arrived and did not, as the reader should have seen them."""
    unexpected: tuple[str, ...]
    """Values that arrived and should not have."""

    @property
    def holds(self) -> bool:
        """Whether all events arrived, and nothing else did."""
        return not self.missing and not self.unexpected


@dataclass(frozen=True, slots=True)
class _Pair:
    """An event of which one side has an old version and the other the newest."""

    subject: Subject
    old: SchemaVersion
    new: SchemaVersion

    @property
    def parameters(self) -> dict[str, str]:
        """Every run-time parameter is the system's name: two systems may call their topics alike."""
        topic = self.subject.topic
        return dict.fromkeys(topic_name(topic.name).parameters, self.subject.system.name) if topic else {}

    @property
    def later(self) -> set[str]:
        """The files that the old side has not seen."""
        return {one.file for one in self.subject.versions if one.version > self.old.version}


def exchange(source: Source, folder: Path) -> list[Exchanged]:
    """Let an old and a new package of each system talk about one event, whose mode promises something.

    `folder` holds the environments. Of each system, the event with the most versions is taken; on a topic with a
    transitive mode the old side has its first version, else the one before the newest.

    Raises:
        ContractError: the contracts are not valid.
        EventPactError: one side failed; says why.
    """
    tree = source.read()
    repository = ContractRepository.load(Contracts(tree))
    pairs = _chosen(subjects(repository))
    systems = [pair.subject.system.name for pair in pairs]
    gone = set().union(*(pair.later for pair in pairs))
    with ThreadPoolExecutor(1) as beside:
        old_python = beside.submit(installed, as_of(tree, gone), systems, folder / "old")
        new_python = installed(repository, systems, folder / "new")
    with embedded_stack(client_id="exchange") as stack:
        synchronise(planned(repository, stack, systems=systems), stack)
        environ = stack.environ_within(os.environ)
        with ThreadPoolExecutor(2) as both:
            old = both.submit(_meet, old_python.result(), "old", [_part(pair, pair.old) for pair in pairs], environ)
            new = both.submit(_meet, new_python, "new", [_part(pair, pair.new) for pair in pairs], environ)
    return [
        exchanged
        for pair, seen_old, seen_new in zip(pairs, old.result(), new.result(), strict=True)
        for exchanged in _compared(pair, seen_old, seen_new)
    ]


def _chosen(candidates: Iterable[Subject]) -> list[_Pair]:
    best: dict[str, _Pair] = {}
    for subject in candidates:
        pair = _pair(subject)
        known = best.get(subject.system.name)
        if pair is not None and (known is None or len(subject.versions) > len(known.subject.versions)):
            best[subject.system.name] = pair
    return list(best.values())


def _pair(subject: Subject) -> _Pair | None:
    """Who is to meet; None where nothing is promised, or the old side's contracts would not be whole."""
    if subject.topic is None:
        return None
    pinned = max((group.reads.get(subject.event.name, 0) for group in subject.system.groups.values()), default=0)
    *earlier, newest = [version for version in subject.versions if version.version >= pinned]
    demand = DEMANDS[subject.mode]
    if not earlier or not (demand.backward or demand.forward):
        return None
    return _Pair(subject, earlier[0 if demand.transitive else -1], newest)


def _values(version: SchemaVersion) -> list[Any]:
    return covering(version.schema)[:_MOST]


def _part(pair: _Pair, own: SchemaVersion) -> Part:
    return Part(
        package=pair.subject.system.package_name.replace("-", "_"),
        full_name=pair.subject.event.full_name,
        parameters=pair.parameters,
        send=[codec(own.schema).encode(value).hex() for value in _values(own)],
        expect=len(_values(pair.old)) + len(_values(pair.new)),
    )


def _meet(python: Path, member: str, parts: list[Part], environ: Mapping[str, str]) -> list[Seen]:
    """Run one side."""
    done = subprocess.run(  # noqa: S603 - an interpreter that `installed` has made
        [str(python), "-m", "eventpact_testing.exchange.member"],
        input=json.dumps({"member": member, "parts": parts}),
        env=dict(environ),
        capture_output=True,
        text=True,
        timeout=_TIMEOUT + PATIENCE * len(parts),
        check=False,
    )
    if done.returncode:
        raise EventPactError(f"the {member} side failed: {done.stderr.strip()}")
    answer: list[Seen] = json.loads(done.stdout)
    return answer


def _compared(pair: _Pair, seen_old: Seen, seen_new: Seen) -> Iterable[Exchanged]:
    demand = DEMANDS[pair.subject.mode]
    ways = (
        (demand.backward, pair.old, seen_old, pair.new, seen_new),
        (demand.forward, pair.new, seen_new, pair.old, seen_old),
    )
    for promised, writer, seen_by_writer, reader, seen_by_reader in ways:
        if not promised:
            continue
        arrived = [data for schema_id, data in seen_by_reader["read"] if schema_id == seen_by_writer["schema_id"]]
        found = Counter(repr(codec(reader.schema).decode(bytes.fromhex(data))) for data in arrived)
        expected = Counter(_expected(writer, reader, value) for value in _values(writer))
        yield Exchanged(
            event=pair.subject.name,
            mode=pair.subject.mode,
            writer=writer.version,
            reader=reader.version,
            sent=expected.total(),
            missing=tuple((expected - found).elements()),
            unexpected=tuple((found - expected).elements()),
        )


def _expected(writer: SchemaVersion, reader: SchemaVersion, value: Any) -> str:
    try:
        return repr(carried(writer.schema, reader.schema, value))
    except Lost as lost:
        return f"{value!r}, for which version {reader.version} has no place: {lost}"
