"""`build` at a user's disk."""

from __future__ import annotations

import re
from pathlib import Path

from tests.cli.commands import Run, tree, write
from tests.registry.contracts.building import avsc, field


def test_wheels_and_source_distributions_are_listed_with_their_hashes(run: Run, shop: Path) -> None:
    first = run("build")
    before = tree(Path("dist"))
    second = run("build", "--out", "dist")

    assert (first.code, first.err, second.code, second.err) == (0, "", 0, "")
    line = r"dist/shop_events-1\.0\.0{}: [\d,]+ bytes, sha256 [0-9a-f]{{64}}, {}\n"
    assert re.fullmatch(line.format(r"-py3-none-any\.whl", "new") + line.format(r"\.tar\.gz", "new"), first.out)
    assert second.out == first.out.replace(", new", ", unchanged")
    assert tree(Path("dist")) == before


def test_other_contracts_under_one_version_are_warned_about(run: Run, shop: Path) -> None:
    run("build")
    write(
        shop, {"shop/order.placed/OrderPlaced.v2.avsc": avsc("OrderPlaced", field("orderId"), field("a", default=""))}
    )

    said = run("build", "--quiet")

    assert (said.code, said.out) == (0, "")
    assert said.err == "shop: other files had this version; raise package.version before you publish them\n"


def test_a_system_that_is_not_there_is_wrong_use(run: Run, shop: Path) -> None:
    said = run("build", "--system", "nobody")

    assert said.code == 2
    assert "nobody" in said.err
    assert not Path("dist").exists()


def test_contracts_that_clash_build_nothing(run: Run, shop: Path) -> None:
    write(shop, {"shop/order.placed/OrderPlaced.v2.avsc": avsc("OrderPlaced", field("orderId"), field("order_id"))})

    said = run("build")

    assert said.code == 2
    assert "would both be the attribute 'order_id'" in said.err
    assert not Path("dist").exists()
