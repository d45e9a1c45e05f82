"""Producer and consumer hold no more memory after millions of messages than after the first."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.real.faults.ledger import judge

if TYPE_CHECKING:
    from tests.real.faults.programs import Program
    from tests.real.faults.stage import Stage

MEBI = 1 << 20


def memory(program: Program) -> list[int]:
    """What a bulk program held, in MiB, at each look."""
    notes = [note for note in judge([program.journal]).notes if note[0] == "memory"]
    return [int(resident) // MEBI for _, _, resident in notes]


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
@pytest.mark.parametrize(
    "count",
    [
        pytest.param(100_000, id="short"),
        pytest.param(5_000_000, id="full", marks=[pytest.mark.soak, pytest.mark.timeout(60 * 30)]),
    ],
)
def test_memory_is_flat(stage: Stage, count: int, capsys: pytest.CaptureFixture[str]) -> None:
    """Flat: what the second half adds to the most of the first is within a tenth, and 8 MiB."""
    sender = stage.bulk(side="send", count=count)
    handler = stage.bulk(side="handle", count=count)
    assert sender.wait(1500) == 0, sender.said()
    assert handler.wait(1500) == 0, handler.said()

    for name, held in (("producer", memory(sender)), ("consumer", memory(handler))):
        with capsys.disabled():
            print(f"\n{name} over {count:,} messages, MiB: {' '.join(map(str, held))}")
        assert len(held) == 20
        first, second = max(held[:10]), max(held[10:])
        assert second <= first * 1.1 + 8
