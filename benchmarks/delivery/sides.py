"""One side of the delivery benchmark: a process of its own, which prints what it measured as one line of JSON.

python -m benchmarks.delivery.sides SIDE '{"brokers": …, "registry": …, "package": …, "topic": …, …}'

Raw sides are plain confluent-kafka with the same settings, bytes, keys and headers; typed sides are a generated class.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Final

from benchmarks.delivery import lanes, paced, passing_on, streams
from benchmarks.delivery.side import Side

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SIDES: Final[Mapping[str, Callable[[Side], dict[str, float]]]] = {
    side.__name__: side
    for side in (
        streams.produce_raw,
        streams.produce_typed,
        streams.consume_raw,
        streams.consume_typed,
        paced.produce_paced_raw,
        paced.produce_paced,
        paced.consume_paced_raw,
        paced.consume_paced,
        passing_on.pass_on_raw,
        passing_on.pass_on_typed,
        passing_on.pass_on_batches,
        lanes.wait_in_lanes,
        lanes.preload,
    )
}


if __name__ == "__main__":
    name, told = sys.argv[1:]
    print(json.dumps(SIDES[name](Side(json.loads(told)))), flush=True)
