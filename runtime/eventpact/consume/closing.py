"""The end of a client's membership, past a hole in librdkafka through which the whole process would fall asleep.

A rebalance that waits when the client closes is served within its `close`, and a second one after it, of all that is
held. Answering either is a request to the client's own group. Closing waits for the first answer, and lets go of
everything whatever it says; the second is asked for when the group may be over, and a request that crosses the end
is dropped without an answer (https://github.com/confluentinc/librdkafka/issues/4884). The Python client makes such
requests with the interpreter in its hands and no limit of time: no other thread would ever run again.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Final, TypeAlias

from confluent_kafka import KafkaError, KafkaException

if TYPE_CHECKING:
    from collections.abc import Callable

    import confluent_kafka
    from confluent_kafka import TopicPartition

    Told: TypeAlias = Callable[[confluent_kafka.Consumer, list[TopicPartition]], None]

_LOG: Final = logging.getLogger("eventpact.consume")

_LOOK: Final = 0.02
"""Seconds of one look whether the group is over."""

_PATIENCE: Final = 60.0
"""Seconds until the group is over: the client gives up its farewell to brokers that are silent long before."""


class Closing:
    """Closes one client; the rebalances that it is told of meanwhile come to nobody else."""

    def __init__(self, consumer: confluent_kafka.Consumer) -> None:
        self._consumer = consumer
        self._begun = False
        self._told = 0

    def close(self) -> None:
        """Leave the group and let go of the connection; waits for the brokers."""
        self._begun = True
        self._consumer.close()

    def until_then(self, told: Told) -> Told:
        """A rebalance's callback, for as long as the client is not closing."""

        def callback(consumer: confluent_kafka.Consumer, partitions: list[TopicPartition]) -> None:
            if not self._begun:
                told(consumer, partitions)
                return
            self._told += 1
            if self._told > 1:
                self._outlast(partitions)

        return callback

    def _outlast(self, partitions: list[TopicPartition]) -> None:
        """Wait until the group is over: the client knows then that nobody is there to ask."""
        deadline = time.monotonic() + _PATIENCE
        while not self._is_over(partitions):
            if time.monotonic() >= deadline:
                _LOG.warning("a closing client has not left its group for %g s", _PATIENCE)
                return

    def _is_over(self, partitions: list[TopicPartition]) -> bool:
        # Of all questions to the group, the one that has a limit of time and leaves the interpreter to others.
        try:
            self._consumer.committed(partitions, timeout=_LOOK)
        except KafkaException as error:
            return bool(error.args[0].code() == KafkaError._DESTROY)
        return False
