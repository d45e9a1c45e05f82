"""Packages as wheels."""

from __future__ import annotations

import os
import tarfile
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

from eventpact.errors import ContractError, OutputError
from eventpact_codegen import build, generate
from eventpact_codegen.wheel import Kind
from tests.codegen.packages import ROOT, written
from tests.registry.contracts.building import load


def metadata(wheel: Path) -> dict[str, list[str]]:
    """The wheel's METADATA, each header with all its values."""
    with zipfile.ZipFile(wheel) as archive:
        [name] = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        message = Parser().parsestr(archive.read(name).decode())
    return {header: message.get_all(header, []) for header in dict.fromkeys(message.keys())}


def test_a_wheel_holds_the_package_its_schemas_and_its_types(tmp_path: Path) -> None:
    wheel = build(written(tmp_path), tmp_path / "wheels")

    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert wheel == tmp_path / "wheels" / "shop_events-1.0.0-py3-none-any.whl"
    assert {
        "shop_events/__init__.py",
        "shop_events/events.py",
        "shop_events/py.typed",
        "shop_events/_codecs/events.py",
        "shop_events/schemas/io.shop.OrderPlaced.v1.avsc",
    } <= names
    assert not [name for name in names if ".eventpact" in name]


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_the_same_package_elsewhere_and_at_another_time_is_the_same_file(tmp_path: Path, kind: Kind) -> None:
    first = build(written(tmp_path / "a"), tmp_path / "one", kind).read_bytes()
    again = written(tmp_path / "deep" / "er" / "b")
    for file in [again, *again.rglob("*")]:
        os.utime(file, (1_000_000_000, 1_000_000_000))
        file.chmod(0o700 if file.is_dir() else 0o600)

    assert build(again, tmp_path / "two", kind).read_bytes() == first


def test_the_date_inside_is_that_of_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1000000000")

    folder = written(tmp_path)

    with zipfile.ZipFile(build(folder, tmp_path)) as archive:
        assert {info.date_time[:3] for info in archive.infolist()} == {(2001, 9, 9)}
    with tarfile.open(build(folder, tmp_path, "sdist")) as archive:
        assert {info.mtime for info in archive} == {1_000_000_000}


def test_a_date_that_is_none_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")

    with pytest.raises(OutputError, match="SOURCE_DATE_EPOCH is 'yesterday'; it counts seconds since 1970"):
        build(written(tmp_path), tmp_path)


def test_a_source_distribution_holds_what_the_wheel_is_made_from(tmp_path: Path) -> None:
    with tarfile.open(build(written(tmp_path), tmp_path, "sdist")) as archive:
        names = set(archive.getnames())

    assert {
        "shop_events-1.0.0/pyproject.toml",
        "shop_events-1.0.0/README.md",
        "shop_events-1.0.0/PKG-INFO",
        "shop_events-1.0.0/shop_events/py.typed",
        "shop_events-1.0.0/shop_events/schemas/io.shop.OrderPlaced.v1.avsc",
    } <= names
    assert not [name for name in names if ".eventpact" in name]


def test_a_wheel_needs_the_runtime_and_nothing_else(tmp_path: Path) -> None:
    assert metadata(build(written(tmp_path), tmp_path))["Requires-Dist"] == ["eventpact<0.2,>=0.1"]


def test_a_package_in_an_ignored_folder_is_not_empty(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".gitignore").write_text("*\n")

    with zipfile.ZipFile(build(written(tmp_path / "build"), tmp_path / "wheels")) as archive:
        assert "shop_events/events.py" in archive.namelist()


def test_the_runtime_comes_from_the_folder_that_the_contracts_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkout = tmp_path / "a checkout"
    checkout.mkdir()
    (checkout / "pyproject.toml").touch()
    monkeypatch.chdir(checkout)
    out = tmp_path / "elsewhere" / "packages"

    generate(load({"eventpact.yaml": "runtime-path: ..\n"}), out)

    [requirement] = metadata(build(out / "shop", tmp_path))["Requires-Dist"]
    assert requirement == f"eventpact @ {checkout.as_uri()}"


def test_a_runtime_far_away_is_named_by_its_whole_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)

    generate(load({"eventpact.yaml": "runtime-path: ..\n"}), tmp_path)

    [requirement] = metadata(build(tmp_path / "shop", tmp_path))["Requires-Dist"]
    assert requirement == f"eventpact @ {ROOT.as_uri()}"


def test_a_runtime_path_that_leads_nowhere_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match=r"contracts/eventpact\.yaml: runtime-path leads to .*no pyproject\.toml"):
        generate(load({"eventpact.yaml": "runtime-path: ../../nowhere\n"}), tmp_path)


def test_a_folder_without_a_package_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="make the package with `eventpact generate` first"):
        build(tmp_path, tmp_path)


def test_a_wheel_that_cannot_be_written_is_one_clear_error(tmp_path: Path) -> None:
    folder = written(tmp_path)
    (tmp_path / "wheels").write_text("")

    with pytest.raises(OutputError, match="the wheel was not written"):
        build(folder, tmp_path / "wheels")


def test_this_repository_has_what_its_contracts_take_the_runtime_from() -> None:
    assert (ROOT / "pyproject.toml").is_file()
