"""What is sent in the place of records that are given up, and what is not sent any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eventpact.consume.letters import Letter, Letters
from tests.runtime.raw import read

if TYPE_CHECKING:
    from eventpact import Settings
    from eventpact_testing.broker import LocalBroker

PLACE = ("sample.posted", 0, 7)


def test_a_letter_is_acknowledged_before_its_record_passes(settings: Settings, broker: LocalBroker) -> None:
    letters = Letters(settings)

    letters.send(PLACE, [Letter("sample.dead", b"k", b"v", [])])

    assert letters.settle() == {}
    assert [letter.value() for letter in read(broker, "sample.dead", 1)] == [b"v"]
    letters.close()


def test_a_handler_that_fails_after_the_end_of_the_run_sends_nothing(settings: Settings, broker: LocalBroker) -> None:
    """Nobody commits its record, so another member handles it again, and writes the letter if it comes to that."""
    letters = Letters(settings)
    letters.send(PLACE, [Letter("sample.dead", b"k", b"before", [])])
    letters.settle()
    letters.close()

    letters.send(("sample.posted", 0, 8), [Letter("sample.dead", b"k", b"after", [])])

    assert letters.settle(0.5) == {}
    assert [letter.value() for letter in read(broker, "sample.dead", 2, patience=1)] == [b"before"]
