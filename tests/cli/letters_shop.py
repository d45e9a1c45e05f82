"""Contracts of a shop with one topic, and a topic for its dead letters."""

from __future__ import annotations

from tests.registry.contracts.building import SYSTEM, TOPIC, avsc, field

CONTRACTS = {
    "shop/system.yaml": SYSTEM + "defaults: {dead-letters: dead}\n",
    "shop/order.placed/topic.yaml": TOPIC,
    "shop/order.placed/OrderPlaced.v1.avsc": avsc("OrderPlaced", field("orderId")),
    "shop/dead/topic.yaml": (
        "description: What failed.\npurpose: dead-letters\npartitions: 1\nretention: 30d\n"
        "key: null\ndead-letters: null\n"
    ),
}
