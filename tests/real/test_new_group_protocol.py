"""Groups under the protocol of KIP-848 (`group.protocol=consumer`), where the brokers assign partitions."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

import pytest

from tests.real.members import running, send, until
from tests.runtime.raw import committed
from tests.runtime.sample import Posted, PostReader

if TYPE_CHECKING:
    from eventpact import Settings
    from eventpact_testing.kafka import KafkaCluster
    from tests.runtime.sample import SampleProducer


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Of a service that chose the protocol."""
    return replace(settings, consumer={**settings.consumer, "group.protocol": "consumer"})


class ByPattern(PostReader, name="by-pattern"):
    """Reads what matches, but dead letters."""

    topics: ClassVar[tuple[str, ...]] = ("sample.*",)
    ignored_topics: ClassVar[tuple[str, ...]] = ("sample.dead",)


def test_members_share_the_partitions_and_every_event_is_handled_once_and_committed(
    producer: SampleProducer, settings: Settings, kafka: KafkaCluster, unique: str
) -> None:
    first, second = PostReader(), PostReader()

    def handled() -> set[tuple[int, int]]:
        return {(context.partition, context.offset) for one in (first, second) for context in tuple(one.contexts)}

    def share() -> bool:
        send(producer, 10)
        return bool(second.events)

    send(producer, 100)
    with running(first, settings):
        until(lambda: first.events)
        with running(second, settings):
            until(share)
            until(lambda: len(handled()) == producer.statistics.acknowledged)
        until(lambda: sum(committed(kafka, unique, "sample.posted").values()) == producer.statistics.acknowledged)

    assert first.events
    assert second.events
    assert len(first.events) + len(second.events) == producer.statistics.acknowledged


def test_patterns_and_what_is_left_out_of_them_hold(producer: SampleProducer, settings: Settings) -> None:
    class Dead(Posted):
        __slots__ = ()
        contract = replace(Posted.contract, topic="sample.dead")

    producer.send(Dead(event_id="dead"))
    send(producer, 30)
    group = ByPattern()

    with running(group, settings):
        until(lambda: len(group.events) == 30)

    assert {context.topic for context in group.contexts} == {"sample.posted"}
