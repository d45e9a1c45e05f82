"""What a type checker tells the author of a service."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.codegen.packages import system, tool, written
from tests.registry.contracts.building import TOPIC, avsc, field

SERVICE = """\
from collections.abc import Sequence

from eventpact import Context

from shop_events import OrderPlaced, ShopProducer, StockChanged
from shop_events.groups import Reader
from shop_events.v1.events import OrderPlaced as OrderPlacedV1


class Whole(Reader):
    def on_order_placed(self, event: OrderPlacedV1, context: Context) -> None:
        print(event.order_id.upper(), context.topic)

    def on_stock_changed(self, event: StockChanged, context: Context) -> None: ...


class Forgetful(Reader):
    def on_order_placed(self, event: OrderPlacedV1, context: Context) -> None: ...


class Newer(Reader):
    def on_order_placed(self, event: OrderPlaced, context: Context) -> None: ...  # WRONG VERSION

    def on_stock_changed(self, event: StockChanged, context: Context) -> None: ...


class Waiting(Reader):
    async def on_order_placed(self, event: OrderPlacedV1, context: Context) -> None: ...

    async def on_stock_changed(self, event: StockChanged, context: Context) -> None: ...

    async def on_stock_changed_batch(self, events: Sequence[StockChanged], contexts: Sequence[Context]) -> None:
        print(events[0].order_id.upper(), contexts[0].topic)


class Mixed(Whole):
    def on_stock_changed_batch(self, events: Sequence[OrderPlaced], contexts: Sequence[Context]) -> None:  # WRONG BATCH
        pass


Whole()
Waiting()
Forgetful()  # FORGOTTEN


def send(producer: ShopProducer, order: OrderPlaced, stock: StockChanged) -> None:
    producer.send(order)
    producer.send(stock, branch="north")
    producer.send(stock)  # NO BRANCH
    producer.send(order, branch="north")  # NO SUCH PARAMETER
    producer.send_and_wait(stock, timeout=1, branch="north").offset
    producer.send_and_wait(stock, timeout=1)  # NO BRANCH TO WAIT
    producer.submit(stock, branch="north").result()
    producer.send_many([order, order]).acknowledged
    producer.send_many([stock])  # NO BRANCH FOR MANY
    producer.send_all([stock, stock], branch="north")
    producer.send_all([stock])  # NO BRANCH FOR ALL


OrderPlaced(order_id=1)  # WRONG TYPE
OrderPlaced()  # MISSING FIELD
OrderPlaced(order_id="o-1").order_id = "o-2"  # FROZEN
from shop_events import OrderPlacd  # MISSPELT
"""


@pytest.fixture(scope="module")
def verdict(tmp_path_factory: pytest.TempPathFactory, mypy_cache: Path) -> dict[str, str]:
    """Comment at the end of a line of the service to what mypy says of that line."""
    changes = {
        "shop/order.placed/OrderPlaced.v2.avsc": avsc("OrderPlaced", field("orderId"), field("note", default="")),
        "shop/stock/topic.yaml": TOPIC + 'name: "stock.{branch}"\n',
        "shop/stock/StockChanged.v1.avsc": avsc("StockChanged", field("orderId")),
        "shop/system.yaml": system(
            "groups:", "  reader: {description: Reads., topics: ['*'], reads: {OrderPlaced: 1}}"
        ),
    }
    folder = written(tmp_path_factory.mktemp("service"), changes)
    (folder / "service.py").write_text(SERVICE)
    done = tool("mypy", "--strict", "--cache-dir", mypy_cache, "service.py", cwd=folder)
    said: dict[int, str] = {}
    for line in done.stdout.splitlines():
        if found := re.match(r"service\.py:(\d+): error: (.*)", line):
            said[int(found[1])] = found[2]
    lines = SERVICE.splitlines()
    return {lines[number - 1].partition("  # ")[2] or lines[number - 1]: message for number, message in said.items()}


def test_a_service_that_forgets_a_handler_is_told_which(verdict: dict[str, str]) -> None:
    assert '"Forgetful" with abstract attribute "on_stock_changed"' in verdict["FORGOTTEN"]


def test_a_handler_of_a_pinned_event_takes_that_versions_class(verdict: dict[str, str]) -> None:
    assert "incompatible with supertype" in verdict["WRONG VERSION"]


def test_a_batch_is_of_the_handlers_event(verdict: dict[str, str]) -> None:
    assert "incompatible with supertype" in verdict["WRONG BATCH"]


@pytest.mark.parametrize("line", ["NO BRANCH", "NO SUCH PARAMETER", "NO BRANCH TO WAIT"])
def test_a_topics_parameters_are_asked_for_and_no_others(verdict: dict[str, str], line: str) -> None:
    assert "No overload variant" in verdict[line]


@pytest.mark.parametrize("line", ["NO BRANCH FOR MANY", "NO BRANCH FOR ALL"])
def test_many_events_need_their_parameters_too(verdict: dict[str, str], line: str) -> None:
    assert 'incompatible type "StockChanged"; expected "OrderPlaced"' in verdict[line]


@pytest.mark.parametrize("line", ["WRONG TYPE", "MISSING FIELD", "FROZEN", "MISSPELT"])
def test_events_are_checked_like_any_dataclass(verdict: dict[str, str], line: str) -> None:
    assert line in verdict


def test_nothing_else_is_wrong_with_the_service(verdict: dict[str, str]) -> None:
    assert {line for line in verdict if line != line.upper()} == set()
