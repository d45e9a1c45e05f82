"""Our own codecs: generated classes and plain values, on every executor that runs here, and what they cost besides."""

from __future__ import annotations

import dataclasses
import importlib
import json
import os
import sys
import time
import tracemalloc
from typing import TYPE_CHECKING, Any, Final
from unittest import mock

from eventpact import avro
from eventpact.avro import executor as executors

if TYPE_CHECKING:
    from benchmarks.codec_events import Measured
    from benchmarks.codec_peers import Codec
    from eventpact.avro.executor import Executor
    from eventpact.event import Event

_NEWEST: Final = 3
"""The version of contracts that evolution decodes to; where there is none, it is made by adding optional fields."""
_HELD: Final = 1_000
_FIRSTS: Final = 60


def generated(event: Measured, executor: Executor) -> Codec:
    """The generated class, through its contract as services do."""
    contract = _imported(event, executor).contract
    instance = contract.decode(event.raw)
    assert contract.encode(instance) == event.raw
    assert avro.Codec(event.schema, executor=executor).decode(contract.encode(instance)) == event.value
    encode, decode = contract.encode, contract.decode
    return lambda: encode(instance), lambda: decode(event.raw)


def _imported(event: Measured, executor: Executor) -> type[Event]:
    """The event's class from its package as it is where this executor is chosen: packages choose when they load."""
    package = event.cls.__module__.partition(".")[0]
    for name in [name for name in sys.modules if name.partition(".")[0] == package]:
        del sys.modules[name]
    with mock.patch.dict(os.environ, {executors.VARIABLE: executor}):
        executors.chosen.cache_clear()
        cls: type[Event] = getattr(importlib.import_module(event.cls.__module__), event.cls.__name__)
        cls.contract.decode(event.raw)
    executors.chosen.cache_clear()
    return cls


def plain(event: Measured, executor: Executor) -> Codec:
    """Dicts."""
    codec = avro.Codec(event.schema, executor=executor)
    assert codec.encode(event.value) == event.raw
    assert codec.decode(event.raw) == event.value
    return lambda: codec.encode(event.value), lambda: codec.decode(event.raw)


def evolution(event: Measured, executor: Executor) -> Codec:
    """The first version's bytes into the class of the newest."""
    codec = _newest(event, executor)
    decode = codec.decoder(event.oldest)
    decode(event.raw_oldest)
    return None, lambda: decode(event.raw_oldest)


def first_decode_ms(event: Measured, executor: Executor) -> float:
    """Milliseconds for the first bytes of a version that was never seen, its schema's text parsed included."""
    codec = _newest(event, executor)
    codec.decode(codec.encode(codec.decode(event.raw_oldest, event.oldest)))
    text = avro.meaning(event.oldest)

    def first() -> float:
        start = time.process_time()
        codec.decode(event.raw_oldest, avro.parse(text))
        return time.process_time() - start

    return min(first() for _ in range(_FIRSTS)) * 1000


def held_bytes(decode: Any) -> float:
    """Bytes that one decoded event holds."""
    decode()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        events = [decode() for _ in range(_HELD)]
        return (tracemalloc.get_traced_memory()[0] - before) / len(events)
    finally:
        tracemalloc.stop()


def _newest(event: Measured, executor: Executor) -> avro.Codec:
    """A codec of the event's third version, whose class is made as the generator would make it."""
    added = [f"added{number}" for number in range(event.cls.contract.version, _NEWEST)]
    text = json.loads(event.text)
    text["fields"] += [{"name": name, "type": ["null", "string"], "default": None} for name in added]
    schema = avro.parse(text)
    binding = event.classes[event.cls.contract.full_name]
    attributes = (*binding.attributes, *added)
    cls = dataclasses.make_dataclass(
        event.cls.__name__, attributes, bases=event.cls.__bases__, frozen=True, slots=True, kw_only=True
    )
    classes = {**event.classes, event.cls.contract.full_name: avro.Binding(cls, attributes)}
    return avro.Codec(schema, classes=classes, executor=executor)
