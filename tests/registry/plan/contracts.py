"""Contracts of a shop with one event, `OrderPlaced`, in as many versions as a test gives it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eventpact_registry.plan import desired
from tests.registry.contracts.building import TOPIC, avsc, field, load

if TYPE_CHECKING:
    from eventpact_registry.plan import Desired

SUBJECT = "order.placed-value"
TOPIC_NAME = "order.placed"

V1 = avsc("OrderPlaced", field("orderId"))
V2 = avsc("OrderPlaced", field("orderId"), field("note", default=""))
V3_REQUIRES = avsc("OrderPlaced", field("orderId"), field("total"))


def shop(*versions: str, topic: str = TOPIC, **more: str) -> Desired:
    """What the shop's contracts ask for, with versions of OrderPlaced in order and further files by path."""
    files = {f"shop/order.placed/OrderPlaced.v{number}.avsc": text for number, text in enumerate(versions, 1)}
    return desired(load({"shop/order.placed/topic.yaml": topic, **files, **more}))
