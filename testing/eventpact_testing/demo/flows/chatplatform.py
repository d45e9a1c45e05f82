"""The chat platform: two tenants on topics of their own, whose content only their members can open."""

from __future__ import annotations

from itertools import chain
from secrets import token_bytes
from typing import TYPE_CHECKING

from chatplatform_events import (
    ChatplatformProducer,
    EncryptedContent,
    EncryptionAlgorithm,
    EventMetadata,
    MessageSent,
    MessageSentPayload,
    MessageType,
)
from chatplatform_events.groups import (
    AnalyticsAggregation,
    AuditLog,
    MessageProcessor,
    NotificationDispatcher,
    SearchIndexer,
)
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from eventpact import correlation_id
from eventpact_testing.demo.flows.ledger import FlowResult, Ledger
from eventpact_testing.demo.flows.runner import PATIENCE, counting, drive, main, send_all
from eventpact_testing.examples import examples

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eventpact import Context, Settings

TENANTS = ("acme", "globex")
KEYS = {tenant: AESGCM(token_bytes(32)) for tenant in TENANTS}
"""One content key a tenant; the platform between the clients never has it."""


def sealed_messages(tenant: str, count: int) -> Iterator[MessageSent]:
    """Messages of one tenant, each sealed with its key."""
    for number in range(count):
        nonce = token_bytes(12)
        text = f"{tenant} message {number}".encode()
        yield MessageSent(
            tenant_id=tenant,
            payload=MessageSentPayload(
                conversation_id=f"{tenant}-c-{number % 25}",
                sender_id=f"{tenant}-u-{number % 60}",
                content=EncryptedContent(
                    ciphertext=KEYS[tenant].encrypt(nonce, text, tenant.encode()),
                    nonce=nonce,
                    key_id=f"{tenant}-2026-03",
                    algorithm=EncryptionAlgorithm.AES_256_GCM,
                    associated_data=tenant.encode(),
                ),
                type=MessageType.text,
            ),
            metadata=EventMetadata(trace_id=correlation_id()),
        )


def unseal(event: MessageSent, context: Context) -> None:
    """Open a message with the key of the tenant whose topic it came on; fails if it is another tenant's or damaged."""
    content = event.payload.content
    key = KEYS[context.parameters["tenant_id"]]
    text = key.decrypt(content.nonce, content.ciphertext, content.associated_data)
    if not text.startswith(event.tenant_id.encode()):
        raise ValueError("the message is not its tenant's")


def flow(settings: Settings, count: int) -> FlowResult:
    """Send `count` sealed messages, half a tenant, and a tenth as many of every other event."""
    ledger = Ledger()
    groups = [
        counting(MessageProcessor, ledger, on_message_sent=unseal),  # type: ignore[type-abstract]  # it is made concrete
        *(counting(group, ledger) for group in (NotificationDispatcher, AnalyticsAggregation, AuditLog, SearchIndexer)),
    ]
    shared = [event for event in ChatplatformProducer.events if "{" not in event.contract.topic]
    commands = [event for event in ChatplatformProducer.events if "{service}" in event.contract.topic]
    with ChatplatformProducer(settings) as producer, drive(settings, groups, ledger) as stage:
        for tenant in TENANTS:
            send_all(producer, sealed_messages(tenant, 1), ledger, tenant_id=tenant)
        send_all(producer, chain.from_iterable(examples(event, 1) for event in shared), ledger)
        stage.warmed_up()
        for tenant in TENANTS:
            send_all(producer, sealed_messages(tenant, count // 2), ledger, tenant_id=tenant)
        send_all(producer, chain.from_iterable(examples(event, count // 10, seed=1) for event in shared), ledger)
        orders = chain.from_iterable(examples(event, count // 10, seed=1) for event in commands)
        send_all(producer, orders, ledger, service="search")
        ledger.wait(PATIENCE)
        poisoned = stage.poison(MessageSent, tenant_id=TENANTS[0])
    return ledger.result("chatplatform", poisoned=poisoned.readers, dead_letters=poisoned.dead_letters)


if __name__ == "__main__":
    main(flow)
