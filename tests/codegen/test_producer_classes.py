"""The system's producer, the package's `__init__`, its topics and its project file."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from eventpact_codegen.python.pages.project import RUNTIME, direct_reference
from tests.codegen.conftest import Import
from tests.codegen.packages import ROOT, sources, system, written
from tests.registry.contracts.building import TOPIC


def test_the_producer_carries_its_settings_and_the_current_events(tmp_path: Path, import_from: Import) -> None:
    folder = written(tmp_path, {"shop/system.yaml": system("producer: {linger.ms: 5, acks: all}")})

    package = import_from(folder, "shop_events")

    assert package.ShopProducer.system == "shop"
    assert package.ShopProducer.settings == {"acks": "all", "linger.ms": "5"}
    assert tuple(package.ShopProducer.events) == (package.OrderPlaced,)


def test_importing_the_package_imports_neither_its_modules_nor_the_kafka_client(tmp_path: Path) -> None:
    folder = written(tmp_path)
    program = (
        "import sys, shop_events\n"
        "assert not {'shop_events.events', 'confluent_kafka', 'dataclasses'} & sys.modules.keys()\n"
        "from shop_events import OrderPlaced\n"
        "assert 'confluent_kafka' not in sys.modules\n"
        "assert 'shop_events.producer' not in sys.modules\n"
    )

    done = subprocess.run([sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=False)

    assert done.stderr == ""


def test_the_package_offers_its_names_and_no_others(tmp_path: Path, import_from: Import) -> None:
    package = import_from(written(tmp_path), "shop_events")

    assert package.__all__ == ["OrderPlaced", "ShopProducer"]
    assert "OrderPlaced" in dir(package)
    with pytest.raises(AttributeError, match="module 'shop_events' has no attribute 'OrderPlacd'"):
        _ = package.OrderPlacd


def test_topics_are_there_for_services_that_make_their_own(tmp_path: Path, import_from: Import) -> None:
    changes = {"shop/order.placed/topic.yaml": TOPIC.replace("Orders that were placed.", "'Orders\n\n  # placed.'")}

    [topic] = import_from(written(tmp_path, changes), "shop_events.topics").TOPICS

    assert (topic.name, topic.partitions, topic.replication_factor) == ("order.placed", 3, 3)
    assert topic.config["retention.ms"] == str(7 * 24 * 3600 * 1000)


def test_the_project_needs_a_compatible_runtime_and_nothing_else() -> None:
    project = tomllib.loads(sources()["pyproject.toml"])

    assert project["project"]["dependencies"] == [RUNTIME]
    assert "metadata" not in project["tool"]["hatch"]


def test_the_runtime_range_holds_the_runtime_of_this_repository() -> None:
    from packaging.requirements import Requirement

    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]

    assert Requirement(RUNTIME).specifier.contains(version)


@pytest.mark.parametrize(
    ("path", "reference"),
    [
        ("../../..", "{root:parent:parent:parent:uri}"),
        ("../../../my runtime/{x}", "{root:parent:parent:parent:uri}/my%20runtime/%7Bx%7D"),
        ("runtime", "{root:uri}/runtime"),
        (".", "{root:uri}"),
        ("/opt/my {runtime}", "file:///opt/my%20%7Bruntime%7D"),
    ],
)
def test_a_folder_as_a_direct_reference(path: str, reference: str) -> None:
    assert direct_reference(path) == reference


def test_every_version_of_every_schema_comes_along_as_registered() -> None:
    files = sources()

    assert files["shop_events/schemas/io.shop.OrderPlaced.v1.avsc"].startswith('{"type":"record","name":"OrderPlaced"')
