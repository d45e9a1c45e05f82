"""A disk that refuses while its producer works: told once, and again when it is over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import confluent_kafka
import pytest

from eventpact import Settings
from eventpact.clients import Complaints
from eventpact.produce.breaker import Breaker, BreakerPolicy
from eventpact.produce.configuration import configured
from eventpact.produce.serving import Serving
from eventpact.produce.spool import Spool, Spooled
from eventpact.produce.spool_settings import SpoolSettings
from eventpact.produce.spooling import Spooling
from eventpact.produce.unconfirmed import judged

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from eventpact_testing.broker import LocalBroker


def event(seq: int) -> Spooled:
    return Spooled(seq, "Posted v2", "sample.dead", b"k", b"v", None, 1_700_000_000_000)


class Bench:
    """A gate before a broker that takes everything, with a disk that can be made to refuse, and time in the hand."""

    def __init__(self, brokers: str, settings: SpoolSettings, events: int) -> None:
        complaints = Complaints(brokers)
        serving = Serving(complaints)
        serving.client = self.client = confluent_kafka.Producer({"bootstrap.servers": brokers, "linger.ms": 0})
        self.spool = Spool(settings)
        self.spool.add([event(seq) for seq in range(1, events + 1)])
        config = configured(
            Settings(brokers=brokers),
            {},
            profile=None,
            transactional_id=None,
            spool=settings,
            policy=None,
            queue_timeout=None,
        )
        self.now = 0.0
        breaker = Breaker(BreakerPolicy())
        self.gate = Spooling(
            serving, self.spool, breaker, judge=judged, complaints=complaints, config=config, clock=lambda: self.now
        )

    def refuse(self, *, writing: bool) -> None:
        """What SQLite raises then is its own."""
        self.spool._database.execute(f"PRAGMA query_only = {int(writing)}")

    def seconds(self, count: int) -> None:
        """Let seconds pass with ten rounds each."""
        for _ in range(10 * count):
            self.now += 0.1
            self.gate.tick()
            self.client.flush(5)


@pytest.fixture
def bench(broker: LocalBroker, tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(broker.bootstrap_servers, SpoolSettings(path=tmp_path / "spool.db", synchronous="NORMAL"), events=3)
    yield bench
    bench.gate.close()
    bench.client.close()


def test_a_disk_that_takes_no_deletions_is_told_once_and_when_it_does_again(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    bench.refuse(writing=True)
    bench.seconds(30)

    [trouble] = [said for said in caplog.messages if "delete from" in said]
    assert trouble.endswith("what was acknowledged is deleted later, or sent twice after a crash")
    assert bench.spool.waiting == 3

    bench.refuse(writing=False)
    bench.seconds(2)

    assert caplog.messages[-1] == f"the spool {bench.spool.path} lets acknowledged events be deleted again, after 30 s"
    assert bench.spool.waiting == 0


def test_a_second_trouble_is_told_again(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(2):
        bench.refuse(writing=True)
        bench.seconds(5)
        bench.refuse(writing=False)
        bench.seconds(2)
        bench.spool.add([event(bench.spool.next_seq)])

    assert sum("delete from" in said for said in caplog.messages) == 2
    assert sum("deleted again" in said for said in caplog.messages) == 2
