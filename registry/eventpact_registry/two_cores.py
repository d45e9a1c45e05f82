"""The gate on two cores: a second process, forked when the files have been read, loads and judges half of the systems.

Systems know little of each other: what is unique in a repository, and whose a topic's name is. The halves tell each
other that. Whatever is out of the ordinary, such as a file that cannot be loaded or a process that was ended, leaves
all of it to `gate.check` in one process, which then says what is wrong; so both ways find the same.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from importlib.metadata import entry_points
from threading import active_count
from typing import IO, TYPE_CHECKING, Any, Final, NamedTuple, NoReturn

from eventpact.errors import ContractError
from eventpact_registry.contracts.layout import arrange
from eventpact_registry.contracts.parsed import ParsedFiles
from eventpact_registry.contracts.problems import Problems
from eventpact_registry.contracts.repository import ContractRepository, Neighbours
from eventpact_registry.gate import Court, evidence, today, unasked
from eventpact_registry.rules.catalog import ENTRY_POINT_GROUP, rules

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from datetime import date

    from eventpact_registry.contracts.layout import Layout
    from eventpact_registry.contracts.problems import Tolerable
    from eventpact_registry.contracts.source import Tree
    from eventpact_registry.findings import Finding
    from eventpact_registry.gate import Found

_WORTH_IT: Final = 500
"""From so many files on the second process pays for itself."""


def worth_it(contracts: Tree) -> bool:
    """Whether a second process helps here, and can be had."""
    return (
        sys.platform == "linux"  # elsewhere a forked process may not use all that it has loaded
        and len(contracts.files) >= _WORTH_IT
        and len(os.sched_getaffinity(0)) > 1
        and active_count() == 1
        and not entry_points(group=ENTRY_POINT_GROUP)  # rules of plug-ins may look at all systems at once
    )


def check(
    *trees: Tree, tolerated: Collection[Tolerable] = (), clock: Callable[[], date] = today
) -> list[Finding] | None:
    """What `gate.check` finds in contracts, which stand first, against bases; None where one process is to say it."""
    problems = Problems(tolerated)
    layouts = [arrange(tree, problems) for tree in trees]
    halves = _halves(layouts)
    if len(problems) or halves is None:
        return None
    rules()  # loaded once, for both
    work = _Work(trees, layouts, tolerated, clock())
    try:
        with _beside(lambda other: work.done(halves[1], other.tell_and_hear).found) as other:
            half = work.done(halves[0], other.hear_and_tell)
            return half.court.settled([*half.found, *other.hear()], without=unasked(half.bases))
    except _UnusualError:
        return None


class _UnusualError(Exception):
    """One process is to do all of it."""


class _Names(NamedTuple):
    """What a half has of a repository that the other half must know."""

    neighbours: Neighbours
    unique: frozenset[str]
    """Packages, and full names of events and types: those of no other system."""


class _Half(NamedTuple):
    """What came of the systems of one half."""

    court: Court
    bases: list[ContractRepository]
    found: list[Found]


def _names(repository: ContractRepository) -> _Names:
    systems = repository.systems.values()
    packages = [system.import_package for system in systems]
    types = [shared.full_name for system in systems for shared in system.types.values()]
    events = [event.full_name for _, _, event in repository.events()]
    known = Neighbours(repository.shared_types, repository.first_users)
    return _Names(known, frozenset([*packages, *types, *events]))


class _Channel:
    """Where one half talks to the other."""

    def __init__(self, reader: IO[bytes], writer: IO[bytes]) -> None:
        self._reader = reader
        self._writer = writer

    def tell(self, what: object) -> None:
        try:
            self._writer.write(pickle.dumps(what))
            self._writer.flush()
        except BrokenPipeError as error:
            raise _UnusualError from error

    def hear(self) -> Any:
        try:
            return pickle.load(self._reader)  # noqa: S301 - a copy of this process wrote it
        except (EOFError, pickle.UnpicklingError) as error:  # it ended, perhaps in the middle of a word
            raise _UnusualError from error

    def tell_and_hear(self, what: list[_Names]) -> list[_Names]:
        self.tell(what)
        heard: list[_Names] = self.hear()
        return heard

    def hear_and_tell(self, what: list[_Names]) -> list[_Names]:
        heard: list[_Names] = self.hear()
        self.tell(what)  # not before: a pipe holds so much, and then waits for its reader
        return heard


@dataclass(frozen=True, slots=True)
class _Work:
    """What both halves do, each for its systems."""

    trees: Sequence[Tree]
    layouts: Sequence[Layout]
    tolerated: Collection[Tolerable]
    day: date

    def done(self, names: frozenset[str], exchange: Callable[[list[_Names]], list[_Names]]) -> _Half:
        """Load and judge the systems of these names.

        Raises:
            _UnusualError: something is wrong in this half or between both.
        """
        problems = Problems(self.tolerated)
        parsed = ParsedFiles()
        sides = [
            ContractRepository.load_part(tree, layout, layout.systems.keys() & names, problems, parsed)
            for tree, layout in zip(self.trees, self.layouts, strict=True)
        ]
        if len(problems):
            raise _UnusualError
        own = [_names(side) for side in sides]
        theirs = exchange(own)
        if any(one.unique & other.unique for one, other in zip(own, theirs, strict=True)):
            raise _UnusualError
        contracts, *bases = [
            replace(side, neighbours=other.neighbours) for side, other in zip(sides, theirs, strict=True)
        ]
        try:
            court = Court(contracts, self.day)
        except ContractError as error:
            raise _UnusualError from error
        return _Half(court, bases, court.found(evidence(contracts, bases)))


def _halves(layouts: Sequence[Layout]) -> tuple[frozenset[str], frozenset[str]] | None:
    """Names of systems: the first ones, with about half of all versions, and the others; None of fewer than two."""
    weights: dict[str, int] = {}
    for layout in layouts:
        for name, system in layout.systems.items():
            series = [
                *system.types.values(),
                *(one for topic in system.topics.values() for one in topic.events.values()),
            ]
            weights[name] = weights.get(name, 0) + sum(len(one.files) for one in series)
    names = sorted(weights)
    total, before = sum(weights.values()), 0
    for index in range(1, len(names)):
        before += weights[names[index - 1]]
        if 2 * before >= total or index == len(names) - 1:
            return frozenset(names[:index]), frozenset(names[index:])
    return None


@contextmanager
def _beside(work: Callable[[_Channel], object]) -> Iterator[_Channel]:
    """A second process that does `work` and tells what comes of it; ended with the block."""
    with ExitStack() as ends:
        (hearing, told), (listening, telling) = os.pipe(), os.pipe()
        ends.enter_context(suppress(BrokenPipeError))  # what could not be told is not told at the end either
        near = ends.enter_context(os.fdopen(hearing, "rb")), ends.enter_context(os.fdopen(telling, "wb"))
        far = ends.enter_context(os.fdopen(listening, "rb")), ends.enter_context(os.fdopen(told, "wb"))
        try:
            process = os.fork()
        except OSError as error:  # no room for another process
            raise _UnusualError from error
        if process == 0:
            _end_with(work, near, _Channel(*far))
        for end in far:
            end.close()
        try:
            yield _Channel(*near)
        finally:
            os.kill(process, signal.SIGKILL)  # it has nothing to put in order
            os.waitpid(process, 0)


def _end_with(work: Callable[[_Channel], object], near: Sequence[IO[bytes]], channel: _Channel) -> NoReturn:
    """Do the work in the second process, and end that without what the first has planned for its own end."""
    try:
        for end in near:
            end.close()  # so that it hears when the first process ends
        channel.tell(work(channel))
    finally:
        os._exit(0)
