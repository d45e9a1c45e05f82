"""What a consumer's client reports among the records: what is only said, and what ends the run."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final

from confluent_kafka import KafkaError

from eventpact.clients import broker_error
from eventpact.logs import about
from eventpact.names import topic_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from confluent_kafka import Message

    from eventpact.clients import Complaints

_LOG: Final = logging.getLogger("eventpact.consume")

_LASTING: Final = frozenset(
    {
        KafkaError.GROUP_AUTHORIZATION_FAILED,
        KafkaError.TOPIC_AUTHORIZATION_FAILED,
        KafkaError.CLUSTER_AUTHORIZATION_FAILED,
        KafkaError.GROUP_MAX_SIZE_REACHED,
        KafkaError.INCONSISTENT_GROUP_PROTOCOL,
        KafkaError.INVALID_GROUP_ID,
        KafkaError.INVALID_SESSION_TIMEOUT,
        KafkaError._AUTO_OFFSET_RESET,
        KafkaError._UNSUPPORTED_FEATURE,
    }
)
"""Errors that stay until somebody does something; the client gets over all others by itself."""

_ABSENT: Final = frozenset({KafkaError.UNKNOWN_TOPIC_OR_PART, KafkaError._UNKNOWN_TOPIC})


class Reports:
    """Weighs the reports of one run."""

    def __init__(self, name: str, topics: Sequence[str], complaints: Complaints) -> None:
        self._name = name
        self._topics = topics
        self._complaints = complaints

    def weigh(self, message: Message) -> None:
        """Say what there is to say of a report.

        Raises:
            BrokerError: it stays until somebody does something.
        """
        error: Any = message.error()
        code = error.code()
        if code in _ABSENT:
            self._say_absent(str(message.topic()))
        elif code == KafkaError._MAX_POLL_EXCEEDED:
            _LOG.warning(
                "group %s was not heard of for max.poll.interval.ms and has left; it joins again",
                self._name,
                extra=about(None, self._name),
            )
        elif error.fatal() or code in _LASTING:
            raise broker_error(error, self._complaints, f"read for group {self._name}")
        else:
            self._complaints(error)

    def _say_absent(self, subscription: str) -> None:
        """Only a topic that is named is amiss: one that matches a pattern is there when a tenant or neighbour is."""
        wanted = next((name for name in self._topics if topic_name(name).subscription == subscription), "")
        if topic_name(wanted).is_literal:
            _LOG.warning(
                "group %s: no topic %s that it may read yet: `eventpact apply` creates it, and with --acls the right",
                self._name,
                subscription,
                extra=about(None, self._name),
            )
        else:
            _LOG.info(
                "group %s: no topic matches %s yet; the first that does is read",
                self._name,
                wanted,
                extra=about(None, self._name),
            )
