"""What contracts owned before and no longer do: the only things that a plan may delete.

Ownership is proved by an earlier state of the contracts (a folder, a revision), never guessed from names: what stands
in a registry or on a cluster and was never declared belongs to somebody else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from eventpact.operate.acls import Right
    from eventpact_registry.plan.desired import Desired, DesiredSubject


@dataclass(frozen=True, slots=True)
class Retired:
    """Names of what may go."""

    subjects: tuple[str, ...] = ()
    """Each before those that it refers to: a registry keeps what others refer to."""
    topics: tuple[str, ...] = ()
    rights: tuple[Right, ...] = ()


NOTHING: Final = Retired()
"""Of a plan that is to delete nothing."""


def retired(before: Sequence[Desired], now: Desired) -> Retired:
    """What earlier contracts declared and the present ones do not; `now` is all of these, not a selection."""
    kept_subjects = {subject.name for subject in now.subjects}
    kept_topics = {topic.contract.name for topic in now.topics}
    subjects = {
        subject.name: subject for one in before for subject in one.subjects if subject.name not in kept_subjects
    }
    topics = {topic.contract.name for one in before for topic in one.topics} - kept_topics
    rights = {right for one in before for right in _rights(one)} - set(_rights(now))
    return Retired(tuple(_dependents_first(subjects)), tuple(sorted(topics)), tuple(sorted(rights)))


def _rights(contracts: Desired) -> Iterator[Right]:
    for account in contracts.accounts:
        yield from account.rights


def _dependents_first(subjects: dict[str, DesiredSubject]) -> Iterator[str]:
    needed_first: dict[str, None] = {}
    for subject in subjects.values():
        _visit(subject, subjects, needed_first)
    return reversed(needed_first)


def _visit(subject: DesiredSubject, subjects: dict[str, DesiredSubject], done: dict[str, None]) -> None:
    """Note a subject after those that it refers to; contracts are loaded only if references have no cycle."""
    if subject.name in done:
        return
    for name in _referred(subject):
        if name in subjects and name != subject.name:
            _visit(subjects[name], subjects, done)
    done[subject.name] = None


def _referred(subject: DesiredSubject) -> Iterable[str]:
    return (reference.subject for version in subject.versions for reference in version.references)
