"""Retry topics in generated packages: what an event's contract says of them, and what a group ignores."""

from __future__ import annotations

from pathlib import Path

from tests.codegen.conftest import Import
from tests.codegen.packages import system, written
from tests.registry.contracts.building import TOPIC

LETTERS = "description: What nobody could handle.\npurpose: dead-letters\npartitions: 1\nretention: 30d\n"


def retry_topic(delay: str) -> str:
    return f"description: To be tried again.\npurpose: retry\npartitions: 2\nretention: 7d\ndelay: {delay}\n"


def shop(retry: str) -> dict[str, str | None]:
    lines = ['topic-name: "shop.{topic}"', "groups:", '  order-reader: {description: Reads orders., topics: ["*"]}']
    return {
        "shop/system.yaml": system(*lines),
        "shop/order.placed/topic.yaml": f"{TOPIC}dead-letters: dead\n{retry}",
        "shop/dead/topic.yaml": LETTERS,
        "shop/again.1m/topic.yaml": retry_topic("1m"),
        "shop/again.1h/topic.yaml": retry_topic("1h"),
    }


def test_a_contract_names_its_tiers_on_the_broker_with_their_delays(tmp_path: Path, import_from: Import) -> None:
    folder = written(tmp_path, shop("retry: {tiers: [again.1m, again.1h], order: key}\n"))

    contract = import_from(folder, "shop_events").OrderPlaced.contract

    assert contract.retry_tiers == (("shop.again.1m", 60_000), ("shop.again.1h", 3_600_000))
    assert contract.retry_in_order is True
    assert (contract.retry_attempts, contract.retry_backoff_ms) == (3, 100)


def test_a_group_that_reads_everything_ignores_retry_topics_that_are_not_its_own(
    tmp_path: Path, import_from: Import
) -> None:
    groups = import_from(written(tmp_path, shop("retry: {tiers: [again.1m]}\n")), "shop_events.groups")

    assert groups.OrderReader.topics == ("shop.*",)
    assert set(groups.OrderReader.ignored_topics) == {"shop.dead", "shop.again.1h"}
