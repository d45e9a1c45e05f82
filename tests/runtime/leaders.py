"""Leaders of the embedded broker that, asked for offsets, do not answer, or answer that they do not lead."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Final

from confluent_kafka import KafkaError

from eventpact_testing.broker import _library

if TYPE_CHECKING:
    from eventpact_testing.broker import LocalBroker

_LIST_OFFSETS: Final = 2
"""Kafka's number of the request (ApiKeys)."""

_LONG_MS: Final = 60_000


def hang(broker: LocalBroker, *, times: int) -> None:
    """Leave so many questions for offsets without an answer."""
    _answer(broker, times, 0, _LONG_MS)


def refuse(broker: LocalBroker, *, times: int) -> None:
    """Say so many times that somebody else leads."""
    _answer(broker, times, KafkaError.NOT_LEADER_FOR_PARTITION, 0)


def _answer(broker: LocalBroker, times: int, error: int, after_ms: int) -> None:
    push = _library().rd_kafka_mock_broker_push_request_error_rtts
    push.argtypes = (ctypes.c_void_p, ctypes.c_int32, ctypes.c_int16, ctypes.c_size_t)
    answers = [ctypes.c_int(number) for _ in range(times) for number in (error, after_ms)]
    assert push(broker._open(), 1, _LIST_OFFSETS, times, *answers) == 0
