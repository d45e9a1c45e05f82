"""`pytest --contracts`: what is collected, what is counted, and what a break looks like."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.registry.contracts.building import SYSTEM, TOPIC, avsc, field

PARTNER = {"type": "record", "name": "Partner", "doc": "A partner.", "fields": [field("code")]}
SHOP = {"type": "record", "name": "Shop", "doc": "A shop.", "fields": [field("number", "int")]}


def order(*givers: object) -> str:
    """An order whose lines may have a voucher, which may be from one of several givers."""
    percent = {"type": "record", "name": "Percent", "doc": "A part.", "fields": [field("value", "int")]}
    voucher = {
        "type": "record",
        "name": "Voucher",
        "doc": "A gift.",
        "fields": [field("by", ["null", *givers], default=None)],
    }
    discount = field("discount", ["null", percent, voucher], default=None)
    line = {"type": "record", "name": "Line", "doc": "One thing.", "fields": [field("isbn"), discount]}
    return avsc("OrderPlaced", field("orderId"), field("lines", {"type": "array", "items": line}, default=[]))


CONTRACTS = {
    "system.yaml": SYSTEM,
    "order.placed/topic.yaml": TOPIC,
    "order.placed/OrderPlaced.v1.avsc": order(PARTNER, SHOP),
    "order.placed/OrderPlaced.v2.avsc": order(PARTNER, SHOP, "long"),
    "types/Money.v1.avsc": avsc("Money", field("cents", "long")),
    "types/Money.v2.avsc": avsc("Money", field("cents", "long"), field("currency", default="EUR")),
    "order.paid/topic.yaml": TOPIC,
    "order.paid/OrderPaid.v1.avsc": avsc(
        "OrderPaid",
        field("orderId"),
        field("total", "io.shop.Money"),
        references=[{"name": "io.shop.Money", "version": 1}],
    ),
}
BROKEN = {**CONTRACTS, "order.placed/OrderPlaced.v3.avsc": order(PARTNER, "long")}
"""A break that shows only where a line has a voucher and a shop has given it."""


@pytest.fixture
def contracts(tmp_path: Path) -> Path:
    return written(tmp_path, CONTRACTS)


def written(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        file = folder / "contracts" / "shop" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder


def run(folder: Path, *arguments: str, **environ: str) -> tuple[int, str]:
    """Pytest in a folder of its own."""
    settings = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST") and key != "CI"}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments],
        cwd=folder,
        env={**settings, "COLUMNS": "200", **environ},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_there_is_a_test_for_each_property_and_pair_that_the_mode_promises(contracts: Path) -> None:
    (contracts / "test_own.py").write_text("def test_own():\n    pass\n", encoding="utf-8")

    code, output = run(contracts, "--contracts", "contracts", "--collect-only", "-q")

    assert code == 0, output
    assert "test_own" not in output
    names = re.findall(r"::(.+)", output)
    assert [name for name in names if name.endswith("backward")] == [
        "shop/OrderPlaced v1→v2 backward",
        "shop/Money v1→v2 backward",
    ]
    assert {name for name in names if name.startswith("shop/OrderPaid")} == {
        *(f"shop/OrderPaid v1 {claim}" for claim in ("identity", "class identity", "fastavro", "agreement")),
        *(f"shop/OrderPaid v1 {claim}" for claim in ("verdict", "damage", "routing", "canonical")),
    }
    assert "shop/OrderPlaced v1→v2 agreement" in names
    assert "contracts/shop/order.placed/topic.yaml::shop/OrderPlaced v2 routing" in output


def test_contracts_that_hold_pass_in_two_workers_and_examples_are_counted(contracts: Path) -> None:
    code, output = run(contracts, "--contracts", "contracts", "--contracts-profile", "ci", "-n", "2", "-q")

    assert code == 0, output
    assert (found := re.search(r"contracts: (\d+) properties tried on ([\d,]+) examples \(profile ci\)", output)), (
        output
    )
    assert f"{found[1]} passed" in output
    assert int(found[2].replace(",", "")) > 10 * int(found[1])


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("broken"), BROKEN)


@pytest.fixture(scope="module")
def failing_run(broken: Path) -> str:
    """What is printed where two pairs are broken."""
    code, output = run(broken, "--contracts", "contracts", "-q", "-k", "backward and Placed")
    assert code == 1
    return output


def test_a_break_on_a_rare_branch_is_shown_by_the_smallest_event_that_meets_it(failing_run: str) -> None:
    assert "2 failed, 1 passed" in failing_run
    report = failing_run[failing_run.index("_ shop/OrderPlaced v1→v3 backward _") :].split("\n", 1)[1]
    report = report[: report.index("\n_____")]

    assert re.sub(r"seed \d+", "seed N", report) == EXPLAINED


EXPLAINED = """\
shop/OrderPlaced v1→v3 backward: version 3 cannot read what version 1 wrote: lines[0].discount.by at byte 5: \
no branch of the union can read record io.shop.Shop
written: contracts/shop/order.placed/OrderPlaced.v1.avsc
read:    contracts/shop/order.placed/OrderPlaced.v3.avsc
at:      lines[0].discount.by
event:
  {
    "orderId": "",
    "lines": [
      {
        "isbn": "",
        "discount": {
          "io.shop.Voucher": {
            "by": {
              "io.shop.Shop": {
                "number": 0
              }
            }
          }
        }
      }
    ]
  }
