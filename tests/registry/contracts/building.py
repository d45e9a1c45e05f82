"""A small valid system, `shop`, that tests change in the one place that they are about, and read from memory."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from eventpact.errors import ContractError
from eventpact_registry.contracts.repository import ContractRepository
from eventpact_registry.contracts.source import Tree

Files = Mapping[str, str | None]
"""Path to content; None takes a file away."""

SYSTEM = """\
system: shop
namespace: io.shop
description: A shop.
owner: sales
package: {name: shop-events, version: 1.0.0}
"""

TOPIC = """\
description: Orders that were placed.
partitions: 3
retention: 7d
key: orderId
"""


def avsc(name: str, *fields: dict[str, Any], **attributes: Any) -> str:
    """A documented record in `io.shop` as the text of a schema file."""
    record = {"type": "record", "name": name, "namespace": "io.shop", "doc": "What happened."}
    return json.dumps({**record, **attributes, "fields": list(fields)}, indent=2) + "\n"


def field(name: str, type_: Any = "string", **attributes: Any) -> dict[str, Any]:
    """A documented field."""
    return {"name": name, "type": type_, "doc": "What it is.", **attributes}


ORDER_PLACED = avsc("OrderPlaced", field("orderId"))

SHOP: dict[str, str] = {
    "shop/system.yaml": SYSTEM,
    "shop/order.placed/topic.yaml": TOPIC,
    "shop/order.placed/OrderPlaced.v1.avsc": ORDER_PLACED,
}


@dataclass(frozen=True)
class MemorySource:
    """Contracts that stand in a test."""

    files: Mapping[str, bytes]
    revision: str = ""

    def read(self) -> Tree:
        tree = Tree(label="contracts", root="contracts", revision=self.revision)
        tree.files.update(sorted(self.files.items()))
        return tree


def source(changes: Files, base: Files = SHOP, revision: str = "") -> MemorySource:
    """The shop with some files changed, added or taken away."""
    merged = {**base, **changes}
    return MemorySource({path: text.encode() for path, text in merged.items() if text is not None}, revision)


def load(changes: Files | None = None, base: Files = SHOP, revision: str = "") -> ContractRepository:
    """The shop with changes, as it is loaded."""
    return ContractRepository.load(source(changes or {}, base, revision))


def problems(changes: Files, base: Files = SHOP) -> list[str]:
    """What is said of the shop with changes, without the folder that all paths begin with."""
    with pytest.raises(ContractError) as caught:
        load(changes, base)
    return [str(problem).removeprefix("contracts/") for problem in caught.value.problems]
