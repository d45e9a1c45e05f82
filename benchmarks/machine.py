"""How fast is this machine just now? Shared machines change by the minute: what is measured on one says so beside it.

Computing is measured by fastavro, which is C and no work of ours, writing quikapp's MessageSent; waking up, which all
that talks over sockets waits for, by a byte that goes to another process and comes back.
"""

from __future__ import annotations

import io
import json
import subprocess
from dataclasses import dataclass
from statistics import median
from time import perf_counter_ns, thread_time_ns
from typing import IO, TYPE_CHECKING, Any, Final, cast

import fastavro

from benchmarks.codec_events import CONTRACTS, MESSAGE
from eventpact import avro
from eventpact_registry.contracts.repository import ContractRepository
from eventpact_registry.contracts.source import parse_source

if TYPE_CHECKING:
    from collections.abc import Callable

_TURNS: Final = 41
_CALLS: Final = 200


@dataclass(frozen=True)
class Speed:
    """Microseconds, of many turns the one in the middle."""

    computing: float
    """Of the CPU, for fastavro to write one MessageSent of 356 bytes; 5.2 where the rates of `delivery` come from."""
    waking: float
    """Until another process has answered."""

    def __str__(self) -> str:
        return (
            f"fastavro writes MessageSent in {self.computing:.1f} µs, another process answers in {self.waking:.0f} µs"
        )


class Machine:
    """Something to compare the machine with, now and later."""

    def __init__(self) -> None:
        quikapp = ContractRepository.load(parse_source(f"dir:{CONTRACTS}", CONTRACTS)).systems["quikapp"]
        (event,) = (
            event
            for topic in quikapp.topics.values()
            for event in topic.events.values()
            if event.full_name == "io.quikapp.message.MessageSent"
        )
        self._schema = fastavro.parse_schema(json.loads(avro.meaning(event.latest.schema)))

    def speed(self) -> Speed:
        """How fast it is now."""
        with subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0) as other:
            there, back = cast("IO[bytes]", other.stdin), cast("IO[bytes]", other.stdout)
            waking = _microseconds(perf_counter_ns, lambda: (there.write(b"."), back.read(1)))
            there.close()
        return Speed(_microseconds(thread_time_ns, self._write), waking)

    def _write(self) -> None:
        fastavro.schemaless_writer(io.BytesIO(), self._schema, MESSAGE)


def _microseconds(clock: Callable[[], int], call: Callable[[], Any]) -> float:
    turns = []
    for _ in range(_TURNS):
        start = clock()
        for _ in range(_CALLS):
            call()
        turns.append((clock() - start) / _CALLS / 1000)
    return median(turns)