gate:    contracts/shop/order.placed/OrderPlaced.v3.avsc:49:31: UNION_BRANCH_UNKNOWN: lines[].discount.by has no \
branch for what may be written: version 3 cannot read what versions 1 and 2 wrote
hint:    keep the branch
again:   pytest --contracts contracts --contracts-profile dev --contracts-seed N \
'contracts/shop/order.placed/topic.yaml::shop/OrderPlaced v1→v3 backward'"""


def test_the_command_that_a_failure_prints_repeats_it(broken: Path, failing_run: str) -> None:
    again = re.findall(r"^again:\s+pytest (.+)$", failing_run, re.MULTILINE)[0]

    code, repeated = run(broken, *shlex.split(again), "-q")

    assert code == 1
    assert "1 failed" in repeated
    assert again in repeated


def test_contracts_stand_beside_tests_that_are_named(contracts: Path) -> None:
    (contracts / "test_own.py").write_text("def test_own():\n    pass\n", encoding="utf-8")

    beside = run(contracts, "--contracts", "contracts", "test_own.py", "--collect-only", "-q")[1]
    part = run(contracts, "--contracts", "contracts", "contracts/shop/order.paid", "--collect-only", "-q")[1]

    assert "test_own" in beside
    assert "OrderPlaced" in beside
    assert "OrderPlaced" not in part
    assert "OrderPaid" in part


def test_a_run_without_contracts_loads_nothing_of_them(tmp_path: Path) -> None:
    (tmp_path / "test_own.py").write_text(
        "import sys\n\n\ndef test_own():\n"
        "    loaded = [name for name in sys.modules if name.startswith('eventpact')]\n"
        "    names = ['eventpact_testing', 'eventpact_testing.plugin', 'eventpact_testing.plugin.fixtures']\n"
        "    assert sorted(loaded) == names, loaded\n",
        encoding="utf-8",
    )
    (tmp_path / "topic.yaml").write_text("partitions: 3\n", encoding="utf-8")

    code, output = run(tmp_path, "-q")

    assert code == 0, output
    assert "contracts:" not in output


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"order.placed/OrderPlaced.v2.avsc": "{"}, "contracts/shop/order.placed/OrderPlaced.v2.avsc:1:2: "),
        ({"order.placed/OrderPlaced.v4.avsc": order(PARTNER)}, "version 3 is missing before it"),
    ],
)
def test_contracts_that_are_not_valid_are_an_error_of_use(tmp_path: Path, change: dict[str, str], said: str) -> None:
    code, output = run(written(tmp_path, {**CONTRACTS, **change}), "--contracts", "contracts", "-q")

    assert code == pytest.ExitCode.USAGE_ERROR
    assert said in output
    assert "Traceback" not in output


def test_a_folder_that_is_not_there_is_an_error_of_use(tmp_path: Path) -> None:
    code, output = run(tmp_path, "--contracts", "contarcts")

    assert code == pytest.ExitCode.USAGE_ERROR
    assert "there is no contracts folder 'contarcts': name it with --contracts DIR" in output
