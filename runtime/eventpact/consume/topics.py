"""What a group needs to know of each topic it reads from, worked out from names when a topic is first seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from eventpact.names import topic_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from eventpact.event import EventContract


@dataclass(frozen=True, slots=True)
class TopicView:
    """One topic of a group."""

    parameters: Mapping[str, str]
    """Values of its run-time parameters."""
    dead_letters: str | None
    """Where its records go that cannot be handled."""


class TopicViews:
    """The topics of a group by name."""

    def __init__(self, contracts: Iterable[EventContract]) -> None:
        self._contracts = tuple(contracts)
        self._views: dict[str, TopicView] = {}

    def of(self, topic: str) -> TopicView:
        """What is known of a topic: nothing, when no contract of the group's events names it."""
        found = self._views.get(topic)
        if found is None:
            found = self._views[topic] = self._look(topic)
        return found

    def _look(self, topic: str) -> TopicView:
        for contract in self._contracts:
            parameters = topic_name(contract.topic).match(topic)
            if parameters is not None:
                dead_letters = contract.dead_letters
                return TopicView(parameters, dead_letters and dead_letters.format_map(parameters))
        return TopicView({}, None)


def subscription(topics: Iterable[str]) -> list[str]:
    """What a consumer subscribes to for topic names in the contracts' notation: names, and patterns after `^`."""
    return sorted({topic_name(topic).subscription for topic in topics})


def ignoring(topics: Iterable[str]) -> dict[str, str]:
    """The consumer property that keeps topics out of every pattern."""
    patterns = sorted({_anchored(topic_name(topic).subscription) for topic in topics})
    return {"topic.blacklist": ",".join(patterns)} if patterns else {}


def _anchored(subscription: str) -> str:
    return subscription if subscription.startswith("^") else f"^{subscription.replace('.', '[.]')}$"
