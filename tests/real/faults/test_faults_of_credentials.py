"""Credentials that end while events flow, because whoever renews them does not; and later does."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from eventpact import Health
from eventpact.credentials import OAuthBearer, SecretFile
from tests.real.faults import journal
from tests.real.faults.ledger import commonest, judge
from tests.real.faults.lengths import lasting
from tests.real.faults.programs import wait_until
from tests.real.tokens import LIFETIME, LISTENER, Renewal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.real.faults.ledger import Ledger
    from tests.real.faults.programs import Program
    from tests.real.faults.stage import Stage

RATE = 100
UNTIL_TOLD = 1_000_000


@pytest.fixture
def renewal(stage: Stage) -> Iterator[Renewal]:
    """Programs come in by short-lived tokens from a file that is renewed."""
    file = stage.folder / "token"
    stage.environ = {
        "KAFKA_BROKERS": stage.cluster.bootstrap(LISTENER.name),
        "KAFKA_SASL_ENABLED": "true",
        "KAFKA_SASL_MECHANISM": "OAUTHBEARER",
        "KAFKA_SASL_WITHOUT_TLS": "true",
        "KAFKA_SASL_OAUTHBEARER_TOKEN_FILE": str(file),
    }
    with Renewal(file) as renewal:
        yield renewal


@lasting(4, 60)
def test_tokens_that_end_stop_everything_with_the_reason_and_lose_nothing(
    stage: Stage, renewal: Renewal, seconds: float, enter: Callable[[str, Ledger], None]
) -> None:
    sasl = OAuthBearer(source=SecretFile(str(renewal.file)), without_tls=True)
    health = Health(replace(stage.settings, brokers=stage.cluster.bootstrap(LISTENER.name), sasl=sasl), timeout=2)
    spool = {"path": str(stage.folder / "spool.db")}
    spooling = stage.sender(name="ann", count=UNTIL_TOLD, rate=RATE, spool=spool)
    refusing = stage.sender(name="bob", count=UNTIL_TOLD, rate=RATE, properties={"delivery.timeout.ms": 5000})
    programs = stage.handler(), stage.handler(), spooling, refusing
    stage.wait_for_handled(300)
    before = health.ping()
    renewal.stop()
    ended = f"the token for OAUTHBEARER in {str(renewal.file)!r} ended on"
    wait_for(lambda: all(program.has_said(ended) for program in programs), programs)
    time.sleep(seconds)  # the fault itself
    during = health.check()
    renewal.start()
    renewed = time.monotonic_ns()
    wait_for(lambda: all(sent_after(renewed, one) & stage.ledger().handled for one in (spooling, refusing)), programs)
    for sender in (spooling, refusing):
        assert sender.stop() == 0, sender.said()
    stage.sender(name="cid", count=0, spool=spool)  # sends what still waits, should there be any

    ledger = stage.settle()

    enter(f"tokens not renewed for {seconds:g} s", ledger)
    assert before.error is None
    assert "check the token" in during.findings[0].message
    spooled, refused = judge([spooling.journal]), judge([refusing.journal])
    assert spooled.acknowledged == spooled.sent
    assert refused.acknowledged | refused.failed.keys() == refused.sent
    assert "check the token" in commonest(refused.failed.values())
    assert not ledger.lost
    assert not ledger.out_of_order


def wait_for(happened: Callable[[], object], programs: tuple[Program, ...]) -> None:
    """Wait for what the end of a token, or a new one, brings about; the client asks for one every ten seconds."""
    wait_until(happened, patience=LIFETIME + 45, what=lambda: "\n".join(program.said() for program in programs))


def sent_after(moment: int, sender: Program) -> set[str]:
    """The events that a sender has handed to its producer since then."""
    lines = journal.lines(sender.journal)
    return {line.words[0] for line in lines if line.kind == journal.SENT and line.at > moment}
