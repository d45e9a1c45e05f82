"""`import` as a user types it: what is written, what is told, and what is refused."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from eventpact.settings import Settings
from eventpact_registry.client import RegistryClient
from eventpact_registry.contracts.model import Mode
from eventpact_registry.server import EmbeddedRegistry
from eventpact_testing.broker import LocalBroker
from tests.cli.commands import Run, tree, write
from tests.registry.contracts.building import avsc, field

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def live() -> Iterator[tuple[str, ...]]:
    """The options of a registry and a cluster that hold one event with two versions."""
    with (
        LocalBroker({"order.placed": 5, "orders.dlq": 1}) as broker,
        EmbeddedRegistry() as registry,
        RegistryClient(Settings(registry_url=registry.url)) as client,
    ):
        client.set_level("order.placed-value", Mode.FULL)
        client.register("order.placed-value", avsc("OrderPlaced", field("orderId")), ())
        client.register("order.placed-value", avsc("OrderPlaced", field("orderId"), field("note", default="")), ())
        yield ("--brokers", broker.bootstrap_servers, "--registry", registry.url)


def test_what_is_imported_is_told_loads_and_plans_to_nothing(run: Run, work: Path, live: tuple[str, ...]) -> None:
    said = run("import", "registry", *live)
    linted = run("lint")
    planned = run("plan", *live, "--fail-on-drift")

    assert (said.code, said.err) == (0, "")
    header, *rest = said.out.splitlines()
    assert header.split() == ["topic", "events", "versions", "partitions", "retention"]
    assert rest[0].split() == ["order.placed", "1", "2", "5", "7d"]
    assert rest[-1] == "contracts/shop: 5 files written"
    assert "note: orders.dlq: its name says that it is for dead-letters" in rest
    assert linted.code == 0
    assert "TOPIC_UNDESCRIBED" in linted.out
    assert (planned.code, planned.out.splitlines()[-1]) == (0, "No changes: 1 subject and 2 topics as declared")


def test_importing_again_changes_nothing(run: Run, work: Path, live: tuple[str, ...]) -> None:
    run("import", "registry", *live)
    before = tree(work)

    again = run("import", "registry", *live)

    assert again.out.splitlines()[-1] == "contracts/shop: 0 files written, 5 there already"
    assert tree(work) == before


def test_a_file_that_somebody_has_changed_is_never_overwritten(run: Run, work: Path, live: tuple[str, ...]) -> None:
    run("import", "registry", *live)
    topic = work / "contracts/shop/order.placed/topic.yaml"
    topic.write_text(topic.read_text().replace("(unknown) Imported: say what is on order.placed.", "Orders."))
    (work / "contracts/shop/orders.dlq/topic.yaml").unlink()
    before = tree(work)

    refused = run("import", "registry", *live)

    assert refused.error == (
        "contracts/shop/order.placed/topic.yaml: there already and different, so nothing was written; "
        "choose another --out"
    )
    assert tree(work) == before


def test_without_a_cluster_what_is_guessed_is_said_in_the_file(run: Run, work: Path, live: tuple[str, ...]) -> None:
    said = run("import", "registry", *live[2:], "--only", "schemas", "--owner", "sales", "--quiet")

    assert (said.code, said.out) == (0, "")
    assert (
        "# Guessed, because no cluster told it: partitions and retention.\npartitions: 3\n"
        in Path("contracts/shop/order.placed/topic.yaml").read_text()
    )
    assert "owner: sales\n" in Path("contracts/shop/system.yaml").read_text()


@pytest.mark.parametrize(
    ("option", "said"),
    [
        (["--place", "nothing"], "--place 'nothing': write a pattern on full names, =, and a topic"),
        (["--topic-name", "QuikApp"], "--topic-name must hold {topic} once"),
        (
            ["--system", "A Shop"],
            "'A Shop' cannot be a system's name (hint: a system is lower case letters, digits and '-')",
        ),
        (["--namespace", "io.elsewhere"], "there is nothing to import"),
    ],
)
def test_a_wish_that_makes_no_sense_is_refused(
    run: Run, work: Path, live: tuple[str, ...], option: list[str], said: str
) -> None:
    ended = run("import", "registry", *live, *option)

    assert ended.code == 2
    assert ended.err.startswith("error: ")
    assert said in ended.err
    assert tree(work) == {}


def test_a_registry_that_does_not_answer_is_named_and_nothing_is_written(run: Run, work: Path) -> None:
    said = run("import", "registry", "--registry", "http://127.0.0.1:1", "--only", "schemas")

    assert "http://127.0.0.1:1" in said.error
    assert tree(work) == {}


def test_contracts_that_would_not_load_beside_those_that_are_there_are_not_written(
    run: Run, shop: Path, live: tuple[str, ...]
) -> None:
    before = tree(shop)

    said = run("import", "registry", *live, "--system", "orders")

    assert said.code == 2
    assert "io.shop.OrderPlaced is defined in" in said.err
    assert "these contracts would not load, so none were written" in said.err
    assert tree(shop) == before


def test_versions_that_broke_their_level_are_counted(run: Run, work: Path) -> None:
    with EmbeddedRegistry() as registry, RegistryClient(Settings(registry_url=registry.url)) as client:
        client.set_level("order.placed-value", Mode.NONE)
        client.register("order.placed-value", avsc("OrderPlaced", field("orderId")), ())
        client.register("order.placed-value", avsc("OrderPlaced", field("orderId"), field("total")), ())
        client.set_level("order.placed-value", Mode.BACKWARD)

        said = run("import", "registry", "--registry", registry.url, "--only", "schemas")

    assert said.code == 0
    assert (
        "note: shop: versions that broke their mode when they were registered: 1; `eventpact check` shows them, "
        "and `plan` wants an approval of each"
    ) in said.out.splitlines()
    assert run("check").code == 1


def test_schema_files_become_contracts(run: Run, work: Path) -> None:
    write(work / "schemas", {"orders/OrderPlaced.avsc": avsc("OrderPlaced", field("orderId"))})

    said = run("import", "avsc", "schemas", "--by-folder")

    assert (said.code, said.err) == (0, "")
    assert said.out.splitlines()[1].split() == ["orders", "1", "1", "3", "7d"]
    assert run("lint").code == 0


def test_classes_become_contracts_from_the_current_folder(
    run: Run, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", [*sys.path])
    write(
        work,
        {"cli_models.py": "from dataclasses import dataclass\n\n@dataclass\nclass OrderPlaced:\n    order_id: str\n"},
    )

    said = run("import", "python", "cli_models", "--namespace", "io.shop")

    assert (said.code, said.err) == (0, "")
    assert said.out.splitlines()[1].split() == ["order-placed", "1", "1", "3", "7d"]
    assert run("lint").code == 0


def test_a_module_that_is_not_there_is_named(run: Run, work: Path) -> None:
    said = run("import", "python", "no_such_module:Order")

    assert said.error == (
        "no_such_module: there is no module no_such_module "
        "(hint: write module:Class, and run it where the module is found)"
    )


def test_an_asyncapi_document_becomes_contracts(run: Run, work: Path) -> None:
    payload = {"schemaFormat": "application/vnd.apache.avro", "schema": json.loads(avsc("OrderPlaced", field("id")))}
    channel = {"address": "orders", "messages": {"placed": {"payload": payload}}}
    write(work, {"asyncapi.json": json.dumps({"asyncapi": "3.0.0", "channels": {"orders": channel}})})

    said = run("import", "asyncapi", "asyncapi.json")

    assert (said.code, said.err) == (0, "")
    assert said.out.splitlines()[1].split() == ["orders", "1", "1", "3", "7d"]
    assert run("lint").code == 0
