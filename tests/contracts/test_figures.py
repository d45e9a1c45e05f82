"""The contracts hold what the five platforms have: topics, figures, keys, groups and settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from eventpact_registry.contracts.model import System, Topic
from eventpact_registry.contracts.repository import ContractRepository
from eventpact_registry.contracts.source import parse_source

CONTRACTS = Path(__file__).parents[2] / "contracts"

MINUTE = 60_000
DAY = 24 * 60 * MINUTE

QUIKAPP = {
    # topic: partitions, retention in days
    "auth.user-registered": (3, 7),
    "auth.user-login": (3, 1),
    "auth.password-reset": (1, 1),
    "user.profile-updated": (3, 7),
    "user.status-changed": (6, 1),
    "message.sent": (12, 30),
    "message.edited": (6, 7),
    "message.deleted": (3, 7),
    "message.reaction": (6, 7),
    "channel.created": (3, 30),
    "channel.member-added": (6, 7),
    "workspace.created": (1, 30),
    "notification.push": (6, 1),
    "notification.email": (3, 1),
    "audit.event": (6, 90),
    "analytics.event": (12, 30),
}
CHATPLATFORM = {
    # topic: partitions, retention in days, cleanup
    "chat.messages.{tenant_id}": (32, 30, "delete"),
    "chat.events": (16, 7, "delete"),
    "presence.updates": (16, 1, "compact"),
    "notifications.pending": (8, 7, "delete"),
    "analytics.events": (24, 90, "delete"),
    "audit.log": (12, 365, "delete"),
    "internal.{service}.commands": (4, 1, "delete"),
}
DELIVERY = {
    # topic: partitions, retention in milliseconds, key
    "chat-messages": (3, 7 * DAY, "conversationId"),
    "message-status-events": (3, DAY, "userId"),
    "typing-events": (3, MINUTE, "conversationId"),
    "notifications": (3, 30 * DAY, "userId"),
}
CAAS = {
    # topic: partitions, retention in days, cleanup, key
    "platform.events": (8, 30, "delete", "tenant_id"),
    "platform.audit": (8, 365, "delete", "tenant_id"),
    "platform.notifications": (4, 30, "delete", "tenant_id"),
    "chat.messages.{tenant_id}": (16, 30, "delete", "conversation_id"),
    "chat.events.{tenant_id}": (8, 7, "delete", "user_id"),
    "presence.{tenant_id}": (4, 1, "compact", "user_id"),
    "analytics.{tenant_id}": (8, 90, "delete", None),
    "notifications.{tenant_id}": (4, 7, "delete", "user_id"),
    "internal.dlq": (4, 30, "delete", None),
    "internal.retry": (4, 7, "delete", None),
    "internal.retry.1min": (4, 7, "delete", None),
    "internal.retry.5min": (4, 7, "delete", None),
    "internal.retry.30min": (4, 7, "delete", None),
}


@pytest.fixture(scope="module")
def systems() -> dict[str, System]:
    return dict(ContractRepository.load(parse_source(f"dir:{CONTRACTS}", CONTRACTS)).systems)


def test_there_are_five_systems(systems: dict[str, System]) -> None:
    assert {name: system.namespace for name, system in systems.items()} == {
        "quikapp": "io.quikapp",
        "chatplatform": "io.chatplatform",
        "showoff": "life.showoff",
        "delivery": "com.delivery.chat",
        "caas": "io.caas",
    }


def test_quikapp_has_its_sixteen_topics_with_one_event_each(systems: dict[str, System]) -> None:
    topics = event_topics(systems["quikapp"])

    assert {f: (t.partitions, t.retention_ms // DAY) for f, t in topics.items()} == QUIKAPP
    assert all(topic.name == f"QuikApp.{folder}" and len(topic.events) == 1 for folder, topic in topics.items())
    assert all(topic.replication_factor == 3 for topic in topics.values())
    assert all(topic.config["min.insync.replicas"] == "2" for topic in topics.values())
    assert all(topic.config["segment.bytes"] == str(2**30) for topic in topics.values())
    assert all(topic.cleanup_policy == ("delete",) for topic in topics.values())


def test_quikapp_keys_by_user_and_by_event_where_there_is_no_user(systems: dict[str, System]) -> None:
    keys = {folder: topic.key for folder, topic in event_topics(systems["quikapp"]).items()}

    assert keys.pop("notification.push") == keys.pop("notification.email") == ("eventId",)
    assert set(keys.values()) == {("data.userId", "eventId")}


def test_quikapp_notifications_have_no_metadata(systems: dict[str, System]) -> None:
    without = [e.name for _, e in systems["quikapp"].events() if "metadata" not in field_names(e.latest.schema)]

    assert without == ["EmailNotification", "PushNotification"]


def test_quikapp_groups_read_by_pattern(systems: dict[str, System]) -> None:
    groups = systems["quikapp"].groups

    assert {name: group.topics for name, group in groups.items()} == {
        "notification-service": ("message.sent", "message.reaction", "user.*"),
        "audit-service": ("*.event",),
        "analytics-service": ("*",),
        "search-indexer": ("message.*", "channel.*", "user.*"),
        "realtime-broadcaster": ("message.*", "presence.*"),
    }
    assert groups["notification-service"].reads == {"MessageSent": 1}


def test_quikapp_producers_and_consumers_are_set_as_they_run(systems: dict[str, System]) -> None:
    quikapp = systems["quikapp"]

    assert quikapp.producer == {
        "enable.idempotence": "true",
        "acks": "all",
        "compression.type": "gzip",
        "message.send.max.retries": "8",
        "retry.backoff.ms": "100",
    }
    assert quikapp.consumer["session.timeout.ms"] == "30000"
    assert quikapp.consumer["heartbeat.interval.ms"] == "3000"
    assert {name: dict(levels) for name, levels in quikapp.alerts.items()} == {
        "lag": {"warning": 10_000},
        "latency-p99-ms": {"warning": 100},
        "under-replicated-partitions": {"warning": 0},
    }


def test_chatplatform_has_its_seven_topics(systems: dict[str, System]) -> None:
    topics = event_topics(systems["chatplatform"]).values()

    assert {t.name: (t.partitions, t.retention_ms // DAY, *t.cleanup_policy) for t in topics} == CHATPLATFORM


def test_showoff_has_its_eight_topics_with_several_events_each(systems: dict[str, System]) -> None:
    topics = event_topics(systems["showoff"])

    assert {folder: len(topic.events) for folder, topic in topics.items()} == {
        "user-events": 4,
        "notification-events": 4,
        "post-events": 4,
        "transaction-events": 4,
        "video-processing": 4,
        "analytics-events": 4,
        "email-events": 4,
        "sms-events": 3,
    }


def test_delivery_has_its_four_topics(systems: dict[str, System]) -> None:
    topics = event_topics(systems["delivery"]).values()

    assert {t.name: (t.partitions, t.retention_ms, *t.key) for t in topics} == DELIVERY
    assert {topic.replication_factor for topic in topics} == {1}


def test_delivery_events_are_their_fields_without_envelope(systems: dict[str, System]) -> None:
    assert {event.name: field_names(event.latest.schema) for _, event in systems["delivery"].events()} == {
        "ChatMessageSent": ["content", "senderId", "recipientId", "conversationId", "messageId"],
        "MessageStatusChanged": ["messageId", "conversationId", "status", "userId", "timestamp"],
        "TypingChanged": ["conversationId", "userId", "isTyping", "timestamp"],
        "NotificationCreated": [
            "id",
            "userId",
            "title",
            "content",
            "type",
            "relatedEntityId",
            "read",
            "createdAt",
        ],
    }


def test_caas_has_its_thirteen_topics(systems: dict[str, System]) -> None:
    topics = systems["caas"].topics.values()

    assert {
        t.name: (t.partitions, t.retention_ms // DAY, *t.cleanup_policy, next(iter(t.key), None)) for t in topics
    } == CAAS


def test_caas_sets_aside_on_the_topics_it_has_for_that(systems: dict[str, System]) -> None:
    caas = systems["caas"]

    assert {f for f, t in caas.topics.items() if t.purpose == "dead-letters"} == {"internal.dlq"}
    assert {f for f, t in caas.topics.items() if t.purpose == "retry"} == {f for f in CAAS if "retry" in f}
    assert {topic.dead_letters for topic in event_topics(caas).values()} == {"internal.dlq"}


def test_every_topic_of_events_has_somewhere_to_set_aside_what_fails(systems: dict[str, System]) -> None:
    for system in systems.values():
        for topic in event_topics(system).values():
            assert topic.dead_letters is not None, topic.file
            assert system.topics[topic.dead_letters].purpose == "dead-letters", topic.file


def test_a_pattern_on_all_names_does_not_meet_the_dead_letters(systems: dict[str, System]) -> None:
    quikapp = systems["quikapp"]
    names = [topic.name for topic in quikapp.topics.values() if topic.purpose == "dead-letters"]

    assert names == ["QuikApp-dead-letters"]


def event_topics(system: System) -> dict[str, Topic]:
    return {folder: topic for folder, topic in system.topics.items() if topic.purpose == "events"}


def field_names(schema: object) -> list[str]:
    return [field.name for field in getattr(schema, "fields", ())]
