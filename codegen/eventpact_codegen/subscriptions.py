"""What a consumer group subscribes to on the broker, from the patterns on topic folders in its contract.

`user.*` in a system whose topics are called `QuikApp.{topic}` becomes `QuikApp.user.*`, so that a topic added later is
read as soon as it exists. A pattern without any fixed text at its start (`*` where topics have no prefix) would also
take what belongs to other systems on the cluster; it stands for the topics that the contracts declare today.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from eventpact.names import topic_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from eventpact_registry.contracts.model import ConsumerGroup, System


def subscription(system: System, group: ConsumerGroup) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """`(topics, ignored topics)` in the notation of `eventpact.Group`: `{parameter}`, and `*` for any text."""
    wildcards = [
        name
        for pattern in group.topics
        if "*" in pattern and not any(char in pattern for char in "?[")
        for name in [system.topic_name.replace("{topic}", pattern)]
        if not name.startswith(("*", "{"))
    ]
    events = system.topics_of(group)
    wanted = [topic.name for topic in events]
    topics = [*wildcards, *(name for name in wanted if not _covered(name, wildcards))]
    # Retry topics are read as well; what is on them for others is passed over.
    read = {*wanted, *(tier.name for topic in events for tier in system.tiers_of(topic))}
    ignored = [
        topic.name for topic in system.topics.values() if topic.name not in read and _covered(topic.name, wildcards)
    ]
    return tuple(dict.fromkeys(topics)), tuple(dict.fromkeys(ignored))


def _covered(name: str, wildcards: Iterable[str]) -> bool:
    """Whether a subscription takes the topic of that name, whatever its parameters are."""
    declared = topic_name(name)
    example = declared.fill(dict.fromkeys(declared.parameters, "x"))
    return any(topic_name(wildcard).match(example) is not None for wildcard in wildcards)
