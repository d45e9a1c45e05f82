"""CAAS: a tenant that was created for this run is used on all of its topics, beside the platform's own."""

from __future__ import annotations

import dataclasses
from itertools import chain
from typing import TYPE_CHECKING

from caas_events import CaasProducer, MessageKind, MessageSent, TenantCreated
from caas_events import groups as group_classes

from eventpact_testing.demo.flows.ledger import FlowResult, Ledger
from eventpact_testing.demo.flows.runner import PATIENCE, counting, drive, main, send_all
from eventpact_testing.examples import examples

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eventpact import Event, Settings

TENANT = "initech"


def messages(count: int) -> Iterator[MessageSent]:
    """What the tenant's users write to each other."""
    for number in range(count):
        yield MessageSent(
            tenant_id=TENANT,
            message_id=f"m-{number:06d}",
            conversation_id=f"c-{number % 30}",
            sender_id=f"u-{number % 80}",
            kind=MessageKind.TEXT,
            content=f"Ticket {number} is solved.".encode(),
        )


def of_tenant(event: type[Event], count: int, *, seed: int = 0) -> Iterator[Event]:
    """Examples of an event that belong to the tenant."""
    for example in examples(event, count, seed=seed):
        yield dataclasses.replace(example, tenant_id=TENANT)


def flow(settings: Settings, count: int) -> FlowResult:
    """Send `count` of the tenant's messages and a tenth as many of every other event."""
    ledger = Ledger()
    groups = [counting(getattr(group_classes, name), ledger) for name in group_classes.__all__]
    platform = [event for event in CaasProducer.events if "{" not in event.contract.topic]
    tenants = [event for event in CaasProducer.events if "{" in event.contract.topic]
    with CaasProducer(settings) as producer, drive(settings, groups, ledger) as stage:
        send_all(producer, examples(TenantCreated, 1), ledger)
        send_all(producer, chain.from_iterable(examples(event, 1) for event in platform), ledger)
        send_all(producer, chain.from_iterable(of_tenant(event, 1) for event in tenants), ledger, tenant_id=TENANT)
        stage.warmed_up()
        send_all(producer, messages(count), ledger, tenant_id=TENANT)
        others = (of_tenant(event, count // 10, seed=1) for event in tenants if event is not MessageSent)
        send_all(producer, chain.from_iterable(others), ledger, tenant_id=TENANT)
        send_all(producer, chain.from_iterable(examples(event, count // 10, seed=1) for event in platform), ledger)
        ledger.wait(PATIENCE)
        poisoned = stage.poison(MessageSent, tenant_id=TENANT)
    return ledger.result("caas", poisoned=poisoned.readers, dead_letters=poisoned.dead_letters)


if __name__ == "__main__":
    main(flow)
