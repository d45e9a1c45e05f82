"""What is done in the event loop, where everybody waits for it, and what has to go to a thread.

To hand a request to a thread and its answer back costs as much as a usual registration itself. So what registers and
looks up is first tried at once. It gives up, before anything is written, where the schemas are too large to be parsed
and judged in a few milliseconds or somebody else is writing, and is then done in a thread, which may wait.
"""

from __future__ import annotations

from enum import Enum


class TakesLonger(Exception):  # noqa: N818 - no error: the application turns to a thread
    """Nothing was done: it would keep others waiting."""


class Pace(Enum):
    """How long a call may take, by the characters of all schemas that it parses, or judges, with their references."""

    AT_ONCE = 32 * 1024
    UNHURRIED = None

    @property
    def waits(self) -> bool:
        """Whether it may wait for others."""
        return self is Pace.UNHURRIED

    def demand(self, characters: int | None) -> None:
        """Give up where so many characters take too long; None stands for what is not parsed yet.

        Raises:
            TakesLonger: they do.
        """
        if self.value is not None and (characters is None or characters > self.value):
            raise TakesLonger
