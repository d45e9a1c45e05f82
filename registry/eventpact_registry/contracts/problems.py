"""Collects everything that is wrong in one run, so that an author sees all of it at once."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from eventpact.errors import ContractError, Problem

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from eventpact_registry.contracts.model import Location


class Tolerable(StrEnum):
    """What a loader may leave to others, who judge or mend it; for everybody else it is a problem as any other."""

    GAP = "gap"
    """Numbers are missing between versions: the rule VERSION_SKIPPED says so."""
    RENAME = "rename"
    """A version has another name, and no alias leads back: `check --fix` adds one."""


class Problems:
    """What was found so far; `raise_any` ends the run when there is anything."""

    def __init__(self, tolerated: Collection[Tolerable] = ()) -> None:
        self._tolerated = tolerated
        self._found: list[Problem] = []

    def __len__(self) -> int:
        return len(self._found)

    def __iter__(self) -> Iterator[Problem]:
        """Each problem once, in order of file, line and column."""
        return iter(dict.fromkeys(sorted(self._found, key=_order)))

    def add(
        self, message: str, at: Location | None = None, *, hint: str | None = None, kind: Tolerable | None = None
    ) -> None:
        """Note one problem at a place, unless its kind is tolerated."""
        if kind in self._tolerated:
            return
        if at is None:
            self._found.append(Problem(message, hint=hint))
        else:
            self._found.append(Problem(message, at.shown_file, at.line, at.column, hint))

    def raise_any(self) -> None:
        """Raise `ContractError` with every problem."""
        if self._found:
            raise ContractError(*self)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """`did you mean 'partitions'?` for the known word that is most like a wrong one, if any is near enough."""
    # Imported here because it is needed only when something is wrong already.
    from difflib import get_close_matches  # noqa: PLC0415 - see above

    candidates = list(known)
    matches = get_close_matches(word, candidates, n=1, cutoff=0.6)
    if not matches:
        lowered = {candidate.lower(): candidate for candidate in candidates}
        matches = [lowered[match] for match in get_close_matches(word.lower(), lowered, n=1, cutoff=0.6)]
    return f"did you mean '{matches[0]}'?" if matches else None


def _order(problem: Problem) -> tuple[str, int, int, str]:
    return (problem.file or "", problem.line or 0, problem.column or 0, problem.message)
