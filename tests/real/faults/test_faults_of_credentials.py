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

RATE = 200


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
    spooling = stage.sender(name="ann", count=RATE * 20, rate=RATE, spool={"path": str(stage.folder / "spool.db")})
    refusing = stage.sender(name="bob", count=10**6, rate=RATE, properties={"delivery.timeout.ms": 5000})
    programs = stage.handler(), stage.handler(), spooling, refusing
    stage.wait_for_handled(500)
    before = health.ping()
    renewal.stop()
    ended = f"the token for OAUTHBEARER in {str(renewal.file)!r} ended on"
    wait_for(lambda: all(ended in program.log.read_text() for program in programs), programs)
    time.sleep(seconds)  # the fault itself
    during = health.check()
    renewal.start()
    renewed = time.monotonic_ns()
    wait_for(lambda: last_acknowledged(refusing) > renewed, programs)
    assert refusing.stop() == 0, refusing.said()

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
    assert judge(program.journal for program in programs if program is not spooling).written_twice == 0


def wait_for(happened: Callable[[], object], programs: tuple[Program, ...]) -> None:
    """Wait for what the end of a token, or a new one, brings about; the client asks for one every ten seconds."""
    wait_until(happened, patience=LIFETIME + 45, what=lambda: "\n".join(program.said() for program in programs))


def last_acknowledged(sender: Program) -> int:
    """When the brokers had the last event that they took from a sender."""
    return max(line.at for line in journal.lines(sender.journal) if line.kind == journal.ACKNOWLEDGED)
