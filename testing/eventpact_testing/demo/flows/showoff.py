"""ShowOff.life: eight topics that carry several events each, and notifications sent in bulk."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from showoff_events import Priority, PushNotification, ShowoffProducer
from showoff_events import groups as group_classes

from eventpact_testing.demo.flows.ledger import FlowResult, Ledger
from eventpact_testing.demo.flows.runner import PATIENCE, counting, drive, main, send_all
from eventpact_testing.examples import examples

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eventpact import Settings


def bulk(count: int) -> Iterator[PushNotification]:
    """One announcement to everybody."""
    for number in range(count):
        yield PushNotification(
            recipient_id=f"u-{number:05d}",
            title="A new challenge has begun",
            body="Show your best trick of the week and win 500 coins.",
            device_tokens=(f"token-{number:08x}",),
            priority=Priority.NORMAL,
            campaign_id="spring-tricks",
        )


def flow(settings: Settings, count: int) -> FlowResult:
    """Send `count` notifications in bulk and a tenth as many of every event type on the eight topics."""
    ledger = Ledger()
    groups = [counting(getattr(group_classes, name), ledger) for name in group_classes.__all__]
    with ShowoffProducer(settings) as producer, drive(settings, groups, ledger) as stage:
        send_all(producer, chain.from_iterable(examples(event, 1) for event in ShowoffProducer.events), ledger)
        stage.warmed_up()
        send_all(producer, bulk(count), ledger)
        everything = (examples(event, count // 10, seed=1) for event in ShowoffProducer.events)
        send_all(producer, chain.from_iterable(everything), ledger)
        ledger.wait(PATIENCE)
        poisoned = stage.poison(PushNotification)
    return ledger.result("showoff", poisoned=poisoned.readers, dead_letters=poisoned.dead_letters)


if __name__ == "__main__":
    main(flow)
