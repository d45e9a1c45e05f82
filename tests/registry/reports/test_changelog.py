"""What changed between two repositories, as a changelog says it."""

from __future__ import annotations

from eventpact_registry.diff.comparison import compare
from eventpact_registry.reports import changelog
from tests.registry.contracts.building import SYSTEM, TOPIC, Files, avsc, field, load

ORDER = "shop/order.placed/OrderPlaced"
REFUNDS: Files = {
    "shop/refunded/topic.yaml": TOPIC.replace("orders", "refunds"),
    "shop/refunded/Refunded.v1.avsc": avsc("Refunded", field("orderId")),
}


def test_changes_stand_under_the_system_by_what_they_do() -> None:
    old = load(REFUNDS)
    new = load(
        {
            "shop/system.yaml": SYSTEM.replace("1.0.0", "2.0.0"),
            f"{ORDER}.v2.avsc": avsc("OrderPlaced", field("orderId"), field("note", default="")),
            f"{ORDER}.v3.avsc": avsc("OrderPlaced", field("orderId"), field("email"), doc="Deprecated: use Ordered."),
            "shop/ordered/topic.yaml": TOPIC,
            "shop/ordered/Ordered.v1.avsc": avsc("Ordered", field("orderId")),
        }
    )

    assert (
        changelog.render(compare(old, new))
        == """\
## shop (shop-events 2.0.0)

### Added
- **ordered**: topic added, ordered with 3 partitions
- **Ordered**: added

### Changed
- **OrderPlaced**: version 2 added
  - field note added, with a default

### Deprecated
- **OrderPlaced**: version 3 added (old readers take new messages; new readers do not take old ones)
  - field email added, without default
  - field note removed, which had a default

### Removed
- **refunded**: topic removed, refunded
- **Refunded**: removed
"""
    )


def test_nothing_changed_is_said() -> None:
    assert changelog.render(compare(load(), load())) == "Nothing changed.\n"
