"""Subject name strategies: under which subject of the registry an event's schema stands.

Source: Confluent Schema Registry, "Subject name strategy".
"""

from __future__ import annotations

from enum import StrEnum


class SubjectStrategy(StrEnum):
    """Confluent's subject name strategies."""

    TOPIC_NAME = "TopicNameStrategy"
    """`QuikApp.message.sent-value`: one event a topic."""
    RECORD_NAME = "RecordNameStrategy"
    """`io.quikapp.message.MessageSent`: one subject wherever the event goes, so a new tenant registers nothing."""
    TOPIC_RECORD_NAME = "TopicRecordNameStrategy"
    """`user-events-life.showoff.UserRegistered`: several events a topic."""

    def subject(self, topic: str, full_name: str, *, key: bool = False) -> str:
        """The subject of the values, or keys, of `full_name` on `topic`."""
        match self:
            case SubjectStrategy.TOPIC_NAME:
                return f"{topic}-key" if key else f"{topic}-value"
            case SubjectStrategy.RECORD_NAME:
                return full_name
            case SubjectStrategy.TOPIC_RECORD_NAME:
                return f"{topic}-{full_name}"
