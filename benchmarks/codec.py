"""How fast are events encoded and decoded: by us, and by what else Python has?

Four events: quikapp's MessageSent, and the smallest, the largest and the most nested of the five systems' events.
Packages are generated from `contracts/` when this starts; all who write Avro are checked to write the same bytes.
"""

from __future__ import annotations

import tempfile
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from benchmarks import codec_ours as ours
from benchmarks.codec_events import measured_events
from benchmarks.codec_peers import JUDGE, PEERS
from benchmarks.table import Table, main, measure
from eventpact.avro import executor as executors
from eventpact_registry.server.embedded import EmbeddedRegistry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from benchmarks.codec_events import Measured
    from benchmarks.codec_peers import Codec
    from benchmarks.table import Timing
    from eventpact.avro.executor import Executor


class Limit(NamedTuple):
    """What we allow ourselves, as parts of fastavro's time."""

    encode: float | None
    decode: float | None


_LIMITS: Final[Mapping[tuple[str, Executor], Limit]] = {
    ("generated class", "python"): Limit(0.28, 0.60),
    ("generated class", "native"): Limit(0.07, 0.09),
    ("generated class, evolution", "native"): Limit(None, 0.12),
}
_FIRST_LIMIT: Final = 5.0
_NO_LIMIT: Final = Limit(None, None)
_OURS: Final[Mapping[str, Callable[[Measured, Executor], Codec]]] = {
    "generated class": ours.generated,
    "generated class, evolution": ours.evolution,
    "dicts": ours.plain,
}
_COLUMNS: Final = ["encode", "of fastavro", "limit", "decode", "of fastavro", "limit", "held, bytes", "first, ms"]
_TITLE: Final = "{event}: CPU microseconds, and parts of fastavro's time"


def run() -> list[Table]:
    """Measure each event, after checking that all agree on its bytes and on what they read."""
    with tempfile.TemporaryDirectory() as folder, EmbeddedRegistry() as registry:
        return [_measured(event, registry.url) for event in measured_events(Path(folder))]


def _measured(event: Measured, url: str) -> Table:
    notes = [
        f"Codecs run in {executors.chosen()} here. Held: by one decoded event. First: see `first_decode_ms`, limit 5."
    ]
    candidates: dict[str, Codec] = {}
    limits: dict[str, Limit] = {}
    firsts: dict[str, float] = {}
    for (name, make), executor in product(_OURS.items(), executors.available()):
        candidates[f"eventpact, {name}, {executor}"] = make(event, executor)
        limits[f"eventpact, {name}, {executor}"] = _LIMITS.get((name, executor), _NO_LIMIT)
    for executor in executors.available():
        firsts[f"eventpact, generated class, evolution, {executor}"] = ours.first_decode_ms(event, executor)
    for name, peer in PEERS.items():
        try:
            candidates[name] = peer(event, url)
        except Exception as error:  # noqa: BLE001 - a peer that cannot take an event is a result, whatever it raises
            notes.append(f"{name} is left out: {type(error).__name__}: {error}".splitlines()[0])
    encoding = measure({name: encode for name, (encode, _) in candidates.items() if encode}, JUDGE)
    decoding = measure({name: decode for name, (_, decode) in candidates.items()}, JUDGE)
    rows = {
        name: [
            *_times(encoding.get(name), limits.get(name, _NO_LIMIT).encode),
            *_times(decoding.get(name), limits.get(name, _NO_LIMIT).decode),
            ours.held_bytes(decode),
            firsts.get(name),
        ]
        for name, (_, decode) in candidates.items()
    }
    notes += [f"Outside its limit: {name}, {what}." for name, row in rows.items() for what in _beyond(row)]
    return Table(_TITLE.format(event=event), _COLUMNS, rows, notes)


def _beyond(row: Sequence[float | None]) -> Iterator[str]:
    """Which of a row's ratios are larger than the limit beside them, as they are shown."""
    _, encoded, most_encoded, _, decoded, most_decoded, *_, first = row
    for what, found, limit in (
        ("encode", encoded, most_encoded),
        ("decode", decoded, most_decoded),
        ("first", first, _FIRST_LIMIT),
    ):
        if found is not None and limit is not None and round(found, 2) > limit:
            yield what


def _times(timing: Timing | None, limit: float | None) -> list[float | None]:
    return [timing.microseconds, timing.ratio, limit] if timing else [None, None, limit]


if __name__ == "__main__":
    main(run)
