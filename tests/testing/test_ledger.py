"""The demonstration's books: what is lost cannot hide behind what came twice."""

from __future__ import annotations

from eventpact import Context
from eventpact_testing.demo.flows.ledger import Ledger
from tests.runtime.sample import Posted, PostReader


class Search(PostReader, name="search"):
    pass


class Audit(PostReader, name="audit"):
    pass


def place(offset: int) -> Context:
    return Context("sample.posted", 0, offset)


def books(sent: int) -> tuple[Ledger, Search, Audit]:
    """A ledger with two groups that read what was sent."""
    ledger, search, audit = Ledger(), Search(), Audit()
    ledger.add_group(search)
    ledger.add_group(audit)
    for number in range(sent):
        ledger.sent(Posted(event_id=str(number)), "sample.posted")
    return ledger, search, audit


def test_what_every_group_has_handled_is_not_lost() -> None:
    ledger, search, audit = books(sent=2)
    for offset in range(2):
        ledger.handled(search, place(offset))
        ledger.handled(audit, place(offset))

    assert ledger.wait(0)
    row = ledger.result("sample")
    assert (row.sent, row.received, row.expected, row.lost, row.topics) == (2, 4, 4, 0, 1)


def test_a_record_that_one_group_handles_again_is_counted_once() -> None:
    ledger, search, _ = books(sent=2)
    ledger.handled(search, place(0))
    ledger.handled(search, place(0))

    assert ledger.received == 1
    assert ledger.lost == 3


def test_what_one_group_got_too_often_does_not_hide_what_another_lost() -> None:
    ledger, search, audit = books(sent=2)
    for offset in range(3):  # one event was written twice
        ledger.handled(search, place(offset))
    ledger.handled(audit, place(0))

    assert ledger.received == ledger.expected
    assert ledger.lost == 1
    assert not ledger.wait(0)
