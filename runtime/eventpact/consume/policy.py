"""What a group does when a handler raises: by exception, as the service says, and by record, as the contract says."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final

from eventpact.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping


class Policy(Enum):
    """What is done with a record whose handler raised."""

    RETRY = "retry"
    """Try again: in place, then by way of the retry topics, then dead letters, as far as the contract names any."""
    DEAD_LETTER = "dead-letter"
    """No attempt will do better: dead letters at once. Where the contract names none, the group stops."""
    SKIP = "skip"
    """The record does not matter to this group: it is counted, logged and passed over."""
    STOP = "stop"
    """Nothing may be handled before somebody has looked: the group stops, and the record is read again."""


class InOtherHands(Exception):  # noqa: N818 - not an error: the record is tried again, and no attempt is counted
    """Another member has claimed the event, or one that died; `wait` is for how many seconds yet."""

    def __init__(self, wait: float) -> None:
        super().__init__(wait)
        self.wait = wait


RETRIED: Final[Mapping[type[Exception], Policy]] = {Exception: Policy.RETRY}
"""For a group that says nothing: whatever is raised may be over the next time."""


def checked(group: str, errors: Mapping[type[Exception], Policy]) -> Mapping[type[Exception], Policy]:
    """The policies of a group, each of which is one.

    Raises:
        SettingsError: something is no exception class, or no policy.
    """
    problems = [
        f"group {group}: `errors` says {policy!r} of {kind!r}; it takes exception classes, and a `Policy` for each"
        for kind, policy in errors.items()
        if not (isinstance(kind, type) and issubclass(kind, Exception) and isinstance(policy, Policy))
    ]
    if problems:
        raise SettingsError(*problems)
    return errors


def policy_of(error: BaseException, errors: Mapping[type[Exception], Policy]) -> Policy:
    """That of the exception's class, else of the nearest of its bases that is named, else to retry."""
    for kind in type(error).__mro__:
        found = errors.get(kind)
        if found is not None:
            return found
    return Policy.RETRY
