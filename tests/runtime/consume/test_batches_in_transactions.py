"""Batches in transactions, on the embedded broker."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from eventpact import Context, Settings
from tests.runtime.sample import Noted, Posted, PostReader, SampleProducer

if TYPE_CHECKING:
    from collections.abc import Sequence

EVENTS = 200
"""So many that some come together, whatever a busy machine makes of the first few."""


def test_what_a_failed_batch_sent_is_taken_back(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    idempotent = replace(settings, producer={"linger.ms": "0"})
    aborted: list[float] = []
    batches: list[int] = []

    class Copier(PostReader, name="copier"):
        def on_posted(self, event: Posted, context: Context) -> None:
            results.send(Noted(note=event.event_id), tenant_id="acme")

        def on_posted_batch(self, events: Sequence[Posted], contexts: Sequence[Context]) -> None:
            batches.append(len(events))
            results.send(Noted(note="of the failed batch"), tenant_id="acme")
            raise LookupError("no batch today")

    with (
        SampleProducer(settings, register="dev") as producer,
        SampleProducer(idempotent, register="dev", transactional_id="copier") as results,
    ):
        producer.send_many([Posted(event_id="a")] * EVENTS).raise_for_failures()
        transactions = results.transactions
        assert transactions is not None
        abort = transactions.abort

        def counted(timeout: float) -> None:
            aborted.append(timeout)
            abort(timeout)

        monkeypatch.setattr(transactions, "abort", counted)
        statistics = Copier().run(settings, exactly_once=True, producer=results, max_events=EVENTS)

    assert statistics.handled == EVENTS
    assert batches
    assert len(aborted) == 1 + len(batches)  # one to register the producer
