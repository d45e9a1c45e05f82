"""What a store of handled events has to do, whatever it keeps them in."""

from __future__ import annotations

from typing import Final, NamedTuple, Protocol


class Claim(NamedTuple):
    """What a store says when somebody is about to handle an event."""

    granted: bool
    """Go on: nobody has handled it, and nobody else will while the claim lasts."""
    wait: float = 0.0
    """Seconds after which somebody else's claim ends; 0 when there is none, so a claim that is not granted for no time
    means that the event was handled."""


CLAIMED: Final = Claim(granted=True)
HANDLED: Final = Claim(granted=False)


class HandledStore(Protocol):
    """Remembers events by a key of at most 1,000 characters. Any thread may call.

    What a method raises counts as a failure of the handler: the record is tried again as its contract says.
    """

    def claim(self, key: str, lease: float) -> Claim:
        """Claim an event for `lease` seconds, atomically; a claim that has ended is no one's any more."""
        ...

    def confirm(self, key: str) -> None:
        """The event was handled, whoever has a claim on it by now."""
        ...

    def release(self, key: str) -> None:
        """Handling it failed: another attempt may claim it at once. Does nothing to another's claim."""
        ...
