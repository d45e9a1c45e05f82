"""QuikApp: one team's chat, read by five consumer groups whose topics are wildcards."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from quikapp_events import MessageSent, MessageSentData, QuikappProducer
from quikapp_events.groups import (
    AnalyticsService,
    AuditService,
    NotificationService,
    RealtimeBroadcaster,
    SearchIndexer,
)

from eventpact_testing.demo.flows.ledger import FlowResult, Ledger
from eventpact_testing.demo.flows.runner import PATIENCE, counting, drive, main, send_all
from eventpact_testing.examples import examples

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eventpact import Settings

GROUPS = (NotificationService, AuditService, AnalyticsService, SearchIndexer, RealtimeBroadcaster)


def messages(count: int) -> Iterator[MessageSent]:
    """A busy morning in one workspace: forty people in a dozen channels."""
    for number in range(count):
        yield MessageSent(
            data=MessageSentData(
                message_id=f"m-{number:06d}",
                channel_id=f"c-{number % 12}",
                workspace_id="w-1",
                user_id=f"u-{number % 40}",
                content=f"Message {number}: the build is green, please review before lunch.",
                mentions=(f"u-{(number + 7) % 40}",),
            )
        )


def flow(settings: Settings, count: int) -> FlowResult:
    """Send `count` messages and a tenth as many of every other event; every group reads its share."""
    ledger = Ledger()
    groups = [counting(group, ledger) for group in GROUPS]
    others = [event for event in QuikappProducer.events if event is not MessageSent]
    with QuikappProducer(settings) as producer, drive(settings, groups, ledger) as stage:
        send_all(producer, chain.from_iterable(examples(event, 1) for event in QuikappProducer.events), ledger)
        stage.warmed_up()
        send_all(producer, messages(count), ledger)
        send_all(producer, chain.from_iterable(examples(event, count // 10, seed=1) for event in others), ledger)
        ledger.wait(PATIENCE)
        poisoned = stage.poison(MessageSent)
    return ledger.result("quikapp", poisoned=poisoned.readers, dead_letters=poisoned.dead_letters)


if __name__ == "__main__":
    main(flow)
