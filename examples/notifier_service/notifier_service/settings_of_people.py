"""What people have chosen: kept by another service, which may be away for a moment."""

from __future__ import annotations

from typing import Protocol


class SettingsOfPeople(Protocol):
    """Asked for each notification."""

    def wants_push(self, user_id: str) -> bool:
        """Whether somebody wants to be told on their devices.

        Raises:
            ConnectionError: the service that knows does not answer.
        """


class SettingsInMemory:
    """For development and tests, where that service does not run: whoever is not muted wants to be told."""

    def __init__(self) -> None:
        self.muted: set[str] = set()
        self.away = False
        """Whether to behave as when the service does not answer."""

    def wants_push(self, user_id: str) -> bool:
        if self.away:
            raise ConnectionError("the settings service does not answer")
        return user_id not in self.muted
