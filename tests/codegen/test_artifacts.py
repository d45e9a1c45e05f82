"""What `build` puts into its folder: a wheel and a source distribution a system, all or nothing."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from eventpact.errors import ContractError, OutputError
from eventpact_codegen.artifacts import build_all
from tests.codegen.packages import system
from tests.registry.contracts.building import SYSTEM, TOPIC, avsc, field, load

STORE = {
    "store/system.yaml": SYSTEM.replace("shop", "store"),
    "store/stock/topic.yaml": TOPIC,
    "store/stock/Stocked.v1.avsc": avsc("Stocked", field("orderId"), namespace="io.store"),
}


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_each_system_has_a_wheel_and_a_source_distribution(tmp_path: Path) -> None:
    artifacts = build_all(load(STORE), tmp_path)

    assert names(tmp_path) == [
        "shop_events-1.0.0-py3-none-any.whl",
        "shop_events-1.0.0.tar.gz",
        "store_events-1.0.0-py3-none-any.whl",
        "store_events-1.0.0.tar.gz",
    ]
    assert [(artifact.system, artifact.was) for artifact in artifacts] == [("shop", "absent")] * 2 + [
        ("store", "absent")
    ] * 2
    assert all(artifact.size == artifact.path.stat().st_size for artifact in artifacts)


def test_the_same_contracts_make_the_same_bytes_anywhere(tmp_path: Path) -> None:
    first = build_all(load(STORE), tmp_path / "a")
    second = build_all(load(STORE), tmp_path / "b" / "c")
    third = build_all(load(STORE), tmp_path / "a")

    assert [artifact.sha256 for artifact in second] == [artifact.sha256 for artifact in first]
    assert {artifact.was for artifact in third} == {"same"}


def test_other_bytes_of_one_version_are_told(tmp_path: Path) -> None:
    build_all(load(), tmp_path)

    changed = build_all(load({"shop/system.yaml": system("producer: {linger.ms: 5}")}), tmp_path)

    assert {artifact.was for artifact in changed} == {"different"}


def test_only_the_systems_that_are_asked_for_are_built(tmp_path: Path) -> None:
    asked: list[tuple[str, int]] = []

    build_all(load(STORE), tmp_path, systems=["store"], started=lambda *told: asked.append(told))

    assert names(tmp_path) == ["store_events-1.0.0-py3-none-any.whl", "store_events-1.0.0.tar.gz"]
    assert asked == [("store", 2), ("store", 2)]


def test_packages_take_the_runtime_from_an_index_whatever_folder_the_contracts_name(tmp_path: Path) -> None:
    [wheel, _] = build_all(load({"eventpact.yaml": "runtime-path: ../../nowhere\n"}), tmp_path)

    with zipfile.ZipFile(wheel.path) as archive:
        metadata = archive.read("shop_events-1.0.0.dist-info/METADATA").decode()
    assert "Requires-Dist: eventpact<0.2,>=0.1\n" in metadata


def test_contracts_that_cannot_be_generated_build_nothing(tmp_path: Path) -> None:
    clash = avsc("OrderPlaced", field("orderId"), field("order_id"))

    with pytest.raises(ContractError, match="would both be the attribute"):
        build_all(load({**STORE, "shop/order.placed/OrderPlaced.v1.avsc": clash}), tmp_path / "dist")
    assert names(tmp_path) == []


def test_a_folder_that_cannot_be_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "dist").write_text("")

    with pytest.raises(OutputError, match="dist: File exists; nothing was built"):
        build_all(load(), tmp_path / "dist")
