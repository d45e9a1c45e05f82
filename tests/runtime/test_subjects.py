"""Confluent's subject name strategies."""

from __future__ import annotations

import pytest

from eventpact.subjects import SubjectStrategy


@pytest.mark.parametrize(
    ("strategy", "subject"),
    [
        ("TopicNameStrategy", "post-events-value"),
        ("RecordNameStrategy", "life.showoff.PostLiked"),
        ("TopicRecordNameStrategy", "post-events-life.showoff.PostLiked"),
    ],
)
def test_each_strategy_names_the_subject_as_confluent_does(strategy: str, subject: str) -> None:
    assert SubjectStrategy(strategy).subject("post-events", "life.showoff.PostLiked") == subject
