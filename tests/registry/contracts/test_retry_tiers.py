"""Retry topics by tier: what contracts say of them, and what makes no sense is refused where it stands."""

from __future__ import annotations

import pytest

from .building import TOPIC, load, problems

TOPIC_FILE = "shop/order.placed/topic.yaml"
LETTERS = "description: What nobody could handle.\npurpose: dead-letters\npartitions: 1\nretention: 30d\n"


def retry_topic(delay: str | None, *, more: str = "", retention: str = "7d") -> str:
    wait = "" if delay is None else f"delay: {delay}\n"
    return f"description: To be tried again.\npurpose: retry\npartitions: 2\nretention: {retention}\n{wait}{more}"


def files(retry: str, **retry_topics: str) -> dict[str, str]:
    """The shop with a `retry` in its topic and retry topics, `_` for `.` in their names."""
    again = {f"shop/{folder.replace('_', '.')}/topic.yaml": text for folder, text in retry_topics.items()}
    return {TOPIC_FILE: f"{TOPIC}dead-letters: dead\nretry: {retry}\n", "shop/dead/topic.yaml": LETTERS, **again}


def test_a_topic_names_its_retry_topics_in_order_and_each_says_how_long_records_wait() -> None:
    again = files(
        "{attempts: 2, tiers: [retry.1m, retry.1h], order: key}", retry_1m=retry_topic("1m"), retry_1h=retry_topic("1h")
    )

    shop = load(again).systems["shop"]

    retry = shop.topics["order.placed"].retry
    assert (retry.attempts, retry.tiers, retry.order) == (2, ("retry.1m", "retry.1h"), "key")
    assert [shop.topics[tier].delay_ms for tier in retry.tiers] == [60_000, 3_600_000]


def test_without_tiers_a_record_is_tried_in_place_only() -> None:
    retry = load().systems["shop"].topics["order.placed"].retry

    assert (retry.tiers, retry.order) == ((), "none")


@pytest.mark.parametrize(
    ("retry", "topics", "said"),
    [
        (
            "{tiers: [retry.2m]}",
            {"retry_1m": retry_topic("1m")},
            "6:17: there is no topic retry.2m (hint: did you mean",
        ),
        ("{tiers: [soon]}", {}, "6:17: there is no topic soon (hint: a retry topic says `purpose: retry` and `delay"),
        ("{tiers: [order.placed]}", {}, "6:17: order.placed is not a retry topic"),
        ("{tiers: [dead]}", {}, "6:17: dead is not a retry topic"),
        ("{tiers: [r]}", {"r": retry_topic(None)}, "6:17: r does not say how long records wait on it (hint: give"),
        (
            "{tiers: [a, b]}",
            {"a": retry_topic("5m"), "b": retry_topic("60s")},
            "6:20: b waits 1m, which is no longer than a before it, 5m",
        ),
        ("{tiers: [a, b]}", {"a": retry_topic("5m"), "b": retry_topic("5m")}, "6:20: b waits 5m, which is no longer"),
        ("{tiers: [a, a]}", {"a": retry_topic("5m")}, "6:16: 'tiers' names 'a' twice"),
        (
            "{tiers: [a]}",
            {"a": retry_topic("1h", retention="1h")},
            "6:17: a keeps records for 1h, and they wait there for 1h",
        ),
        (
            "{tiers: [a]}",
            {"a": retry_topic("1m", more="cleanup-policy: compact\n")},
            "6:17: a is compacted: a record that waits there would go when the next of its key comes",
        ),
        (
            "{tiers: [a]}",
            {"a": retry_topic("1m", more="name: 'again.{tenant_id}'\n")},
            "6:17: a needs {tenant_id}, which order.placed does not have",
        ),
        ("{order: key}", {}, "6:16: 'order' says how tiers keep order, and there are none"),
        ("{order: topic, tiers: []}", {}, "6:16: 'order' must be none or key, not 'topic'"),
    ],
)
def test_tiers_that_make_no_sense_are_refused_where_they_stand(retry: str, topics: dict[str, str], said: str) -> None:
    found = problems(files(retry, **topics))

    assert any(problem.startswith(f"{TOPIC_FILE}:{said}") for problem in found), found


def test_after_the_last_tier_there_must_be_dead_letters() -> None:
    found = problems({**files("{tiers: [a]}", a=retry_topic("1m")), TOPIC_FILE: f"{TOPIC}retry: {{tiers: [a]}}\n"})

    assert found == [
        f"{TOPIC_FILE}:5:16: order.placed has retry topics, but no dead letter topic for what fails on the last of "
        "them (hint: give `dead-letters`)"
    ]


def test_order_by_key_needs_a_key() -> None:
    keyless = files("{tiers: [a], order: key}", a=retry_topic("1m"))

    found = problems({**keyless, TOPIC_FILE: keyless[TOPIC_FILE].replace("key: orderId", "key: null")})

    assert found == [
        f"{TOPIC_FILE}:6:28: 'order: key' keeps the order of each key, and order.placed has none "
        "(hint: say `order: none` for it)"
    ]


def test_two_topics_may_share_their_retry_topics() -> None:
    defaults = "defaults: {dead-letters: dead, retry: {tiers: [a]}}\n"
    shop = {**files("{tiers: [a]}", a=retry_topic("1m"))}
    shop["shop/system.yaml"] = (
        "system: shop\nnamespace: io.shop\ndescription: A shop.\nowner: sales\n"
        f"package: {{name: shop-events, version: 1.0.0}}\n{defaults}"
    )
    shop[TOPIC_FILE] = TOPIC

    assert load(shop).systems["shop"].topics["order.placed"].retry.tiers == ("a",)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("delay: 1m\n", "'delay' has no meaning on a topic for dead-letters"),
        ("retry: {attempts: 1}\n", "'retry' has no meaning on a topic for dead-letters"),
    ],
)
def test_a_dead_letter_topic_delays_and_retries_nothing(line: str, said: str) -> None:
    found = problems({**files("{attempts: 1}"), "shop/dead/topic.yaml": LETTERS + line})

    assert any(problem.startswith(f"shop/dead/topic.yaml:5:1: {said}") for problem in found), found


def test_a_topic_with_events_delays_nothing() -> None:
    found = problems({TOPIC_FILE: f"{TOPIC}delay: 1m\n"})

    assert any(
        problem.startswith(f"{TOPIC_FILE}:5:1: 'delay' has no meaning on a topic for events") for problem in found
    )
