"""Consumer groups as abstract classes, and what they subscribe to."""

from __future__ import annotations

from pathlib import Path

import pytest

from eventpact import Group
from eventpact.consume.handlers import overridden
from tests.codegen.conftest import Import
from tests.codegen.packages import refusals, sources, system, written
from tests.registry.contracts.building import TOPIC, Files, avsc, field

ORDER_V2 = avsc("OrderPlaced", field("orderId"), field("note", default=""))


def grouped(reader: str, changes: Files | None = None, topic_name: str = "shop.{topic}") -> dict[str, str | None]:
    """The shop with one consumer group, and topics that begin with `shop.`."""
    lines = [f'topic-name: "{topic_name}"', "groups:", f"  order-reader: {{description: Reads orders., {reader}}}"]
    return {"shop/system.yaml": system(*lines), **(changes or {})}


def test_a_group_is_an_abstract_class_with_a_method_an_event(tmp_path: Path, import_from: Import) -> None:
    groups = import_from(written(tmp_path, grouped("topics: [order.placed]")), "shop_events.groups")

    assert issubclass(groups.OrderReader, Group)
    assert (groups.OrderReader.name, groups.OrderReader.system) == ("order-reader", "shop")
    assert groups.OrderReader.__abstractmethods__ == {"on_order_placed"}
    with pytest.raises(TypeError, match="on_order_placed"):
        groups.OrderReader()


def test_beside_each_method_stands_one_for_many_events(tmp_path: Path, import_from: Import) -> None:
    groups = import_from(written(tmp_path, grouped("topics: [order.placed]")), "shop_events.groups")

    class One(groups.OrderReader):  # type: ignore[misc, name-defined]  # generated a moment ago
        def on_order_placed(self, event: object, context: object) -> None: ...

    class Many(One):
        def on_order_placed_batch(self, events: object, contexts: object) -> None: ...

    assert overridden(One(), "on_order_placed") is None
    assert overridden(many := Many(), "on_order_placed") == many.on_order_placed_batch


def test_an_event_that_is_called_as_the_batch_of_another_is_refused() -> None:
    batch = avsc("OrderPlacedBatch", field("orderId"))
    changes = grouped("topics: ['*']", {"shop/batch/topic.yaml": TOPIC, "shop/batch/OrderPlacedBatch.v1.avsc": batch})

    [problem] = refusals(changes)

    assert "batches of io.shop.OrderPlaced and io.shop.OrderPlacedBatch in one method" in problem


def test_a_group_reads_the_latest_version_of_what_it_does_not_pin(tmp_path: Path, import_from: Import) -> None:
    changes = grouped("topics: [order.placed]", {"shop/order.placed/OrderPlaced.v2.avsc": ORDER_V2})
    folder = written(tmp_path, changes)

    [(cls, method)] = import_from(folder, "shop_events.groups").OrderReader.handlers.values()

    assert cls is import_from(folder, "shop_events.events").OrderPlaced
    assert (cls.contract.version, method) == (2, "on_order_placed")


def test_a_pinned_version_has_classes_of_its_own(tmp_path: Path, import_from: Import) -> None:
    changes = grouped(
        "topics: [order.placed], reads: {OrderPlaced: 1}", {"shop/order.placed/OrderPlaced.v2.avsc": ORDER_V2}
    )
    folder = written(tmp_path, changes)

    [(cls, _)] = import_from(folder, "shop_events.groups").OrderReader.handlers.values()

    assert cls is import_from(folder, "shop_events.v1.events").OrderPlaced
    assert cls.contract.version == 1
    assert "note" not in cls.__dataclass_fields__
    assert "`OrderPlaced` as version 1 (`shop_events.v1.events`)" in sources(changes)["shop_events/groups.py"]


def test_a_shared_type_that_only_a_pinned_version_uses_stands_beside_it() -> None:
    def order(version: int) -> str:
        references = [{"name": "io.shop.Money", "version": version}]
        return avsc("OrderPlaced", field("orderId"), field("total", "io.shop.Money"), references=references)

    files = sources(
        grouped(
            "topics: [order.placed], reads: {OrderPlaced: 1}",
            {
                "shop/types/Money.v1.avsc": avsc("Money", field("cents", "long")),
                "shop/types/Money.v2.avsc": avsc("Money", field("cents", "long"), field("currency", default="EUR")),
                "shop/order.placed/OrderPlaced.v1.avsc": order(1),
                "shop/order.placed/OrderPlaced.v2.avsc": order(2),
            },
        )
    )

    assert "currency" in files["shop_events/types.py"]
    assert "currency" not in files["shop_events/v1/types.py"]
    assert "from shop_events.v1.types import Money" in files["shop_events/v1/events.py"]


def test_settings_of_the_group_count_more_than_those_of_the_system(tmp_path: Path, import_from: Import) -> None:
    changes = grouped("topics: [order.placed], settings: {session.timeout.ms: 1}")
    consumer = "consumer: {session.timeout.ms: 2, fetch.min.bytes: 3}\n"
    changes["shop/system.yaml"] = f"{changes['shop/system.yaml']}{consumer}"

    group = import_from(written(tmp_path, changes), "shop_events.groups").OrderReader

    assert group.settings == {"session.timeout.ms": "1", "fetch.min.bytes": "3"}


STOCK = {
    "shop/stock/topic.yaml": TOPIC + 'name: "stock.{branch}"\n',
    "shop/stock/StockChanged.v1.avsc": avsc("StockChanged", field("orderId")),
    "shop/dead/topic.yaml": "description: Dead.\npurpose: dead-letters\npartitions: 1\nretention: 1d\n",
}


@pytest.mark.parametrize(
    ("patterns", "topic_name", "subscribed"),
    [
        ('["order.placed"]', "shop.{topic}", (("shop.order.placed",), ())),
        ('["order.*"]', "shop.{topic}", (("shop.order.*",), ())),
        ('["presence.*"]', "shop.{topic}", (("shop.presence.*",), ())),
        ('["*"]', "shop.{topic}", (("shop.*", "stock.{branch}"), ("shop.dead",))),
        # Without a prefix, `*` would read what belongs to other systems on the cluster.
        ('["*"]', "{topic}", (("order.placed", "stock.{branch}"), ())),
        ('["st*", "stock"]', "{topic}", (("st*",), ())),
        ('["order.place?"]', "shop.{topic}", (("shop.order.placed",), ())),
    ],
)
def test_patterns_on_folders_become_patterns_on_topics(
    patterns: str, topic_name: str, subscribed: tuple[tuple[str, ...], ...], tmp_path: Path, import_from: Import
) -> None:
    changes = grouped(f"topics: {patterns}", STOCK, topic_name)

    group = import_from(written(tmp_path, changes), "shop_events.groups").OrderReader

    assert (group.topics, group.ignored_topics) == subscribed
