"""What `--fix` does to files: each case is the shop with the files of `before`, and then those of `after`."""

from __future__ import annotations

from pathlib import Path

import pytest

from eventpact_registry.contracts.problems import Tolerable
from eventpact_registry.contracts.repository import ContractRepository
from eventpact_registry.contracts.source import DirectorySource
from eventpact_registry.fixes import Fixed, fix
from eventpact_registry.gate import check
from tests.registry.contracts.building import ORDER_PLACED, SHOP, SYSTEM, avsc, field, load

CASES = Path(__file__).parent / "cases"
NULLABLE = avsc("OrderPlaced", field("orderId"), field("note", ["null", "string"]))
V1 = "shop/order.placed/OrderPlaced.v1.avsc"
V2 = "shop/order.placed/OrderPlaced.v2.avsc"

OFF = "rules: {FIELD_WITHOUT_DEFAULT: off, NULLABLE_WITHOUT_DEFAULT: off, PACKAGE_VERSION_NOT_RAISED: off}\n"


def write(folder: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)


def read(folder: Path) -> dict[str, str]:
    return {str(file.relative_to(folder)): file.read_text() for file in sorted(folder.rglob("*")) if file.is_file()}


def fixed(folder: Path, *bases: ContractRepository) -> list[Fixed]:
    return fix(folder, lambda _: bases or [load()])


@pytest.mark.parametrize("case", sorted(case.name for case in CASES.iterdir()))
def test_a_case_is_fixed_and_nothing_else_is_touched(case: str, tmp_path: Path) -> None:
    write(tmp_path, {**SHOP, **read(CASES / case / "before")})

    fixed(tmp_path)

    assert read(tmp_path) == {**SHOP, **read(CASES / case / "after")}


@pytest.mark.parametrize("case", sorted(case.name for case in CASES.iterdir()))
def test_a_second_run_finds_nothing_to_fix(case: str, tmp_path: Path) -> None:
    write(tmp_path, {**SHOP, **read(CASES / case / "after")})

    assert fixed(tmp_path) == []


def test_what_was_done_is_said(tmp_path: Path) -> None:
    write(tmp_path, {**SHOP, V2: NULLABLE})

    said = [str(one).removeprefix(f"{tmp_path}/") for one in fixed(tmp_path)]

    assert said == [
        f"{V2}:12:5: fixed FIELD_WITHOUT_DEFAULT: field note has the default null",
        "shop/system.yaml:5:39: fixed PACKAGE_VERSION_NOT_RAISED: the package's version is 1.1.0",
    ]


def test_a_version_that_a_base_has_is_never_edited(tmp_path: Path) -> None:
    write(tmp_path, {**SHOP, V1: NULLABLE})

    assert [one.rule for one in fixed(tmp_path, load({V1: NULLABLE}))] == []
    assert (tmp_path / V1).read_text() == NULLABLE


def test_an_event_under_a_new_name_gets_the_old_one_as_an_alias(tmp_path: Path) -> None:
    folder = "shop/order.placed"
    renamed = avsc("OrderMade", field("orderId"), field("note", ["null", "string"], default=None))
    shop = {path: text for path, text in SHOP.items() if path != V1}
    write(tmp_path, {**shop, f"{folder}/OrderMade.v1.avsc": ORDER_PLACED, f"{folder}/OrderMade.v2.avsc": renamed})

    made = fixed(tmp_path)

    assert [one.rule for one in made] == ["TYPE_RENAMED", "PACKAGE_VERSION_NOT_RAISED"]
    assert made[0].what == "type OrderMade has the alias io.shop.OrderPlaced"
    assert (
        '"name": "OrderMade",\n  "aliases": ["io.shop.OrderPlaced"],\n' in read(tmp_path)[f"{folder}/OrderMade.v2.avsc"]
    )
    assert read(tmp_path)[f"{folder}/OrderMade.v1.avsc"] == ORDER_PLACED
    assert fixed(tmp_path) == []
    assert [one.rule for one in check(ContractRepository.load(DirectorySource(tmp_path)), load())] == []


def test_an_event_that_the_base_has_under_its_new_name_is_not_given_an_alias(tmp_path: Path) -> None:
    folder = "shop/order.placed"
    shop = {path: text for path, text in SHOP.items() if path != V1}
    files = {
        f"{folder}/OrderMade.v1.avsc": ORDER_PLACED,
        f"{folder}/OrderMade.v2.avsc": avsc("OrderMade", field("orderId")),
    }
    write(tmp_path, {**shop, **files})
    base = ContractRepository.load(DirectorySource(tmp_path), tolerated={Tolerable.RENAME})

    assert fixed(tmp_path, base) == []


def test_a_version_that_one_of_several_bases_has_is_not_new(tmp_path: Path) -> None:
    write(tmp_path, {**SHOP, V2: NULLABLE, "shop/system.yaml": SYSTEM.replace("1.0.0", "3.0.0")})

    assert fixed(tmp_path, load(), load({V2: NULLABLE})) == []


def test_a_rule_that_is_off_fixes_nothing(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            **SHOP,
            V2: NULLABLE,
            "eventpact.yaml": OFF,
        },
    )

    assert fixed(tmp_path) == []


def test_a_rename_that_is_not_certain_gets_no_alias(tmp_path: Path) -> None:
    renamed = avsc("OrderPlaced", field("orderNumber", "string", doc="Another description."))
    write(
        tmp_path,
        {
            **SHOP,
            "shop/order.placed/topic.yaml": SHOP["shop/order.placed/topic.yaml"].replace("key: orderId", "key: null"),
            V2: renamed,
        },
    )

    fixed(tmp_path)

    assert (tmp_path / V2).read_text() == renamed


def test_a_renamed_type_of_the_same_shape_gets_the_old_name_as_an_alias(tmp_path: Path) -> None:
    def order(name: str) -> str:
        enum = {"type": "enum", "name": name, "doc": "Kinds.", "symbols": ["UNKNOWN", "A"], "default": "UNKNOWN"}
        return avsc("OrderPlaced", field("orderId"), field("kind", enum, default="A"))

    write(tmp_path, {**SHOP, V1: order("Kind"), V2: order("Sort")})

    fixed(tmp_path, load({V1: order("Kind")}))

    assert '"name": "Sort",\n        "aliases": [\n' not in (tmp_path / V2).read_text()
    assert '"name": "Sort",\n        "aliases": ["io.shop.Kind"],\n' in (tmp_path / V2).read_text()


def test_line_ends_and_other_bytes_stay(tmp_path: Path) -> None:
    write(tmp_path, SHOP)
    (tmp_path / V2).write_bytes(NULLABLE.replace("\n", "\r\n").replace("What happened.", "Größe 🚀").encode())

    fixed(tmp_path)

    after = (tmp_path / V2).read_bytes().decode()
    assert '],\r\n      "default": null,\r\n' in after
    assert after.replace('      "default": null,\r\n', "") == NULLABLE.replace("\n", "\r\n").replace(
        "What happened.", "Größe 🚀"
    )
    assert (tmp_path / V1).read_text() == ORDER_PLACED
