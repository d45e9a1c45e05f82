"""The judge of the faults itself: what it must not miss."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.real.faults import journal
from tests.real.faults.journal import Journal
from tests.real.faults.ledger import UNCONFIRMED, judge, table

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def sent(tmp_path: Path) -> Path:
    """Three acknowledged events of one key, and one that failed."""
    path = tmp_path / "sender.journal"
    book = Journal(path)
    for number in range(3):
        book.write(journal.SENT, f"e{number}", "ann", number)
        book.write(journal.ACKNOWLEDGED, f"e{number}")
    book.write(journal.SENT, "e3", "ann", 3)
    book.write(journal.FAILED, "e3", "the brokers\nare gone")
    return path


def handle(path: Path, *numbers: int, offset: int = 0) -> Path:
    book = Journal(path)
    for number in numbers:
        book.write(journal.HANDLED, f"e{number}", "ann", number, f"topic/0@{offset + number}")
    return path


def test_everything_handled_once_is_clean(sent: Path, tmp_path: Path) -> None:
    ledger = judge([sent, handle(tmp_path / "handler.journal", 0, 1, 2)])

    assert ledger.row("none") == ("none", "4", "3", "1", "3", "0", "0", "0")
    assert ledger.failed == {"e3": "the brokers / are gone"}


def test_an_acknowledged_event_that_nobody_handled_is_lost(sent: Path, tmp_path: Path) -> None:
    assert judge([sent, handle(tmp_path / "handler.journal", 0, 2)]).lost == {"e1"}


def test_a_failure_accounts_for_an_event_only_if_it_may_have_been_written_unnoticed(sent: Path) -> None:
    Journal(sent).write(journal.SENT, "e4", "ann", 4)
    Journal(sent).write(journal.FAILED, "e4", f"not acknowledged: {UNCONFIRMED}")
    Journal(sent).write(journal.SENT, "e5", "ann", 5)

    assert judge([sent]).unaccounted == {"e3", "e5"}


def test_a_repeat_is_a_duplicate_and_not_out_of_order(sent: Path, tmp_path: Path) -> None:
    ledger = judge([sent, handle(tmp_path / "handler.journal", 0, 1, 0, 1, 2)])

    assert (ledger.duplicates, ledger.written_twice, ledger.out_of_order) == (2, 0, [])


def test_an_event_at_two_places_was_written_twice(sent: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "handler-1.journal", tmp_path / "handler-2.journal"

    ledger = judge([sent, handle(first, 0, 1, 2), handle(second, 1, offset=10)])

    assert (ledger.duplicates, ledger.written_twice) == (1, 1)


def test_an_event_handled_first_after_a_later_one_is_out_of_order(sent: Path, tmp_path: Path) -> None:
    ahead, behind = tmp_path / "handler-1.journal", tmp_path / "handler-2.journal"

    ledger = judge([handle(ahead, 0, 2), handle(behind, 1), sent])

    assert [one.event_id for one in ledger.out_of_order] == ["e1"]


def test_a_line_that_a_kill_cut_short_does_not_count(sent: Path) -> None:
    with sent.open("a") as journal_file:
        journal_file.write(f"{journal.ACKNOWLEDGED} 123 e3")

    assert judge([sent]).acknowledged == {"e0", "e1", "e2"}


def test_a_process_that_never_began_has_an_empty_journal(tmp_path: Path) -> None:
    assert judge([tmp_path / "missing.journal"]).row("x") == ("x", *["0"] * 7)


def test_rows_stand_under_their_head(sent: Path) -> None:
    head, row = table([judge([sent]).row("a fault")])

    assert head.index("sent") + len("sent") == row.index("4") + 1
